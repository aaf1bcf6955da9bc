"""Exports in a process of their own, so that pages keep their speed; it speaks in lines of JSON."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen
from cattrs.preconf.json import make_converter

from sikpro.application.exports import ExportFailed, Told
from sikpro.application.ports.exports import Export

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

    async def make(self, export: Export, path: Path, told: Told) -> None:
        """Write the file to `path`; the process is killed when the task is cancelled."""
        # In a session of its own: an interrupt at the terminal is the server's to handle.
        process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        failure: dict[str, Any] = {}
        try:
            process.stdin.write(self.order(export, path))
            process.stdin.close()
            async for line in process.stdout:
                said = json.loads(line)
                if "failed" in said:
                    failure = said
                else:
                    told(said["done"], said["total"])
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if failure:
            raise ExportFailed(failure["failed"], again=failure["again"])
        if process.returncode:
            raise ExportFailed("killed", again=True)

    def order(self, export: Export, path: Path) -> bytes:
        """What the process is told."""
        order = ExportOrder(export=export, database=self.database, zone=self.zone, path=str(path))
        return converter.dumps(order).encode()
