"""The accounts of the web console."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.account.passwords import PasswordDesk
from sikpro.adapters.web.people.people_listing import people_listing, sharing
from sikpro.adapters.web.people.person import one_time_password, switch_person
from sikpro.adapters.web.people.technicians import wrong_entry
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.edit_people import ACCOUNT_ROLES
from sikpro.application.use_cases.people.manage_people import add_account, checked_name, checked_username
from sikpro.domain.errors import AlreadyUsed, DomainError, InvalidValue
from sikpro.domain.people import Permission, Person, Role


class UsersController(Controller):
    """The list, a form to add an account, and the switch that lets people in or keeps them out."""

    path = "/users"
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def show(
        self, request: Request[Any, Any, Any], pages: NamedDependency[Pages], parts: NamedDependency[WebParts]
    ) -> Response[str]:
        """Those with an account, by name, as the address asks."""
        return await _page(request, pages, parts, {})

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        password_desk: NamedDependency[PasswordDesk],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Make an account; its one-time password is on this answer and nowhere else."""
        typed = {name: form.text(name) for name in ("name", "username", "role")}
        try:
            checked_name(typed["name"])
            checked_username(typed["username"])
            if typed["role"] not in ACCOUNT_ROLES:
                raise InvalidValue("role.missing", typed["role"])
        except InvalidValue as error:
            return await _page(request, pages, parts, typed, error)
        password = one_time_password()
        password_hash, now = await password_desk.hash(password), parts.clock.now()

        def work(uow: UnitOfWork) -> Person:
            return add_account(
                uow,
                name=typed["name"],
                username=typed["username"],
                password_hash=password_hash,
                role=Role(typed["role"]),
                now=now,
                by=me,
                one_time=True,
            )

        try:
            person = await parts.transactions.write(work)
        except (InvalidValue, AlreadyUsed) as error:
            return await _page(request, pages, parts, typed, error)
        return await _page(request, pages, parts, {}, made=person, password=password)

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
        """Let somebody in or keep them out; their sessions end at once."""
        await switch_person(person_id, me, visit, parts, form)
        return go(request, "/users")


async def _page(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    typed: Mapping[str, str],
    error: DomainError | None = None,
    made: Person | None = None,
    password: str = "",
) -> Response[str]:
    everybody = await parts.transactions.read(lambda uow: uow.people.all())
    people = [person for person in everybody if person.role]
    return pages.page(
        request,
        "people/users.html",
        status=status_of(error) if error else 200,
        listing=people_listing("/users", people, request.query_params),
        sharing=sharing(everybody),
        roles=ACCOUNT_ROLES,
        typed=typed,
        error=error,
        wrong=wrong_entry(error) if error else "",
        made=made,
        password=password,
    )
