"""Tables that are uploaded: read from a form, kept for who brought them, their columns chosen by hand."""

from collections.abc import Sequence
from typing import Any

from attrs import evolve
from litestar import Request
from litestar.datastructures import UploadFile

from sikpro.adapters.web.forms import Form
from sikpro.application.ports.tables import LONG, TableSheet
from sikpro.application.use_cases.table_columns import TableColumn, best_sheet, find_columns
from sikpro.application.use_cases.uploads import Upload
from sikpro.domain.text import one_line, storable

LARGEST_TABLE = LONG.size + 200_000
"""Bytes of a form with a table at most; a larger one is refused by its announced length, before it is read."""

_LONGEST_NAME = 80


async def uploaded_file(request: Request[Any, Any, Any]) -> tuple[str, bytes]:
    """The file of a form: its name without a path, and its content, b"" when there is none."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile):
        return "", b""
    content = await file.read()
    await file.close()
    name = one_line(storable(file.filename or "")).replace("\\", "/").rpartition("/")[2]
    return name[-_LONGEST_NAME:], content


def first_look(file: str, sheets: Sequence[TableSheet], columns: Sequence[TableColumn]) -> Upload:
    """A new upload with the sheet and the columns that its headings propose."""
    sheet = best_sheet(sheets, columns)
    return Upload(file=file, sheets=sheets, choice=_choice(sheet, find_columns(sheets[sheet], columns)))


def chosen(upload: Upload, form: Form, columns: Sequence[TableColumn]) -> Upload:
    """The upload as a form has it: another sheet with its own proposal, or what `column-<place>` means."""
    sheet = form.whole("sheet")
    if sheet is not None and sheet < len(upload.sheets):
        return evolve(upload, choice=_choice(sheet, find_columns(upload.sheets[sheet], columns)))
    names = {column.name for column in columns}
    found: dict[int, str] = {}
    for entry, name in form.values.items():
        place = entry.removeprefix("column-")
        if entry.startswith("column-") and place.isdecimal() and len(place) <= 3 and name in names - {*found.values()}:
            found[int(place)] = name
    return evolve(upload, choice=_choice(int(upload.choice.get("sheet", 0)), found))


def _choice(sheet: int, columns: dict[int, str]) -> dict[str, Any]:
    return {"sheet": sheet, "columns": {str(place): name for place, name in columns.items()}}
