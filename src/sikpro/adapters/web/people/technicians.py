"""The technicians: who is known by a code, and whether Telegram reaches them."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.people.people_listing import people_listing, sharing
from sikpro.adapters.web.people.person import switch_person
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.manage_people import add_technician
from sikpro.domain.errors import AlreadyUsed, DomainError, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person

ENTRIES = ("name", "code", "site", "phone")


class TechniciansController(Controller):
    """The list, a form to add one, and the switch that lets them in or keeps them out."""

    path = "/technicians"
    guards = (only(Permission.MANAGE_TECHNICIANS),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Those with a technician code, by name, as the address asks."""
        return await _page(request, pages, parts, {})

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Make a technician known; what is wrong is said at the form."""
        now, typed = parts.clock.now(), {name: form.text(name) for name in ENTRIES}

        def work(uow: UnitOfWork) -> Person:
            return add_technician(
                uow,
                name=typed["name"],
                technician_code=typed["code"],
                site_operation=typed["site"],
                phone=typed["phone"],
                now=now,
                by=me,
            )

        try:
            person = await parts.transactions.write(work)
        except (InvalidValue, AlreadyUsed, NotFound) as error:
            return await _page(request, pages, parts, typed, error)
        visit.toast("technician_added", name=person.name, code=person.technician_code or "")
        return go(request, "/technicians")

    @post("/{person_id:int}/active")
    async def switch(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Let a technician in or keep them out."""
        await switch_person(person_id, me, visit, parts, form)
        return go(request, "/technicians")


async def _page(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    typed: Mapping[str, str],
    error: DomainError | None = None,
) -> Response[str]:
    def read(uow: UnitOfWork) -> dict[str, Any]:
        everybody = uow.people.all()
        people = [person for person in everybody if person.technician_code]
        sites = [row for row in uow.catalogue.site_operations() if row.active]
        waiting = len(uow.access_requests.pending())
        return {
            "listing": people_listing("/technicians", people, request.query_params),
            "sites": [("", "–"), *((row.code, f"{row.code} · {row.name}") for row in sites)],
            "waiting": waiting,
            "sharing": sharing(everybody),
        }

    found = await parts.transactions.read(read)
    return pages.page(
        request,
        "people/technicians.html",
        status=status_of(error) if error else 200,
        typed=typed,
        error=error,
        wrong=wrong_entry(error) if error else "",
        **found,
    )


def wrong_entry(error: DomainError) -> str:
    """The form's entry that an error is about."""
    named = {"technician_code": "code", "username": "username", "site_operation": "site"}
    about = error.params.get("field") or error.params.get("what") or error.code.partition(".")[0]
    return named.get(str(about), {"technician": "code", "sto": "code"}.get(str(about), str(about)))
