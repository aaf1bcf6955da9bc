"""Uploaded tables: read from a form, saved for the person who uploaded them, with columns to choose."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from attrs import evolve, frozen
from litestar import Request, Response
from litestar.datastructures import UploadFile

from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import LONG, TableSheet
from sikpro.application.use_cases.tables.table_columns import (
    TableColumn,
    best_sheet,
    find_columns,
    header_of,
    header_place,
    missing_columns,
)
from sikpro.application.use_cases.tables.uploads import Purpose, Upload, find_upload, keep_upload
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.people import Person
from sikpro.domain.text import one_line, storable

T = TypeVar("T")

LARGEST_TABLE = LONG.size + 200_000
"""Largest form with a table, in bytes; a larger one is refused by its announced length, before it is read."""

NOW = "now"

_LONGEST_NAME = 80


async def uploaded_file(request: Request[Any, Any, Any]) -> tuple[str, bytes]:
    """Return the file of a form: its name without a path, and its content, b"" if there is none."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile):
        return "", b""
    content = await file.read()
    await file.close()
    name = one_line(storable(file.filename or "")).replace("\\", "/").rpartition("/")[2]
    return name[-_LONGEST_NAME:], content


async def while_connected(request: Request[Any, Any, Any], reading: Coroutine[Any, Any, T]) -> T:
    """Return the result of reading a file; cancel it if the visitor disconnects or the request is cancelled.

    Call it after reading the request's body. Raises the errors of the reading.
    """
    task = asyncio.create_task(reading)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise InvalidValue("file.reader", "")  # nobody sees it: the visitor has disconnected
        return task.result()
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.wait({task, gone})


async def _gone(request: Request[Any, Any, Any]) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


@frozen(kw_only=True)
class UploadPages:
    """The common pages of an uploaded table: their path, the purpose of the table, its possible columns.

    `file_template` is the form for a file, `columns_template` the page for the choice of columns.
    """

    address: str
    purpose: Purpose
    columns: Sequence[TableColumn]
    file_template: str
    columns_template: str

    def ask_file(
        self, request: Request[Any, Any, Any], pages: Pages, error: DomainError | None = None
    ) -> Response[str]:
        """Return the form for a file, with its possible columns."""
        status = status_of(error) if error else 200
        return pages.page(request, self.file_template, status=status, error=error, columns=self.columns)

    def ask_columns(
        self,
        request: Request[Any, Any, Any],
        pages: Pages,
        upload: Upload,
        error: DomainError | None = None,
        **more: object,
    ) -> Response[str]:
        """Return the page for the choice of columns, with the first rows as examples."""
        return pages.page(
            request,
            self.columns_template,
            status=status_of(error) if error else 200,
            error=error,
            upload=upload,
            address=self.address_of(upload),
            columns=self.columns,
            header=header_of(upload.sheet),
            examples=upload.sheet.rows[header_place(upload.sheet) + 1 :][:3],
            missing=missing_columns(upload.columns, self.columns),
            **more,
        )

    async def take(
        self,
        request: Request[Any, Any, Any],
        pages: Pages,
        parts: WebParts,
        me: Person,
        look: Callable[[UnitOfWork, Upload], Upload],
    ) -> Response[str]:
        """Read the uploaded file, process it with `look`, and save it; show errors at the form."""
        name, content = await uploaded_file(request)
        try:
            sheets = await while_connected(request, parts.tables.sheets(content))
            upload = await parts.transactions.read(lambda uow: look(uow, first_look(name, sheets, self.columns)))
        except DomainError as error:
            return self.ask_file(request, pages, error)
        return await self.keep(request, parts, upload, me)

    async def keep(self, request: Request[Any, Any, Any], parts: WebParts, upload: Upload, me: Person) -> Response[str]:
        """Save the upload for its person, and go to its page."""
        now = parts.clock.now()
        kept = await parts.transactions.write(lambda uow: keep_upload(uow, self.purpose, upload, me, now))
        return go(request, f"{self.address}/{kept}")

    def find(self, uow: UnitOfWork, upload_id: int, me: Person) -> Upload:
        """Return the upload of this person. Raises `NotFound`."""
        return find_upload(uow, self.purpose, upload_id, me)

    def is_readable(self, upload: Upload) -> bool:
        """Return whether the sheet could be read and every needed column is known."""
        return upload.sheet.error is None and not missing_columns(upload.columns, self.columns)

    def address_of(self, upload: Upload) -> str:
        """Return the address of the upload's page."""
        return f"{self.address}/{upload.id}"


def first_look(file: str, sheets: Sequence[TableSheet], columns: Sequence[TableColumn]) -> Upload:
    """Return a new upload with the sheet and the columns that its headings suggest."""
    sheet = best_sheet(sheets, columns)
    return Upload(file=file, sheets=sheets, choice=_choice(sheet, find_columns(sheets[sheet], columns)))


def chosen(upload: Upload, form: Form, columns: Sequence[TableColumn]) -> Upload:
    """Return the upload with a form's choices: another sheet with its suggestion, or columns (`column-<place>`).

    `received` is `now` if the person chose that all orders came in now.
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
    """Return whether the person chose that all orders came in now."""
    return upload.choice.get("received") == NOW


def _choice(sheet: int, columns: dict[int, str]) -> dict[str, Any]:
    return {"sheet": sheet, "columns": {str(place): name for place, name in columns.items()}}
