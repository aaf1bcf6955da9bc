"""The technicians: people with a technician code, and whether Telegram reaches them."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency

from sikpro.adapters.web.people.people_page import PeoplePage
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.manage_people import add_technician
from sikpro.domain.errors import AlreadyUsed, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person

ENTRIES = ("name", "code", "site", "phone")


class TechniciansController(PeoplePage):
    """The list, a form to add one, and the switch to activate or deactivate each."""

    path = "/technicians"
    guards = (only(Permission.MANAGE_TECHNICIANS),)
    template = "people/technicians.html"

    def lists(self, person: Person) -> bool:
        """Return whether the person has a technician code."""
        return bool(person.technician_code)

    def shown(self, uow: UnitOfWork) -> Mapping[str, object]:
        """Return the Site Operations to choose from, and the number of open access requests."""
        sites = [row for row in uow.catalogue.site_operations() if row.active]
        return {
            "sites": [("", "–"), *((row.code, f"{row.code} · {row.name}") for row in sites)],
            "waiting": len(uow.access_requests.pending()),
        }

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
        """Add a technician, or show the error at the form."""
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
            return await self.page(request, pages, parts, typed, error)
        visit.toast("technician_added", name=person.name, code=person.technician_code or "")
        return go(request, "/technicians")
