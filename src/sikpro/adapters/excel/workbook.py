"""Write sheets row by row: text stays text, times are real times, durations numbers; memory use stays constant."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, islice
from pathlib import Path

from attrs import define, evolve, field, frozen
from openpyxl import Workbook
from openpyxl.utils import absolute_coordinate, get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.table import Table, TableStyleInfo

from sikpro.adapters.excel.cells import LONGEST_TEXT, RowWriter, Styles
from sikpro.adapters.excel.charts import Placed, add_chart
from sikpro.application.ports.workbooks import Cell, Sheet

__all__ = ["LONGEST_TEXT", "MOST_ROWS", "ExcelWorkbookWriter"]

MOST_ROWS = 1_048_576
"""The most rows of a sheet (Excel's limit)."""

_LONGEST_NAME = 31
_ROWS, _END = b"<sheetData>", b"</sheetData>"


@frozen
class ExcelWorkbookWriter:
    """`WorkbookWriter` with openpyxl for everything except the rows, which are streamed to the disk."""

    most_rows: int = MOST_ROWS

    def write(self, path: Path, sheets: Iterable[Sheet]) -> None:
        """Write the whole file beside `path`, then move it there."""
        handle, beside = tempfile.mkstemp(dir=path.parent, suffix=".xlsx")
        os.close(handle)
        try:
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".sikpro-", ignore_cleanup_errors=True) as folder:
                _Book(Path(folder), self.most_rows).write(sheets, beside)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise


@define
class _Book:
    """One file in writing: its rows stay in the folder until the sheets are complete."""

    folder: Path
    most_rows: int
    workbook: Workbook = field(factory=lambda: Workbook(write_only=True))
    tables: dict[str, Placed] = field(factory=dict[str, Placed])
    charted: list[tuple[WriteOnlyWorksheet, Sheet]] = field(factory=list[tuple[WriteOnlyWorksheet, Sheet]])

    def write(self, sheets: Iterable[Sheet], path: str) -> None:
        try:
            for sheet in sheets:
                self._all_of(sheet)
            for page, sheet in self.charted:
                for chart in sheet.charts:
                    add_chart(page, chart, self.tables)
            for page in self.workbook.worksheets:
                self._close(page)
            self.workbook.save(path)
        except BaseException:
            for page in self.workbook.worksheets:
                if page._writer is not None:  # an unfinished sheet holds a temporary file open
                    page._writer.close()
                    Path(page._writer.out).unlink(missing_ok=True)
            raise

    def _all_of(self, sheet: Sheet) -> None:
        """Write a sheet, and as many more as its rows need."""
        rows = iter(sheet.rows)
        part, following = sheet, self._one(sheet, next(rows, None), rows)
        for number in count(2):
            if following is None:
                return
            table = f"{sheet.table}{number}" if sheet.table else ""
            part = evolve(sheet, name=f"{sheet.name} {number}", table=table, charts=(), names={})
            following = self._one(part, following, rows)

    def _one(self, sheet: Sheet, first: Sequence[Cell] | None, rows: Iterator[Sequence[Cell]]) -> Sequence[Cell] | None:
        """Write one sheet with as many rows as fit; return the first row that does not fit."""
        page: WriteOnlyWorksheet = self.workbook.create_sheet(sheet.name[:_LONGEST_NAME])
        head_row = len(sheet.intro) + 1
        _set_up(page, sheet, head_row)
        room = self.most_rows - head_row - bool(sheet.totals)
        with self._rows_of(page).open("wb") as file:
            writer = RowWriter(file, styles := Styles.of(self.workbook, page))
            for place, above in enumerate(sheet.intro):
                writer.write(above, styles.title if place == 0 else None)
            writer.write_head(sheet.header)
            for row in () if first is None else chain((first,), islice(rows, room - 1)):
                writer.write(row)
            count_of = writer.row - head_row
            following = next(rows, None)
            if sheet.table and not count_of:
                writer.row += 1  # a table needs at least one row, perhaps an empty one
            if sheet.totals and following is None:
                writer.write(sheet.totals, styles.total)
        if sheet.table:
            page._tables.add(_table(sheet, head_row, count_of or 1))  # add_table only warns in write-only mode
            self.tables[sheet.table] = Placed(page, sheet.header, head_row, count_of)
        for name, cell in sheet.names.items():
            refers_to = f"{quote_sheetname(page.title)}!{absolute_coordinate(cell)}"
            self.workbook.defined_names[name] = DefinedName(name, attr_text=refers_to)
        if sheet.charts:
            self.charted.append((page, sheet))
        return following

    def _rows_of(self, page: WriteOnlyWorksheet) -> Path:
        return self.folder / str(self.workbook.index(page))

    def _close(self, page: WriteOnlyWorksheet) -> None:
        """Let openpyxl write the sheet without rows, then insert the rows."""
        page.close()
        shell = Path(page._writer.out)
        before, mark, after = shell.read_bytes().partition(_ROWS + _END)
        if not mark:
            raise RuntimeError("openpyxl writes a sheet without rows in another way than it did")
        rows = self._rows_of(page)
        with shell.open("wb") as whole, rows.open("rb") as content:
            whole.write(before + _ROWS)
            shutil.copyfileobj(content, whole, 1 << 20)
            whole.write(_END + after)
        rows.unlink()


def _set_up(page: WriteOnlyWorksheet, sheet: Sheet, head_row: int) -> None:
    """Set column widths, frozen panes and printing: landscape, as wide as the paper, the header on each page."""
    for place, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(place)].width = width
    for place in sheet.folded:
        column = page.column_dimensions[get_column_letter(place + 1)]
        column.outlineLevel, column.hidden = 1, True
    if not sheet.intro:
        page.freeze_panes = f"A{head_row + 1}"
    page.print_title_rows = f"{head_row}:{head_row}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.75, footer=0.3)
    page.oddFooter.left.text, page.oddFooter.right.text = "&A", "&P / &N"


def _table(sheet: Sheet, head_row: int, rows: int) -> Table:
    last = get_column_letter(len(sheet.header))
    table = Table(displayName=sheet.table, ref=f"A{head_row}:{last}{head_row + rows}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight9", showRowStripes=True)
    table._initialise_columns()
    for column, heading in zip(table.tableColumns, sheet.header, strict=True):
        column.name = heading
    return table
