"""Read uploaded tables, CSV or Excel: limits apply before unpacking, every cell becomes plain text."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from attrs import define, frozen
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from sikpro.adapters.excel.package import IN_CELL, CheckedPackage
from sikpro.application.ports.tables import FORMULA, LONG, LONGEST_CELL, ReadSoFar, TableLimits, TableSheet
from sikpro.application.ports.workbooks import FORMULA_STARTS
from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import storable

_GUARDED = re.compile(rf"'(?=[{re.escape(FORMULA_STARTS)}'])")
"""The mark that an export puts before text that looks like a formula."""

csv.field_size_limit(LONGEST_CELL)  # the limit of the csv module, for all readers in this process
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
"""A formula that is only a text: how people keep a spreadsheet from changing a number."""

_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""The first line of a CSV that names its separator; Excel reads and hides it."""

_SEPARATORS = ";,\t|"
_LOOKED_AT = 50
"""The lines in which a separator must give equal rows."""

_SAID_EVERY = 200
"""The rows after which a reader says how far it is."""

_EXACT = 10**15
"""Excel keeps every digit of a whole number below this."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_NO_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"<")
"""The beginnings of files that are neither CSV nor Excel; web pages are often saved as `.xls`."""


@frozen
class FileTableReader:
    """Reads CSV (comma, semicolon, tab or bar) and Excel, synchronously."""

    def sheets(self, content: bytes, read_so_far: ReadSoFar = lambda _: None) -> tuple[TableSheet, ...]:
        """Return every sheet that is neither hidden nor empty. Raises `InvalidValue` with a code `file.…`."""
        return _sheets(content, LONG, read_so_far)


@frozen
class DirectTables:
    """`TableReader` in this process, for tests and trusted files."""

    reader: FileTableReader = FileTableReader()

    async def sheets(self, content: bytes, read_so_far: ReadSoFar = lambda _: None) -> tuple[TableSheet, ...]:
        """Return every sheet that is neither hidden nor empty. Raises `InvalidValue`."""
        return self.reader.sheets(content, read_so_far)


def _sheets(content: bytes, limits: TableLimits, read_so_far: ReadSoFar) -> tuple[TableSheet, ...]:
    if not content.strip():
        raise InvalidValue("file.empty", "")
    if len(content) > limits.size:
        raise InvalidValue("file.too_large", str(limits.size // 1_000_000))
    if content.startswith(_OLD_OFFICE):
        raise InvalidValue("file.password" if _ENCRYPTED in content else "file.old_excel", "")
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_NO_TABLES):
        raise InvalidValue("file.no_table", "")
    budget = _Budget(limits.text, read_so_far)
    excel = content.startswith(b"PK")
    found = _excel(content, limits, budget) if excel else (_text_table(content, limits, budget),)
    sheets = tuple(sheet for sheet in found if sheet.error or any(sheet.rows))
    if not sheets:
        raise InvalidValue("file.empty", "")
    return sheets


def _text_table(content: bytes, limits: TableLimits, budget: "_Budget") -> TableSheet:
    text = _decoded(content)
    if "\x00" in text:
        raise InvalidValue("file.unreadable", "")
    first, end, rest = text.partition("\n")
    named = _SEPARATOR.fullmatch(first.strip("\r "))
    if named or (first.strip("\r\t ") == "sep=" and "\t" in first):
        delimiter, text = named[1] if named else "\t", end + rest  # the empty line keeps the numbers of the rows
    else:
        delimiter = _separator(text)
    found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return TableSheet(name="", rows=_bounded(_csv_rows(found), limits, budget))


def _separator(text: str) -> str:
    """Return the separator that gives the most rows of equal length, then the longest rows.

    Titles above a table have none, and a text in quotes may have any.
    """
    lines = [line for line in islice(io.StringIO(text), 4 * _LOOKED_AT) if line.strip()][:_LOOKED_AT]

    def fit(separator: str) -> tuple[int, int]:
        try:
            lengths = Counter(map(len, csv.reader(lines, delimiter=separator)))
        except csv.Error:
            return 0, 0
        return max(((times, length) for length, times in lengths.items() if length > 1), default=(0, 0))

    return max(_SEPARATORS, key=fit)


def _csv_rows(found: Any) -> Iterator[list[str]]:
    while True:
        line = found.line_num + 1
        try:
            row = next(found, None)
        except csv.Error as error:
            too_long = "field larger than" in str(error)
            reason, typed = ("file.line_too_long", str(line)) if too_long else ("file.unreadable", "")
            raise InvalidValue(reason, typed) from error
        if row is None:
            return
        yield [_plain(cell) for cell in row]


def _plain(cell: str) -> str:
    """Return a cell of a CSV without the mark of an export, and `="text"` as its text."""
    if cell[:1] == "'":
        return _GUARDED.sub("", cell, count=1)
    written = _AS_TEXT.fullmatch(cell.strip()) if cell[:2] == '="' else None
    return written[1].replace('""', '"') if written else cell


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    start = content[:_LOOKED_AT]
    if b"\x00" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        if max(even, odd) > len(start) // 4 and min(even, odd) == 0:  # plain letters have one zero each
            return content.decode("utf-16-be" if even else "utf-16-le", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _excel(content: bytes, limits: TableLimits, budget: "_Budget") -> tuple[TableSheet, ...]:
    try:
        with CheckedPackage(content, limits) as package:
            reader = ExcelReader(io.BytesIO(content), read_only=True, keep_links=False)
            reader.archive.close()
            reader.archive = package
            reader.read()
            pages = reader.wb.worksheets
            shown = [page for page in pages if page.sheet_state == "visible"] or pages
            return tuple(_sheet(page, package, limits, budget) for page in shown)
    except (InvalidValue, MemoryError):
        raise
    except Exception as error:  # openpyxl raises any error of its parsers; each means that this is not an Excel file
        raise InvalidValue("file.unreadable", "") from error


def _sheet(page: ReadOnlyWorksheet, package: CheckedPackage, limits: TableLimits, budget: "_Budget") -> TableSheet:
    name = storable(str(page.title))
    problem = package.problems.get(page._worksheet_path)
    if problem:
        in_cell = problem.code in IN_CELL
        typed = f"{name}!{problem.typed}" if in_cell else problem.typed
        return TableSheet(name=name, rows=(), error=InvalidValue(problem.code, typed))
    cells = page.iter_rows(max_row=limits.rows + 2, max_col=limits.columns + 1)
    try:
        rows = _bounded(([_text(cell) for cell in row] for row in cells), limits, budget)
        return TableSheet(name=name, rows=rows)
    except InvalidValue as error:
        return TableSheet(name=name, rows=(), error=error)


def _text(cell: object) -> str:
    """Return a cell as a person would type it, a formula with `FORMULA` in front."""
    value = getattr(cell, "value", None)
    if getattr(cell, "data_type", "") == "f":
        written = _AS_TEXT.fullmatch(str(value).strip())
        return written[1].replace('""', '"') if written else f"{FORMULA}{value}"
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float() if abs(value) >= _EXACT and float(value).is_integer():
            return _large(value)
        case float() if value.is_integer():
            return str(int(value))
        case timedelta():
            seconds = round(value.total_seconds())  # a cell has a fraction of a day, so some are a bit too short
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case time():
            return value.strftime("%H:%M:%S" if value.second else "%H:%M")
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


def _large(value: float) -> str:
    """Return a whole number of more than 15 digits in Excel's notation, if its last digits are lost."""
    digits = str(value)
    if isinstance(value, int) and digits.strip("-")[15:].strip("0"):
        return digits  # another program wrote it, with all digits
    return re.sub(r"\.?0*E", "E", f"{value:.14E}")


@define
class _Budget:
    """The text of all sheets of a file together, in characters; above `most` no further sheet is read."""

    most: int
    read_so_far: ReadSoFar
    spent: int = 0
    rows: int = 0

    def spend(self, characters: int) -> None:
        """Add a row of so many characters. Raises `InvalidValue` above `most`."""
        self.rows += 1
        if self.rows % _SAID_EVERY == 0:
            self.read_so_far(self.rows)
        self.spent += characters
        if self.spent > self.most:
            raise InvalidValue("file.too_much_text", str(self.most))


def _bounded(rows: Iterable[list[str]], limits: TableLimits, budget: _Budget) -> list[list[str]]:
    """Return the rows without empty cells at their ends. Raises `InvalidValue` for too many."""
    kept: list[list[str]] = []
    for row in islice(rows, limits.rows + 2):
        budget.spend(sum(map(len, row)))
        cells = [storable(cell).strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > limits.columns:
            raise InvalidValue("file.too_wide", str(limits.columns))
        kept.append(cells)
    while kept and not kept[-1]:
        kept.pop()
    if len(kept) > limits.rows + 1:
        raise InvalidValue("file.too_long", str(limits.rows))
    return kept
