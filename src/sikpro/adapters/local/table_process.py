"""Read uploaded tables in a child process, so that a hostile file does not harm the console."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog
from attrs import define, field, frozen

from sikpro.adapters.local.child import ChildFailed, ChildLimits, run_child
from sikpro.application.ports.tables import LONG, LONGEST_CELL, TableSheet
from sikpro.domain.errors import InvalidValue

_log = structlog.get_logger(__name__)

_LONGEST_ROW = LONG.columns * (LONGEST_CELL * 4 + 4)
"""The most bytes of a row as JSON."""

_REASONS = {"late": "file.too_slow"}
"""The error codes for a failed child; all others mean that the file was not read to its end."""


@define
class HeardSheets:
    """The answer of the process so far: one line per sheet, one per row of the sheet, one at the end."""

    sheets: list[tuple[str, list[list[str]], InvalidValue | None]] = field(factory=list)
    failure: InvalidValue | None = None
    ended: bool = False

    def hear(self, said: Any) -> None:
        """Add a line. Raises `ValueError`, `TypeError` or `LookupError` for an invalid line."""
        if self.ended:
            raise ValueError("something after the end")
        if isinstance(said, list):
            if not all(isinstance(cell, str) for cell in said):
                raise TypeError("a cell that is no text")
            self.sheets[-1][1].append(said)
        elif "sheet" in said:
            self.sheets.append((str(said["sheet"]), [], _error(said["error"])))
        elif "failed" in said:
            self.failure = _error(said["failed"])
            self.ended = True
        else:
            self.ended = bool(said["end"])


def say_sheets(sheets: Sequence[TableSheet]) -> Iterator[str]:
    """Return the lines for `HeardSheets`."""
    for sheet in sheets:
        yield _line({"sheet": sheet.name, "error": _said(sheet.error)})
        for row in sheet.rows:
            yield _line(row)
    yield _line({"end": True})


def say_failure(error: InvalidValue) -> str:
    """Return the line with the reason of a failure."""
    return _line({"failed": _said(error)})


@frozen(kw_only=True)
class ReadOrder:
    """The first line to the process, before the file's bytes: whether to read only the first sheet, and the limits."""

    first_only: bool
    limits: ChildLimits

    def line(self) -> bytes:
        """Return the first line of standard input."""
        said = {"first_only": self.first_only, "processor": self.limits.processor, "memory": self.limits.memory}
        return _line(said).encode()

    @classmethod
    def of_line(cls, line: bytes) -> "ReadOrder":
        """Parse such a line."""
        said = json.loads(line)
        limits = ChildLimits(processor=said["processor"], memory=said["memory"])
        return cls(first_only=said["first_only"], limits=limits)


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

    async def read(self, content: bytes) -> list[list[str]]:
        """Return the rows of the first sheet. Raises `InvalidValue`."""
        sheet = (await self._read(content, first_only=True))[0]
        if sheet.error:
            raise sheet.error
        return [list(row) for row in sheet.rows]

    async def sheets(self, content: bytes) -> tuple[TableSheet, ...]:
        """Return every sheet that is neither hidden nor empty. Raises `InvalidValue`."""
        return await self._read(content, first_only=False)

    async def _read(self, content: bytes, *, first_only: bool) -> tuple[TableSheet, ...]:
        if self._request >= self.at_once + self.waiting:
            raise InvalidValue("file.busy", "")
        self._request += 1
        try:
            async with self._turns:
                return await self._in_process(content, first_only)
        finally:
            self._request -= 1

    async def _in_process(self, content: bytes, first_only: bool) -> tuple[TableSheet, ...]:
        heard = HeardSheets()
        work = ReadOrder(first_only=first_only, limits=self.limits).line() + content
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


def _line(said: Mapping[str, Any] | Sequence[str]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


def _said(error: InvalidValue | None) -> list[str] | None:
    return [error.code, error.typed] if error else None


def _error(said: list[str] | None) -> InvalidValue | None:
    if said is None:
        return None
    code, typed = said
    if not str(code).startswith("file."):
        raise ValueError(code)
    return InvalidValue(code, typed)
