"""Lists as files: export as CSV or Excel, and import after a preview of every row."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.table_files import kind_of, table_content, table_response
from sikpro.adapters.web.site.visit import Visit
from sikpro.adapters.web.tables.uploading import UploadPages, chosen, write_upload
from sikpro.application.i18n import Words
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Sheet
from sikpro.application.use_cases.tables.import_rows import LONGEST_LIST, heading, list_columns, list_work, plan_import
from sikpro.application.use_cases.tables.judge_list import Verdict, shown_value
from sikpro.application.use_cases.tables.portions import Prepared
from sikpro.application.use_cases.tables.row_list import RowList
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.table_columns import HEADER_WITHIN, header_of, repeated
from sikpro.application.use_cases.tables.uploads import Purpose, Upload
from sikpro.domain.errors import DomainError, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import one_line

LARGEST_UPLOAD = 6_000_000
"""Largest form with a file, in bytes."""


def _of_people(_: UnitOfWork, about: Mapping[str, Any], __: Form) -> bool:
    """Return whether the list has people: its rows may give roles."""
    return bool(about["name"] == "people")


class ListsController(Controller):
    """Export and import of lists; importing an unchanged export changes nothing."""

    path = "/lists"
    guards = (only(Permission.ADMINISTER, Permission.CLOSE_MONTH),)

    @get("/{file:str}")
    async def export(
        self,
        file: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[bytes]:
        """Return a whole list, as `<name>.csv` or `<name>.xlsx`."""
        name, kind = kind_of(file)
        rows, words = list_named(name, me), visit.words

        def work(uow: UnitOfWork) -> bytes:
            return table_content(parts, _exported(uow, rows, words), kind)

        return table_response(await parts.transactions.read_long(work), f"SIKPRO-{name}", kind)

    @get("/{name:str}/import")
    async def ask(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
    ) -> Response[str]:
        """Show the columns and the form for a file."""
        return _pages(list_named(name, me)).ask_file(request, pages)

    @post("/{name:str}/import", request_max_body_size=LARGEST_UPLOAD)
    async def upload(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Read the file and save it; write nothing."""
        rows = list_named(name, me)
        return await _pages(rows).take(request, pages, parts, me, lambda _, upload: _new(rows, upload))

    @get("/{name:str}/import/{upload_id:int}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the effect of every row, or the choice of columns if that is open; `columns` shows the choice again."""
        rows = list_named(name, me)
        upload = await parts.transactions.read_long(lambda uow: _found(uow, rows, upload_id, me))
        return await _show(request, pages, parts, rows, upload, me)

    @post("/{name:str}/import/{upload_id:int}")
    async def choose(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Use another sheet, another header or other columns."""
        rows = list_named(name, me)
        upload = await parts.transactions.read_long(lambda uow: _found(uow, rows, upload_id, me))
        changed = chosen(upload, form, list_columns(rows))
        return await _pages(rows).keep(request, parts, _of(rows, changed), me)

    @post("/{name:str}/import/{upload_id:int}/apply", guards=[AsksAgain(_of_people)])
    async def apply(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        upload_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Write all good rows as the preview showed them, or show it again if the list has changed since.

        Many rows are written in portions. Rows that replace what identifies a person need a tick that somebody has
        looked at them.
        """
        rows, mark = list_named(name, me), form.text("mark")
        looked = form.text("looked") == "1"

        def look(uow: UnitOfWork) -> tuple[Upload, Prepared | None]:
            upload = _found(uow, rows, upload_id, me)
            plan, work = list_work(uow, rows, upload.sheet, mark, me, upload.columns)
            if work and plan.replacing(rows.person) and not looked:
                raise InvalidValue("import.not_looked", "")
            return upload, Prepared.of(work) if work else None

        try:
            upload, prepared = await parts.transactions.read_long(look)
            if prepared:
                return await write_upload(request, parts, _pages(rows), upload, rows.name, prepared, me)
        except NotFound:
            raise
        except DomainError as error:
            upload = await parts.transactions.read_long(lambda uow: _found(uow, rows, upload_id, me))
            return await _show(request, pages, parts, rows, upload, me, error=error)
        return await _show(request, pages, parts, rows, upload, me, outdated=True)


def list_named(name: str, me: Person) -> RowList:
    """Return a list by its name in addresses. Raises `NotFoundException`, or `NotPermitted` without the permission."""
    if name not in LISTS:
        raise NotFoundException
    me.must(LISTS[name].permission)
    return LISTS[name]


def page_of(rows: RowList) -> str:
    """Return the address of the page of a list."""
    return {"people": "/technicians", "targets": "/targets"}.get(rows.name, f"/catalogue/{rows.name}")


def _pages(rows: RowList) -> UploadPages:
    """Return the pages of a list's import."""
    return UploadPages(
        address=f"/lists/{rows.name}/import",
        purpose=Purpose.LIST,
        columns=list_columns(rows),
        file_template="tables/list_ask.html",
        columns_template="tables/list_columns.html",
        keys=rows.keys,
        more={"rows": rows, "back": page_of(rows), "heading": heading},
    )


def _of(rows: RowList, upload: Upload) -> Upload:
    """Return the upload for this list. Raises `InvalidValue` for too many rows."""
    if len(upload.sheet.rows) > LONGEST_LIST + HEADER_WITHIN:
        raise InvalidValue("file.too_long", str(LONGEST_LIST))
    return evolve(upload, choice={**upload.choice, "list": rows.name})


def _new(rows: RowList, upload: Upload) -> Upload:
    """Return a new upload; with two headings for one column, a person has to choose."""
    twice = repeated(header_of(upload.sheet), list_columns(rows))
    kept = _of(rows, upload)
    return evolve(kept, choice={**kept.choice, "twice": True}) if twice else kept


def _found(uow: UnitOfWork, rows: RowList, upload_id: int, me: Person) -> Upload:
    """Return this person's upload for this list. Raises `NotFound`."""
    upload = _pages(rows).find(uow, upload_id, me)
    if upload.choice.get("list") != rows.name:
        raise NotFound(what="upload", name="")
    return upload


async def _show(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    rows: RowList,
    upload: Upload,
    me: Person,
    *,
    error: DomainError | None = None,
    outdated: bool = False,
) -> Response[str]:
    ours = _pages(rows)
    if "twice" in upload.choice:
        error = InvalidValue("file.header_twice", one_line(", ".join(header_of(upload.sheet))))
        return ours.ask_columns(request, pages, upload, error)
    if not ours.is_readable(upload) or "columns" in request.query_params:
        return ours.ask_columns(request, pages, upload, error)
    sheet, columns = upload.sheet, upload.columns
    try:
        plan = await parts.transactions.read_long(lambda uow: plan_import(uow, rows, sheet, me, columns))
    except InvalidValue as wrong:
        return ours.ask_columns(request, pages, upload, wrong)
    places = {name: place for place, name in columns.items()}
    return pages.page(
        request,
        "tables/list_import.html",
        status=status_of(error) if error else 409 if outdated else 200,
        rows=rows,
        back=page_of(rows),
        plan=plan,
        upload=upload,
        address=ours.address_of(upload),
        cell=lambda line, column: sheet.cell(line.number - 1, places[column]) if column in places else "",
        error=error,
        outdated=outdated,
        verdicts=tuple(Verdict),
        heading=heading,
        shown=shown_value,
    )


def _exported(uow: UnitOfWork, rows: RowList, words: Words) -> Sheet:
    language = words.language
    head = [heading(column, language) for column in rows.columns]
    body = [[shown_value(column, row[column], language) for column in rows.columns] for row in rows.rows(uow)]
    widths = [max(12, min(40, max(len(row[place]) for row in [head, *body]) + 2)) for place in range(len(head))]
    return Sheet(name=words(f"lists.of.{rows.name}"), header=head, rows=body, widths=widths)
