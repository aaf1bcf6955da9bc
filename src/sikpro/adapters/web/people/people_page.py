"""The common parts of the pages of technicians and users: the list, the form with its error, the switch per row."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.people.people_listing import people_listing, sharing
from sikpro.adapters.web.people.person import switch_person
from sikpro.adapters.web.people.rights import lets_account_in
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import DomainError
from sikpro.domain.people import Person


class PeoplePage(Controller, ABC):
    """A list of people with a form to add one; a subclass defines who is listed and the additional content."""

    template: ClassVar[str]

    @abstractmethod
    def lists(self, person: Person) -> bool:
        """Return whether a person is on this page."""

    @abstractmethod
    def shown(self, uow: UnitOfWork) -> Mapping[str, object]:
        """Return the additional content of the page."""

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Show the people of this page by name, filtered by the address."""
        return await self.page(request, pages, parts, {})

    @post("/{person_id:int}/active", guards=[AsksAgain(lets_account_in)])
    async def switch(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Activate or deactivate a person; a deactivated person's sessions end at once."""
        await switch_person(person_id, me, visit, parts, form)
        return go(request, self.path)

    async def page(
        self,
        request: Request[Any, Any, Any],
        pages: Pages,
        parts: WebParts,
        typed: Mapping[str, str],
        error: DomainError | None = None,
        **more: object,
    ) -> Response[str]:
        """Return the page with the typed text of its form and the error."""

        def read(uow: UnitOfWork) -> Mapping[str, object]:
            everybody = uow.people.all()
            people = [person for person in everybody if self.lists(person)]
            listing = people_listing(self.path, people, request.query_params)
            return {"listing": listing, "sharing": sharing(everybody), **self.shown(uow), **more}

        return pages.page(
            request,
            self.template,
            status=status_of(error) if error else 200,
            typed=typed,
            error=error,
            wrong=_wrong_entry(error) if error else "",
            **await parts.transactions.read(read),
        )


def _wrong_entry(error: DomainError) -> str:
    """Return the form's entry with the error."""
    named = {"technician_code": "code", "username": "username", "site_operation": "site"}
    about = error.params.get("field") or error.params.get("what") or error.code.partition(".")[0]
    return named.get(str(about), {"technician": "code", "sto": "code"}.get(str(about), str(about)))
