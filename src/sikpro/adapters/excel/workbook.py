"""Write sheets row by row: text stays text, times are real times, durations numbers."""

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from attrs import frozen
from openpyxl import Workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.table import Table, TableStyleInfo

from sikpro.application.ports.runtime import Cell, Sheet

LONGEST_TEXT = 32_767
"""The most UTF-16 units a cell may hold (Excel's limit); longer text ends in an ellipsis."""

# XML has no place for these either; openpyxl lets them pass, and then no file is written at all.
_NOT_XML = re.compile("[\ufffe\uffff]")

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as a character's code (ECMA-376, 22.4.2.4)."""

_TIME = "yyyy-mm-dd hh:mm"
_DURATION = "[h]:mm"
_HEAD = PatternFill("solid", fgColor="1F3A5F")
_HEAD_FONT = Font(bold=True, color="FFFFFF")
_TITLE = Font(bold=True, size=14)


@frozen
class ExcelWorkbookWriter:
    """`WorkbookWriter` in openpyxl's write-only mode: memory does not grow with the rows."""

    def write(self, path: Path, sheets: Iterable[Sheet]) -> None:
        """Write the whole file beside `path`, then put it there."""
        workbook = Workbook(write_only=True)
        handle, beside = tempfile.mkstemp(dir=path.parent, suffix=".xlsx")
        os.close(handle)
        try:
            for sheet in sheets:
                _write_sheet(workbook, sheet)
            workbook.save(beside)
            Path(beside).replace(path)
        except BaseException:
            for page in workbook.worksheets:
                page.close()  # an unfinished sheet holds a temporary file open
                page._writer.cleanup()
            Path(beside).unlink(missing_ok=True)
            raise


def _write_sheet(workbook: Workbook, sheet: Sheet) -> None:
    page: WriteOnlyWorksheet = workbook.create_sheet(sheet.name[:31])
    for place, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(place)].width = width
    head_row = len(sheet.intro) + 1
    page.freeze_panes = f"A{head_row + 1}"
    page.print_title_rows = f"{head_row}:{head_row}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    for place, row in enumerate(sheet.intro):
        page.append([_cell(page, value, title=place == 0) for value in row])
    page.append([_heading(page, heading) for heading in sheet.header])
    rows = 0
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])
        rows += 1
    if sheet.table:
        if not rows:
            page.append([None for _ in sheet.header])
            rows = 1
        page._tables.add(_table(sheet.table, sheet.header, head_row, rows))  # add_table only warns in write-only mode


def _table(name: str, header: Sequence[str], head_row: int, rows: int) -> Table:
    last = get_column_letter(len(header))
    table = Table(displayName=name, ref=f"A{head_row}:{last}{head_row + rows}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight9", showRowStripes=True)
    table._initialise_columns()
    for column, heading in zip(table.tableColumns, header, strict=True):
        column.name = heading
    return table


def _heading(page: WriteOnlyWorksheet, text: str) -> ExcelCell:
    cell = _text(page, text)
    cell.font, cell.fill = _HEAD_FONT, _HEAD
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _cell(page: WriteOnlyWorksheet, value: Cell, *, title: bool = False) -> ExcelCell | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        cell = _text(page, value)
        if title:
            cell.font = _TITLE
        return cell
    cell = WriteOnlyCell(page, value.total_seconds() / 86_400 if isinstance(value, timedelta) else value)
    if isinstance(value, datetime):
        cell.number_format = _TIME
    elif isinstance(value, timedelta):
        cell.number_format = _DURATION
    return cell


def _text(page: WriteOnlyWorksheet, text: str) -> ExcelCell:
    """A cell of text, whatever it begins with: never a formula, also not after somebody edits beside it."""
    text = _NOT_XML.sub("", ILLEGAL_CHARACTERS_RE.sub("", text)).encode("utf-8", "replace").decode("utf-8")
    text = _ESCAPE.sub("_x005F_", text)
    units = text.encode("utf-16-le")
    if len(units) > 2 * LONGEST_TEXT:
        text = units[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
    cell = WriteOnlyCell(page, "")
    cell.value = text
    cell.data_type = "s"
    if text[:1] in "=+-@\t":
        cell.quotePrefix = True
    return cell
