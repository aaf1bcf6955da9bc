"""Uploaded tables: read from a form, saved for the person who uploaded them, with columns to choose."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen
from litestar import MediaType, Request, Response, get
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit, visit_of
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import LONG, TableSheet
from sikpro.application.ports.written_tables import WrittenState, WrittenTable
from sikpro.application.use_cases.tables.portions import Prepared
from sikpro.application.use_cases.tables.table_columns import (
    HEADER_WITHIN,
    ShownRule,
    TableColumn,
    best_sheet,
    find_columns,
    header_of,
    header_place,
    missing_columns,
    shown_rules,
    with_header,
)
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.application.use_cases.tables.uploads import Purpose, Upload, drop_upload, find_upload, keep_upload
from sikpro.domain.dates import RULES
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


@get("/reading/{key:str}")
async def reading(
    key: FromPath[str], me: NamedDependency[Person], visit: NamedDependency[Visit], parts: NamedDependency[WebParts]
) -> Response[str]:
    """Say how far the reading of the person's own file is, in a sentence; nothing if no such file is being read."""
    rows = parts.readings.rows(me.id, key)
    said = ""
    if rows is not None:
        said = (
            visit.words("imports.reading", count=visit.words.number(rows)) if rows else visit.words("imports.opening")
        )
    return Response(said, media_type=MediaType.TEXT)


@frozen(kw_only=True)
class UploadPages:
    """The common pages of an uploaded table: their path, the purpose of the table, its possible columns.

    `file_template` is the form for a file, `columns_template` the page for the choice of columns. Of the columns `keys`
    at least one is needed; `more` goes to every page.
    """

    address: str
    purpose: Purpose
    columns: Sequence[TableColumn]
    file_template: str
    columns_template: str
    keys: Sequence[str] = ()
    more: Mapping[str, object] = field(factory=dict[str, object])

    def ask_file(
        self, request: Request[Any, Any, Any], pages: Pages, error: DomainError | None = None
    ) -> Response[str]:
        """Return the form for a file, with its possible columns."""
        status = status_of(error) if error else 200
        return pages.page(request, self.file_template, status=status, error=error, columns=self.columns, **self.more)

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
            header_row=header_place(upload.sheet),
            header_rows=_first_rows(upload.sheet),
            examples=upload.sheet.rows[header_place(upload.sheet) + 1 :][:3],
            missing=self.missing(upload),
            rules={rule.place: rule for rule in self.rules(upload, visit_of(request).words.zone)},
            rule_names=[rule.name for rule in RULES],
            **self.more,
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
        key = str((await request.form()).get("reading", ""))
        try:
            with parts.readings.of(me.id, key) as read_so_far:
                sheets = await while_connected(request, parts.tables.sheets(content, read_so_far))
            upload = await parts.transactions.read_long(lambda uow: look(uow, first_look(name, sheets, self.columns)))
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
        return upload.sheet.error is None and not self.missing(upload)

    def missing(self, upload: Upload) -> list[TableColumn]:
        """Return the needed columns that are not known; of `keys` the first if none is."""
        missing = missing_columns(upload.columns, self.columns)
        if self.keys and not set(self.keys) & set(upload.columns.values()):
            missing += [column for column in self.columns if column.name == self.keys[0]]
        return missing

    def rules(self, upload: Upload, zone: ZoneInfo) -> list[ShownRule]:
        """Return how the columns with dates are read."""
        return shown_rules(upload.sheet, upload.columns, self.columns, zone)

    def address_of(self, upload: Upload) -> str:
        """Return the address of the upload's page."""
        return f"{self.address}/{upload.id}"


def first_look(file: str, sheets: Sequence[TableSheet], columns: Sequence[TableColumn]) -> Upload:
    """Return a new upload with the sheet and the columns that its headings suggest."""
    headed = [with_header(sheet, columns) for sheet in sheets]
    best = best_sheet(headed, columns)
    return Upload(file=file, sheets=sheets, choice=_choice(best, headed[best], find_columns(headed[best], columns)))


def chosen(upload: Upload, form: Form, columns: Sequence[TableColumn]) -> Upload:
    """Return the upload with a form's choices: another sheet with its suggestion, or columns (`column-<place>`).

    Or another row as the header (`header`, counted from 0), with what it suggests. `dates-<place>` is the rule of a
    column with dates, "" to decide it from its cells. `received` is `now` if the person chose that all orders came in
    now.
    """
    sheet = form.whole("sheet")
    if sheet is not None and sheet < len(upload.sheets):
        headed = with_header(upload.sheets[sheet], columns)
        return evolve(upload, choice=_choice(sheet, headed, find_columns(headed, columns)))
    place, header = int(upload.choice.get("sheet", 0)), form.whole("header")
    if header is not None and header < len(upload.sheet.rows):
        headed = evolve(upload.sheet, header=header, header_lines=1, dates={})
        return evolve(upload, choice=_choice(place, headed, find_columns(headed, columns)))
    names = {column.name for column in columns}
    found: dict[int, str] = {}
    for entry, name in form.values.items():
        at = entry.removeprefix("column-")
        if entry.startswith("column-") and at.isdecimal() and len(at) <= 3 and name in names - {*found.values()}:
            found[int(at)] = name
    received = {"received": NOW} if form.text("received") == NOW else {}
    rules = {rule.name: rule for rule in RULES}
    dates = {place: rules[name] for place in found if (name := form.text(f"dates-{place}")) in rules}
    return evolve(upload, choice={**_choice(place, evolve(upload.sheet, dates=dates), found), **received})


async def write_upload(
    request: Request[Any, Any, Any],
    parts: WebParts,
    pages: UploadPages,
    upload: Upload,
    kind: str,
    prepared: Prepared,
    me: Person,
    *,
    keep: bool = False,
) -> Response[str]:
    """Begin to write a table from an upload, which goes with it unless it is kept, and go to the table's page."""
    now, visit = parts.clock.now(), visit_of(request)

    def work(uow: UnitOfWork) -> WrittenTable:
        if not keep:
            drop_upload(uow, pages.purpose, upload.id, me)
        return prepared.begin(uow, kind, upload.file, me, now)

    table = await parts.transactions.write(work)
    added, changed = visit.words.number(table.added), visit.words.number(table.changed)
    if table.state is WrittenState.WRITTEN and kind == ORDERS:
        visit.toast("orders_imported", count=added)
    elif table.state is WrittenState.WRITTEN:
        visit.toast("imported", new=added, changed=changed)
    return go(request, f"/written/{table.id}")


def received_now(upload: Upload) -> bool:
    """Return whether the person chose that all orders came in now."""
    return upload.choice.get("received") == NOW


def _choice(place: int, sheet: TableSheet, columns: dict[int, str]) -> dict[str, Any]:
    return {
        "sheet": place,
        "header": [sheet.header, sheet.header_lines],
        "columns": {str(place): name for place, name in columns.items()},
        "dates": {str(place): [rule.order.value, rule.half_days] for place, rule in sheet.dates.items()},
    }


def _first_rows(sheet: TableSheet) -> list[tuple[int, str]]:
    """Return the rows that may be the header, each by its place and its first cells."""
    rows = [(place, row) for place, row in enumerate(sheet.rows[:HEADER_WITHIN]) if any(row)]
    return [(place, " · ".join([cell[:20] for cell in row if cell][:6])) for place, row in rows]
