"""Exports in a child process, so that pages stay fast; the child answers in lines of JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen
from cattrs.preconf.json import make_converter

from sikpro.adapters.local.child import ChildFailed, run_child
from sikpro.adapters.local.in_child import packed_work
from sikpro.application.ports.exports import Export
from sikpro.application.workers.exports import ExportFailed, Progress

converter = make_converter()


@frozen(kw_only=True)
class ExportOrder:
    """The work for the process on its standard input: the export, the database, the time zone and the path.

    `plugins` are those that the process needs, with their settings.
    """

    export: Export
    database: str
    zone: str
    path: str
    plugins: dict[str, Any] = field(factory=dict[str, Any])


@frozen(kw_only=True)
class ProcessExports:
    """`ExportMaker` with a process that reads the database itself; `command` starts it.

    The database's URL goes through standard input, because everybody on the machine can read arguments.
    """

    command: Sequence[str]
    database: str = field(repr=False)
    zone: str
    plugins: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)

    async def make(self, export: Export, path: Path, report: Progress) -> None:
        """Write the file to `path`; the process is killed if the task is cancelled."""
        failure: dict[str, Any] = {}

        def heard(said: dict[str, Any]) -> None:
            if "failed" in said:
                failure.update(said)
            else:
                report(said["done"], said["total"])

        try:
            await run_child(self.command, self.order(export, path), heard)
        except ChildFailed as error:
            if not failure:
                raise ExportFailed("killed", again=True) from error
        if failure:
            raise ExportFailed(failure["failed"], again=failure["again"])

    def order(self, export: Export, path: Path) -> bytes:
        """Return the work for the process."""
        order = ExportOrder(
            export=export, database=self.database, zone=self.zone, path=str(path), plugins=dict(self.plugins)
        )
        return packed_work(converter.unstructure(order))
