"""Lists as files: export as CSV or Excel, and import after a preview of every row."""

import json
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import BadForm, Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.table_files import kind_of, table_content, table_response
from sikpro.adapters.web.site.visit import Visit
from sikpro.adapters.web.tables.uploading import uploaded_file, while_connected
from sikpro.application.i18n import Words
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import SHORT
from sikpro.application.ports.workbooks import Sheet
from sikpro.application.use_cases.tables.import_rows import (
    ImportPlan,
    Verdict,
    heading,
    import_rows,
    plan_import,
    shown_value,
)
from sikpro.application.use_cases.tables.row_list import RowList
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.people import Permission, Person

LARGEST_UPLOAD = 6_000_000
"""Largest form with a file, in bytes; the table that the preview sends back fits too."""

Table = list[list[str]]


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

        return table_response(await parts.transactions.read(work), f"SIKPRO-{name}", kind)

    @get("/{name:str}/import")
    async def ask(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
    ) -> Response[str]:
        """Show the columns and the form for a file."""
        return _page(request, pages, list_named(name, me))

    @post("/{name:str}/import", request_max_body_size=LARGEST_UPLOAD)
    async def preview(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the effect of every row of the file; write nothing."""
        rows = list_named(name, me)
        source, content = await uploaded_file(request)
        try:
            table = await while_connected(request, parts.tables.read(content))
            plan = await parts.transactions.read(lambda uow: plan_import(uow, rows, table, me))
        except InvalidValue as error:
            return _page(request, pages, rows, error=error)
        return _page(request, pages, rows, plan=plan, table=table, source=source)

    @post("/{name:str}/import/apply", request_max_body_size=LARGEST_UPLOAD)
    async def apply(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Write all good rows as the preview showed them; if the list has changed since, show the preview again."""
        rows, table, now = list_named(name, me), _table(form.text("table")), parts.clock.now()
        mark, source = form.text("mark"), form.text("source")[:200]
        try:
            plan, written = await parts.transactions.write(
                lambda uow: import_rows(uow, rows, table, mark, me, now, source)
            )
        except DomainError as error:
            return _page(request, pages, rows, error=error)
        new, changed = plan.count(Verdict.NEW), plan.count(Verdict.CHANGED)
        if written:
            visit.toast("imported", new=str(new), changed=str(changed))
            return go(request, f"/written/{written.id}")
        if new or changed:
            return _page(request, pages, rows, plan=plan, table=table, outdated=True, source=source)
        visit.toast("imported_nothing")
        return go(request, page_of(rows))


def list_named(name: str, me: Person) -> RowList:
    """Return a list by its name in addresses. Raises `NotFoundException`, or `NotPermitted` without the permission."""
    if name not in LISTS:
        raise NotFoundException
    me.must(LISTS[name].permission)
    return LISTS[name]


def page_of(rows: RowList) -> str:
    """Return the address of the page of a list."""
    return {"people": "/technicians", "targets": "/targets"}.get(rows.name, f"/catalogue/{rows.name}")


def _page(
    request: Request[Any, Any, Any],
    pages: Pages,
    rows: RowList,
    *,
    plan: ImportPlan | None = None,
    table: Table | None = None,
    error: DomainError | None = None,
    outdated: bool = False,
    source: str = "",
) -> Response[str]:
    return pages.page(
        request,
        "tables/list_import.html",
        status=status_of(error) if error else 409 if outdated else 200,
        rows=rows,
        back=page_of(rows),
        plan=plan,
        table=json.dumps(table, ensure_ascii=False) if table else "",
        error=error,
        outdated=outdated,
        source=source,
        verdicts=tuple(Verdict),
        heading=heading,
        shown=shown_value,
    )


def _table(text: str) -> Table:
    """Return the table that a preview sent. Raises `BadForm` for anything else."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadForm("table") from error
    if not isinstance(table, list) or len(table) > SHORT.rows + 1:
        raise BadForm("table")
    if not all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in table):
        raise BadForm("table")
    return table


def _exported(uow: UnitOfWork, rows: RowList, words: Words) -> Sheet:
    language = words.language
    head = [heading(column, language) for column in rows.columns]
    body = [[shown_value(column, row[column], language) for column in rows.columns] for row in rows.rows(uow)]
    widths = [max(12, min(40, max(len(row[place]) for row in [head, *body]) + 2)) for place in range(len(head))]
    return Sheet(name=words(f"lists.of.{rows.name}"), header=head, rows=body, widths=widths)
