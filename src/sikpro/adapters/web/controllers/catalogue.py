"""The Site Operations and the exchanges that belong to them."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.admission import only
from sikpro.adapters.web.controllers.technicians import wrong_entry
from sikpro.adapters.web.errors import status_of
from sikpro.adapters.web.forms import Form
from sikpro.adapters.web.pages import Pages, go
from sikpro.adapters.web.parts import WebParts
from sikpro.adapters.web.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue import edit_catalogue, new_site_operation, new_sto
from sikpro.domain.errors import DomainError, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person


class CatalogueController(Controller):
    """Both lists with a form each; a code that is there already gets the new name."""

    path = "/catalogue"
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """The lists."""
        return await _page(request, pages, parts)

    @post("/site-operations")
    async def put_site_operation(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Add a Site Operation, or rename one."""
        typed, now = {name: form.text(name) for name in ("code", "name")}, parts.clock.now()
        try:
            row = new_site_operation(typed["code"], typed["name"])
            await parts.transactions.write(lambda uow: edit_catalogue(uow, row, me, now))
        except InvalidValue as error:
            return await _page(request, pages, parts, form="site", typed=typed, error=error)
        visit.toast("catalogue_kept", code=row.code)
        return go(request, "/catalogue")

    @post("/stos")
    async def put_sto(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Add an exchange, or rename or move one."""
        typed, now = {name: form.text(name) for name in ("code", "name", "site")}, parts.clock.now()
        try:
            row = new_sto(typed["code"], typed["name"], typed["site"])
            await parts.transactions.write(lambda uow: edit_catalogue(uow, row, me, now))
        except (InvalidValue, NotFound) as error:
            return await _page(request, pages, parts, form="sto", typed=typed, error=error)
        visit.toast("catalogue_kept", code=row.code)
        return go(request, "/catalogue")


async def _page(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    *,
    form: str = "",
    typed: Mapping[str, str] | None = None,
    error: DomainError | None = None,
) -> Response[str]:
    def read(uow: UnitOfWork) -> dict[str, Any]:
        sites = uow.catalogue.site_operations()
        return {
            "sites": sites,
            "stos": uow.catalogue.stos(),
            "site_options": [("", "–"), *((row.code, f"{row.code} · {row.name}") for row in sites if row.active)],
        }

    found = await parts.transactions.read(read)
    wrong = wrong_entry(error) if error else ""
    nothing: Mapping[str, str] = {}
    return pages.page(
        request,
        "catalogue/page.html",
        status=status_of(error) if error else 200,
        typed={name: typed or {} if form == name else nothing for name in ("site", "sto")},
        error=error,
        wrong={name: wrong if form == name else "" for name in ("site", "sto")},
        **found,
    )
