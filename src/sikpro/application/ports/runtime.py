"""The clock, the passwords, the live hints and the files."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.storage import Hint


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present time, UTC."""


class Passwords(Protocol):
    """Passwords as hashes; slow on purpose, so call it outside transactions and off the event loop."""

    def hash(self, password: str) -> str:
        """The hash to keep."""

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits; None takes as long as a real one and never fits."""


class LiveEvents(Protocol):
    """Hints to open pages and waiting loops, after a commit. A subscriber that is slow gets them merged."""

    def publish(self, hints: Sequence[Hint]) -> None:
        """Tell all subscribers; from any thread."""

    def subscribe(self) -> AbstractContextManager[AsyncIterator[Hint]]:
        """Hints from now on, until the block is left or `close` is called."""

    def close(self) -> None:
        """End every subscription."""


Cell = str | int | float | datetime | timedelta | None
"""What a cell may hold: text as it is typed, never a formula; zone-naive times of the installation's zone."""


@frozen(kw_only=True)
class Sheet:
    """A sheet: its name, its header, its rows, and for a table over them the table's name."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()
    table: str = ""
    intro: Sequence[Sequence[Cell]] = ()


class TableReader(Protocol):
    """Reads a table that somebody uploaded."""

    def read(self, content: bytes) -> list[list[str]]:
        """The rows as plain text, the header first. Raises `InvalidValue`, its code `file.…`, for what is no table."""


class WorkbookWriter(Protocol):
    """Writes sheets to an Excel file, row by row."""

    def write(self, path: Path, sheets: Iterable[Sheet]) -> None:
        """Write the whole file; what is at `path` is replaced only when it is complete."""
