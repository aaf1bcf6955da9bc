"""Read tables that people upload, CSV or Excel: bounded before anything is unpacked, every cell as plain text."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import islice

from attrs import frozen
from openpyxl import load_workbook

from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import storable

LARGEST_FILE = 5_000_000
"""Bytes of an uploaded file at most."""

LARGEST_UNPACKED = 40_000_000
"""Bytes of all files in an Excel file's zip together, unpacked."""

MOST_PARTS = 500
MOST_ROWS = 5_000
MOST_COLUMNS = 40

_ENTITIES = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T|E\x00?N\x00?T\x00?I)", re.IGNORECASE)
_GUARDED = re.compile(r"'(?=[=+\-@\t'])")
"""The mark that an export puts before what a spreadsheet would take for a formula."""


@frozen
class FileTableReader:
    """`TableReader` for CSV (comma, semicolon or tab) and for the first sheet of an Excel file."""

    def read(self, content: bytes) -> list[list[str]]:
        """The rows, the header first, empty ones as empty lists. Raises `InvalidValue`, its code `file.…`."""
        if not content.strip():
            raise InvalidValue("file.empty", "")
        if len(content) > LARGEST_FILE:
            raise InvalidValue("file.too_large", str(LARGEST_FILE // 1_000_000))
        if content.startswith(b"\xd0\xcf\x11\xe0"):
            raise InvalidValue("file.old_excel", "")
        rows = _excel(content) if content.startswith(b"PK") else _csv(content)
        if not any(rows):
            raise InvalidValue("file.empty", "")
        return rows


def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise InvalidValue("file.unreadable", "")
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=head.count)
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return _bounded([_GUARDED.sub("", cell, count=1) if cell[:1] == "'" else cell for cell in row] for row in found)
    except csv.Error as error:
        raise InvalidValue("file.unreadable", "") from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _excel(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise InvalidValue("file.bomb", "")
            # Unpacked as far as announced and no further; a document type could multiply what is there.
            if any(_ENTITIES.search(packed.read(part)) for part in parts if part.filename.endswith((".xml", ".rels"))):
                raise InvalidValue("file.bomb", "")
        workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            sheet = workbook.worksheets[0]
            rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1)
            return _bounded([_text(cell) for cell in row] for row in rows)
        finally:
            workbook.close()
    except InvalidValue:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers do; all of it means that this is no Excel file
        raise InvalidValue("file.unreadable", "") from error


def _text(cell: object) -> str:
    """A cell as it would be typed. Raises `InvalidValue` for a formula."""
    value = getattr(cell, "value", None)
    if getattr(cell, "data_type", "") == "f":
        raise InvalidValue("file.formula", str(getattr(cell, "coordinate", "")))
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer():
            return str(int(value))
        case timedelta():
            minutes = int(value.total_seconds()) // 60
            return f"{minutes // 60}:{minutes % 60:02}"
        case time():
            return value.strftime("%H:%M")
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


def _bounded(rows: Iterable[list[str]]) -> list[list[str]]:
    """The rows without empty cells at their ends, as long as they are not too many."""
    kept: list[list[str]] = []
    for row in islice(rows, MOST_ROWS + 2):
        cells = [storable(cell).strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise InvalidValue("file.too_wide", str(MOST_COLUMNS))
        kept.append(cells)
    while kept and not kept[-1]:
        kept.pop()
    if len(kept) > MOST_ROWS + 1:
        raise InvalidValue("file.too_long", str(MOST_ROWS))
    return kept
