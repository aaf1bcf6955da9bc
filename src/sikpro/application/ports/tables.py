"""Tables that people upload: their sheets as plain text, and how large they may be."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from sikpro.domain.errors import InvalidValue


@frozen(kw_only=True)
class TableLimits:
    """What a file may hold at most: bytes, bytes of an Excel file unpacked, rows under the header, columns.

    `text` is how many characters all cells of all sheets may hold together.
    """

    size: int
    unpacked: int
    rows: int
    columns: int
    text: int


LONGEST_CELL = 32_767
"""The most characters of a cell (Excel's limit)."""

SHORT = TableLimits(size=5_000_000, unpacked=40_000_000, rows=5_000, columns=40, text=1_500_000)
"""For the lists of people and catalogues; their text goes to the browser and back."""

LONG = TableLimits(size=20_000_000, unpacked=200_000_000, rows=20_000, columns=100, text=20_000_000)
"""For orders."""


@frozen(kw_only=True)
class TableSheet:
    """A sheet: its name ("" of a CSV), its rows as plain text, empty ones empty; `error` says why it has none."""

    name: str
    rows: Sequence[Sequence[str]]
    error: InvalidValue | None = None

    def cell(self, row: int, column: int) -> str:
        """What a spreadsheet calls a cell, both counted from 0.

        >>> TableSheet(name="Order", rows=()).cell(16, 27)
        'Order!AB17'
        """
        letters = ""
        column += 1
        while column:
            column, rest = divmod(column - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{self.name}!{letters}{row + 1}" if self.name else f"{letters}{row + 1}"


class TableReader(Protocol):
    """Reads a file that somebody uploaded, away from every transaction: reading may take as long as it does.

    It ends when the task that awaits it is cancelled.
    """

    async def read(self, content: bytes) -> list[list[str]]:
        """The first sheet's rows as plain text, the header first, within `SHORT`.

        Raises `InvalidValue`, its code `file.…`, for what is no table.
        """

    async def sheets(self, content: bytes) -> tuple[TableSheet, ...]:
        """Every sheet that is neither hidden nor empty, within `LONG`; one that cannot be read says why.

        Raises `InvalidValue`, its code `file.…`, for a file that is no table.
        """
