"""The catalogues: places, statuses, order types, makers, provider's codes; each has a list and a page per row."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS, STATUSES, CatalogueKind
from sikpro.application.use_cases.catalogue.edit_catalogue import (
    Use,
    add_row,
    delete_row,
    edit_row,
    row_coded,
    row_mark,
    set_row_active,
    uses,
)
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow, group_names
from sikpro.application.use_cases.catalogue.status_keys import status_keys
from sikpro.application.use_cases.messages.notify_technician import PLACEHOLDERS
from sikpro.domain.catalogue import Meaning
from sikpro.domain.errors import AlreadyUsed, ConcurrencyConflict, DomainError, InUse, InvalidFields
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Turn

LONGEST_CODE = 100


class CatalogueController(Controller):
    """The catalogues that an admin edits: a row in use can be retired, an unused row can be deleted."""

    path = "/catalogue"
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def first(self, request: Request[Any, Any, Any]) -> Response[str]:
        """Redirect to the first catalogue."""
        return go(request, f"/catalogue/{next(iter(KINDS))}")

    @get("/{name:str}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show a catalogue's rows and how many orders use each."""
        kind = catalogue_named(name)
        rows, used = await parts.transactions.read_long(lambda uow: (kind.rows(uow), uses(uow, kind)))
        return pages.page(request, "setup/catalogue.html", kind=kind, kinds=KINDS, rows=rows, uses=used)

    @post("/{name:str}")
    async def add(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Add a row, or show the errors at their entries."""
        kind, now = catalogue_named(name), parts.clock.now()
        typed = _typed(kind, form)

        def work(uow: UnitOfWork) -> CatalogueRow:
            return add_row(uow, kind, typed, me, now)

        return await _do(request, kind, "", visit, pages, parts, work, "catalogue_kept", typed)

    @get("/{name:str}/new")
    async def ask(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the form for a new row."""
        return await _form(request, catalogue_named(name), "", pages, parts)

    @get("/{name:str}/row/{code:str}")
    async def edit(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        code: FromPath[str],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the form to edit a row."""
        return await _form(request, catalogue_named(name), code, pages, parts)

    @post("/{name:str}/row/{code:str}")
    async def save(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        code: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Change a row."""
        kind, now = catalogue_named(name), parts.clock.now()
        typed, mark = _typed(kind, form), form.text("mark")

        def work(uow: UnitOfWork) -> CatalogueRow:
            return edit_row(uow, kind, code, typed, mark=mark, by=me, now=now)

        return await _do(request, kind, code, visit, pages, parts, work, "catalogue_kept", typed)

    @post("/{name:str}/row/{code:str}/active")
    async def switch(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        code: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Retire a row or make it active again."""
        kind, now, active = catalogue_named(name), parts.clock.now(), form.text("active") == "yes"

        def work(uow: UnitOfWork) -> CatalogueRow:
            return set_row_active(uow, kind, code, active, me, now)

        done = "catalogue_revived" if active else "catalogue_retired"
        return await _do(request, kind, code, visit, pages, parts, work, done)

    @post("/{name:str}/row/{code:str}/delete")
    async def delete(
        self,
        request: Request[Any, Any, Any],
        name: FromPath[str],
        code: FromPath[str],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Delete an unused row."""
        kind, now = catalogue_named(name), parts.clock.now()

        def work(uow: UnitOfWork) -> CatalogueRow:
            return delete_row(uow, kind, code, me, now)

        return await _do(request, kind, code, visit, pages, parts, work, "catalogue_deleted")


def catalogue_named(name: str) -> CatalogueKind:
    """Return a catalogue by its name in addresses. Raises `NotFoundException` if there is none."""
    if name not in KINDS:
        raise NotFoundException
    return KINDS[name]


def _typed(kind: CatalogueKind, form: Form) -> dict[str, str]:
    return {entry: form.text(entry) for entry in kind.entries}


async def _do(
    request: Request[Any, Any, Any],
    kind: CatalogueKind,
    code: str,
    visit: Visit,
    pages: Pages,
    parts: WebParts,
    work: Callable[[UnitOfWork], CatalogueRow],
    done: str,
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    """Do the work and go back to the list with the toast `done`, or show the errors in the row's form."""
    try:
        row = await parts.transactions.write(work)
    except (InvalidFields, AlreadyUsed, ConcurrencyConflict, InUse) as error:
        return await _form(request, kind, code, pages, parts, typed=typed, error=error)
    visit.toast(done, code=row.code)
    return go(request, f"/catalogue/{kind.name}")


async def _form(
    request: Request[Any, Any, Any],
    kind: CatalogueKind,
    code: str,
    pages: Pages,
    parts: WebParts,
    *,
    typed: Mapping[str, str] | None = None,
    error: DomainError | None = None,
) -> Response[str]:
    def read(uow: UnitOfWork) -> tuple[CatalogueRow | None, Use, list[tuple[str, str]], Mapping[str, str], str]:
        row = row_coded(uow, kind, code[:LONGEST_CODE]) if code else None
        texts = kind.texts(row) if row else {}
        sites = [
            (site.code, f"{site.code} · {site.name}")
            for site in uow.catalogue.site_operations()
            if site.active or site.code == texts.get("site_operation")
        ]
        groups = dict(sorted(group_names(uow.catalogue.statuses()).items()))
        key = status_keys(uow.catalogue.statuses()).get(code, "") if kind is STATUSES else ""
        return row, uses(uow, kind)[code] if row else Use(), [("", "–"), *sites], groups, key

    row, use, sites, groups, key = await parts.transactions.read_long(read)
    errors: Mapping[str, DomainError] = {}
    if isinstance(error, InvalidFields):
        errors = error.errors
    elif isinstance(error, AlreadyUsed):
        errors = {"code": error}
    blank = dict.fromkeys(kind.entries, "")
    return pages.page(
        request,
        "setup/row.html",
        status=status_of(error) if error else 200,
        kind=kind,
        kinds=KINDS,
        row=row,
        mark=row_mark(row) if row else "",
        use=use,
        typed=typed or (kind.texts(row) if row else blank),
        errors=errors,
        trouble=None if errors else error,
        conflict=isinstance(error, ConcurrencyConflict),
        sites=sites,
        groups=groups,
        automatic_key=key,
        placeholders=PLACEHOLDERS,
        phases=tuple(Phase),
        turns=tuple(Turn),
        meanings=tuple(Meaning),
    )
