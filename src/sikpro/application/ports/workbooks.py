"""Workbooks to write: sheets, charts, and who writes them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from attrs import field, frozen


class Share(float):
    """A part of 1, shown in percent."""


Cell = str | int | float | date | datetime | timedelta | None
"""What a cell may hold: text as it is typed, never a formula; zone-naive times of the installation's zone."""


class ChartKind(StrEnum):
    """How a chart shows its columns: side by side, or sorted with the cumulated share as a line."""

    COLUMNS = "columns"
    PARETO = "pareto"


@frozen(kw_only=True)
class Chart:
    """A chart of a table's columns, each named by its heading; a Pareto's last one of `values` is the share."""

    kind: ChartKind
    title: str
    table: str
    labels: str
    values: Sequence[str]
    at: str
    """The cell of the sheet at which its upper left corner lies, as `F2`."""


@frozen(kw_only=True)
class Sheet:
    """A sheet: its name, what stands above, its header, its rows, and for a table over them the table's name.

    `totals` is a row below the table, no part of it. `names` are cells of the sheet (`B2`) that formulas of others
    may use by name. The header stays in sight unless something stands above. Rows
    beyond what a sheet holds go on in a sheet (and table) named with 2 behind, and so on.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()
    table: str = ""
    intro: Sequence[Sequence[Cell]] = ()
    totals: Sequence[Cell] = ()
    charts: Sequence[Chart] = ()
    names: Mapping[str, str] = field(factory=dict[str, str])


class WorkbookWriter(Protocol):
    """Writes sheets to an Excel file, row by row."""

    @property
    def most_rows(self) -> int:
        """How many rows a sheet holds, its header and what stands above it included."""

    def write(self, path: Path, sheets: Iterable[Sheet]) -> None:
        """Write the whole file; what is at `path` is replaced only when it is complete."""
