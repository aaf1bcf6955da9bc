"""Workbooks to write: sheets, charts and their writer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from attrs import field, frozen


class Share(float):
    """A fraction of 1, shown in percent."""


FORMULA_STARTS = "=+-@\t\r\n＝＋－＠﹦﹢﹣﹫"
"""The first characters of a text that a spreadsheet may take for a formula; some take the wide and small forms too."""

Cell = str | int | float | date | datetime | timedelta | None
"""The values of a cell: text as typed, never a formula; times without zone are in the installation's zone."""


class ChartKind(StrEnum):
    """The kind of a chart: columns side by side, or sorted with the cumulated share as a line."""

    COLUMNS = "columns"
    PARETO = "pareto"


@frozen(kw_only=True)
class Chart:
    """A chart of a table's columns, each named by its heading. For a Pareto the last of `values` is the share."""

    kind: ChartKind
    title: str
    table: str
    labels: str
    values: Sequence[str]
    at: str
    """The sheet's cell at the chart's upper left corner, as `F2`."""


@frozen(kw_only=True)
class Sheet:
    """A sheet: its name, the rows above (`intro`), header, rows, and the name of the table over them, if any.

    `totals` is a row below the table, not part of it. `names` are cells of the sheet (`B2`) that formulas elsewhere may
    use by name. `folded` are the places of columns, counted from 0, that are folded in groups: hidden, also in print,
    until a person unfolds them. The header stays visible unless there are rows above it. Rows that do not fit continue
    in a sheet (and table) with 2 after its name, and so on.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()
    folded: Sequence[int] = ()
    table: str = ""
    intro: Sequence[Sequence[Cell]] = ()
    totals: Sequence[Cell] = ()
    charts: Sequence[Chart] = ()
    names: Mapping[str, str] = field(factory=dict[str, str])


class WorkbookWriter(Protocol):
    """Writes sheets to an Excel file, row by row."""

    @property
    def most_rows(self) -> int:
        """The most rows of a sheet, its header and the rows above included."""

    def write(self, path: Path, sheets: Iterable[Sheet]) -> None:
        """Write the whole file. The file at `path` is replaced only when the new one is complete."""
