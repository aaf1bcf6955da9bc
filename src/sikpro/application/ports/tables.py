"""Uploaded tables: their sheets as plain text, and their size limits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from attrs import field, frozen

from sikpro.domain.dates import DateRule
from sikpro.domain.errors import InvalidValue


@frozen(kw_only=True)
class TableLimits:
    """The limits of a file: bytes, bytes of an unpacked Excel file, rows under the header, columns.

    `text` is the limit of characters in all cells of all sheets together.
    """

    size: int
    unpacked: int
    rows: int
    columns: int
    text: int


FORMULA = "\u2061"
"""The invisible sign before the text of a cell that holds a formula. Whoever needs the cell refuses it."""

LONGEST_CELL = 32_767
"""The most characters in a cell (Excel's limit)."""

LONG = TableLimits(size=20_000_000, unpacked=200_000_000, rows=20_000, columns=100, text=20_000_000)
"""For every uploaded table."""

ReadSoFar: TypeAlias = Callable[[int], None]
"""Hears now and then how many rows of all sheets together were read."""


@frozen(kw_only=True)
class TableSheet:
    """A sheet: its name ("" for a CSV) and its rows as plain text, an empty row as an empty sequence.

    `error` says why it has no rows. A person may have decided where its header is: `header` is the place of its last
    line, counted from 0, and `header_lines` how many lines it has. `dates` are the rules of columns with dates that a
    person decided, by place.
    """

    name: str
    rows: Sequence[Sequence[str]]
    error: InvalidValue | None = None
    header: int | None = None
    header_lines: int = 1
    dates: Mapping[int, DateRule] = field(factory=dict[int, DateRule])

    def cell(self, row: int, column: int) -> str:
        """Return a spreadsheet's name for a cell. Row and column count from 0.

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
    """Reads an uploaded file, outside every transaction, because reading may take long.

    Reading ends when the task that awaits it is cancelled.
    """

    async def sheets(self, content: bytes, read_so_far: ReadSoFar = lambda _: None) -> tuple[TableSheet, ...]:
        """Return every sheet that is neither hidden nor empty, within `LONG`. An unreadable sheet carries its `error`.

        Raises `InvalidValue` with a code `file.…` if the file is not a table.
        """
