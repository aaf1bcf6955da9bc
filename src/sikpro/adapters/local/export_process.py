"""Exports in a process of their own, so that pages keep their speed; it speaks in lines of JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen
from cattrs.preconf.json import make_converter

from sikpro.adapters.local.child import ChildFailed, run_child
from sikpro.application.ports.exports import Export
from sikpro.application.workers.exports import ExportFailed, Progress

converter = make_converter()


@frozen(kw_only=True)
class ExportOrder:
    """What the process is told on its standard input: which export, of which database, in which zone, and where to."""

    export: Export
    database: str
    zone: str
    path: str


@frozen(kw_only=True)
class ProcessExports:
    """`ExportMaker` by a process that reads the database for itself; `command` starts it.

    The database's address goes by its standard input: arguments can be read by everybody on the machine.
    """

    command: Sequence[str]
    database: str = field(repr=False)
    zone: str

    async def make(self, export: Export, path: Path, report: Progress) -> None:
        """Write the file to `path`; the process is killed when the task is cancelled."""
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
        """What the process is report."""
        order = ExportOrder(export=export, database=self.database, zone=self.zone, path=str(path))
        return converter.dumps(order).encode()
