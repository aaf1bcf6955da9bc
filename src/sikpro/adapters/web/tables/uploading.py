"""Tables that are uploaded: read from a form, kept for who brought them, their columns chosen by hand."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from attrs import evolve
from litestar import Request
from litestar.datastructures import UploadFile

from sikpro.adapters.web.site.forms import Form
from sikpro.application.ports.tables import LONG, TableSheet
from sikpro.application.use_cases.tables.table_columns import TableColumn, best_sheet, find_columns
from sikpro.application.use_cases.tables.uploads import Upload
from sikpro.domain.errors import InvalidValue
from sikpro.domain.text import one_line, storable

T = TypeVar("T")

LARGEST_TABLE = LONG.size + 200_000
"""Bytes of a form with a table at most; a larger one is refused by its announced length, before it is read."""

NOW = "now"

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


async def while_asked(request: Request[Any, Any, Any], reading: Coroutine[Any, Any, T]) -> T:
    """What reading a file gives; it is cancelled when who uploaded it goes away or the request is.

    Call it when the request's body was read. Raises what the reading does.
    """
    task = asyncio.create_task(reading)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise InvalidValue("file.reader", "")  # nobody is there to see it
        return task.result()
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.wait({task, gone})


async def _gone(request: Request[Any, Any, Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def first_look(file: str, sheets: Sequence[TableSheet], columns: Sequence[TableColumn]) -> Upload:
    """A new upload with the sheet and the columns that its headings propose."""
    sheet = best_sheet(sheets, columns)
    return Upload(file=file, sheets=sheets, choice=_choice(sheet, find_columns(sheets[sheet], columns)))


def chosen(upload: Upload, form: Form, columns: Sequence[TableColumn]) -> Upload:
    """The upload as a form has it: another sheet with its own proposal, or what `column-<place>` means.

    `received` is `now` when somebody says that all orders came in now.
    """
    sheet = form.whole("sheet")
    if sheet is not None and sheet < len(upload.sheets):
        return evolve(upload, choice=_choice(sheet, find_columns(upload.sheets[sheet], columns)))
    names = {column.name for column in columns}
    found: dict[int, str] = {}
    for entry, name in form.values.items():
        place = entry.removeprefix("column-")
        if entry.startswith("column-") and place.isdecimal() and len(place) <= 3 and name in names - {*found.values()}:
            found[int(place)] = name
    received = {"received": NOW} if form.text("received") == NOW else {}
    return evolve(upload, choice={**_choice(int(upload.choice.get("sheet", 0)), found), **received})


def received_now(upload: Upload) -> bool:
    """Whether somebody said that all orders came in now."""
    return upload.choice.get("received") == NOW


def _choice(sheet: int, columns: dict[int, str]) -> dict[str, Any]:
    return {"sheet": sheet, "columns": {str(place): name for place, name in columns.items()}}
