"""The accounts of the web console."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.account.password_hashing import PasswordHasher
from sikpro.adapters.web.people.people_page import PeoplePage
from sikpro.adapters.web.people.person import one_time_password
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.edit_people import ACCOUNT_ROLES
from sikpro.application.use_cases.people.manage_people import add_account, checked_name, checked_username
from sikpro.domain.errors import AlreadyUsed, InvalidValue
from sikpro.domain.people import Permission, Person, Role


class UsersController(PeoplePage):
    """The list, a form to add an account, and the switch to activate or deactivate each person."""

    path = "/users"
    guards = (only(Permission.ADMINISTER),)
    template = "people/users.html"

    def lists(self, person: Person) -> bool:
        """Return whether the person has an account."""
        return person.role is not None

    def shown(self, uow: UnitOfWork) -> Mapping[str, object]:
        """Return the roles that an account may have, and no new password."""
        return {"roles": ACCOUNT_ROLES, "made": None, "password": ""}

    @post(guards=[AsksAgain()])
    async def add(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        password_hasher: NamedDependency[PasswordHasher],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Add an account; only this response shows its one-time password."""
        typed = {name: form.text(name) for name in ("name", "username", "role")}
        try:
            checked_name(typed["name"])
            checked_username(typed["username"])
            if typed["role"] not in ACCOUNT_ROLES:
                raise InvalidValue("role.missing", typed["role"])
        except InvalidValue as error:
            return await self.page(request, pages, parts, typed, error)
        password = one_time_password()
        password_hash, now = await password_hasher.hash(password), parts.clock.now()

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
            return await self.page(request, pages, parts, typed, error)
        return await self.page(request, pages, parts, {}, made=person, password=password)
