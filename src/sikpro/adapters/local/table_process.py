"""Read uploaded tables in a child process, so that a hostile file does not harm the console."""

import asyncio
from collections.abc import Sequence

import structlog
from attrs import define, field

from sikpro.adapters.local.child import ChildFailed, run_child
from sikpro.adapters.local.in_child import ChildLimits, packed_work
from sikpro.adapters.local.table_lines import HeardSheets
from sikpro.application.ports.tables import LONG, LONGEST_CELL, ReadSoFar, TableSheet
from sikpro.domain.errors import InvalidValue

_log = structlog.get_logger(__name__)

_LONGEST_ROW = LONG.columns * (LONGEST_CELL * 4 + 4)
"""The most bytes of a row as JSON."""

_REASONS = {"late": "file.too_slow"}
"""The error codes for a failed child; all others mean that the file was not read to its end."""


@define(kw_only=True)
class ProcessTables:
    """`TableReader` with one process per file; `command` starts it.

    `at_once` files are read at a time and `waiting` more may wait; further ones are refused and can be tried later.
    `seconds` is the limit of real time for each.
    """

    command: Sequence[str]
    limits: ChildLimits = field(factory=lambda: ChildLimits(processor=90, memory=700_000_000))
    seconds: float = 120.0
    at_once: int = 2
    waiting: int = 6
    _turns: asyncio.Semaphore = field(init=False)
    _request: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        """Create the places for parallel files."""
        self._turns = asyncio.Semaphore(self.at_once)

    async def sheets(self, content: bytes, read_so_far: ReadSoFar = lambda _: None) -> tuple[TableSheet, ...]:
        """Return every sheet that is neither hidden nor empty. Raises `InvalidValue`."""
        if self._request >= self.at_once + self.waiting:
            raise InvalidValue("file.busy", "")
        self._request += 1
        try:
            async with self._turns:
                return await self._in_process(content, read_so_far)
        finally:
            self._request -= 1

    async def _in_process(self, content: bytes, read_so_far: ReadSoFar) -> tuple[TableSheet, ...]:
        heard = HeardSheets(read_so_far)
        work = packed_work(None, content, self.limits)
        try:
            await run_child(self.command, work, heard.hear, seconds=self.seconds, longest_line=_LONGEST_ROW)
            if not heard.ended or not (heard.failure or heard.sheets):
                raise ChildFailed("rubbish")
        except ChildFailed as error:
            _log.warning("an uploaded table could not be read", reason=error.code, size=len(content))
            raise InvalidValue(_REASONS.get(error.code, "file.reader"), "") from error
        if heard.failure:
            raise heard.failure
        return tuple(TableSheet(name=name, rows=rows, error=error) for name, rows, error in heard.sheets)
