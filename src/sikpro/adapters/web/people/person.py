"""The page of one person: their data, and the switches for account and Telegram."""

import secrets
from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.account.password_hashing import PasswordHasher
from sikpro.adapters.web.people.people_listing import sharing
from sikpro.adapters.web.people.rights import changes_account, has_role, lets_account_in
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.transfer_orders import open_orders_of
from sikpro.application.use_cases.people.bind_phone import make_bind_link, new_link_token
from sikpro.application.use_cases.people.edit_people import (
    ACCOUNT_ROLES,
    PERSON_ENTRIES,
    edit_person,
    person_texts,
    reset_password,
    unbind_telegram,
)
from sikpro.application.use_cases.people.manage_people import must_manage, set_active
from sikpro.application.use_cases.people.two_steps import READABLE, has_two_steps, reset_two_steps
from sikpro.domain.errors import (
    AlreadyUsed,
    ConcurrencyConflict,
    DomainError,
    InvalidFields,
    InvalidValue,
    LastOne,
    NotFound,
    NotPermitted,
)
from sikpro.domain.people import Permission, Person

LARGEST_ID = 2**53


class PeopleController(Controller):
    """The page of a person with an account, a technician code, or both."""

    path = "/people"
    guards = (only(Permission.MANAGE_TECHNICIANS),)

    @get("/{person_id:int}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show all data in a form."""
        return await person_page(request, person_id, me, pages, parts)

    @post("/{person_id:int}", guards=(AsksAgain(changes_account),))
    async def save(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Save the entries, or show the errors at their entries."""
        must_be_an_id(person_id)
        typed, now = {name: form.text(name) for name in PERSON_ENTRIES}, parts.clock.now()

        def work(uow: UnitOfWork) -> Person:
            return edit_person(uow, person_id, typed, version=form.whole("version") or 0, by=me, now=now)

        try:
            person = await parts.transactions.write(work)
        except (InvalidFields, AlreadyUsed, ConcurrencyConflict, LastOne) as error:
            return await person_page(request, person_id, me, pages, parts, typed=typed, error=error)
        visit.toast("person_saved", name=person.name)
        return go(request, f"/people/{person_id}")

    @post("/{person_id:int}/active", guards=(AsksAgain(lets_account_in),))
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
        return go(request, f"/people/{person_id}")

    @post("/{person_id:int}/password", guards=(only(Permission.ADMINISTER), AsksAgain()))
    async def renew_password(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        password_hasher: NamedDependency[PasswordHasher],
    ) -> Response[str]:
        """Give the account a one-time password; only this response shows it."""
        must_be_an_id(person_id)
        if person_id == me.id:
            raise NotPermitted(permission=Permission.ADMINISTER)
        password = one_time_password()
        password_hash, now = await password_hasher.hash(password), parts.clock.now()
        await parts.transactions.write(lambda uow: reset_password(uow, person_id, password_hash, me, now))
        return await person_page(request, person_id, me, pages, parts, password=password)

    @post("/{person_id:int}/two-steps/reset", guards=(only(Permission.ADMINISTER), AsksAgain()))
    async def reset_steps(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Turn off the second step of somebody who lost their phone; their sessions end."""
        must_be_an_id(person_id)
        if person_id == me.id:
            raise NotPermitted(permission=Permission.ADMINISTER)
        now = parts.clock.now()
        person = await parts.transactions.write(lambda uow: reset_two_steps(uow, person_id, me, now, zone=parts.zone))
        visit.toast("two_steps_reset", name=person.name)
        return go(request, f"/people/{person_id}")

    @post("/{person_id:int}/link", guards=(AsksAgain(has_role),))
    async def make_link(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Make a link that connects a phone; only this response shows it."""
        must_be_an_id(person_id)
        bot, token, now = parts.bot_state(), new_link_token(), parts.clock.now()
        if bot is None or not bot.username:
            raise InvalidValue("link.no_bot", "")
        await parts.transactions.write(lambda uow: make_bind_link(uow, person_id, token, me, now))
        link = f"https://t.me/{bot.username}?start={token}"
        return await person_page(request, person_id, me, pages, parts, link=link)

    @post("/{person_id:int}/unbind")
    async def unbind(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Disconnect the person's Telegram account."""
        must_be_an_id(person_id)
        now = parts.clock.now()
        person = await parts.transactions.write(lambda uow: unbind_telegram(uow, person_id, me, now))
        visit.toast("person_unbound", name=person.name)
        return go(request, f"/people/{person_id}")


def one_time_password() -> str:
    """Return a new one-time password."""
    return "".join(secrets.choice(READABLE) for _ in range(12))


def must_be_an_id(person_id: int) -> None:
    """Raise `NotFound` for a number that cannot be an id of the database."""
    if not 0 < person_id < LARGEST_ID:
        raise NotFound(what="person", name="")


async def switch_person(person_id: int, me: Person, visit: Visit, parts: WebParts, form: Form) -> None:
    """Activate or deactivate a person by the form's `active`; nobody can deactivate themselves.

    Raises `NotFound`, `NotPermitted`, `LastOne`.
    """
    must_be_an_id(person_id)
    active, now = form.text("active") == "yes", parts.clock.now()
    if person_id == me.id and not active:
        raise NotPermitted(permission=Permission.ADMINISTER)
    person = await parts.transactions.write(lambda uow: set_active(uow, person_id, active, me, now))
    visit.toast("person_let_in" if active else "person_kept_out", name=person.name)


async def person_page(
    request: Request[Any, Any, Any],
    person_id: int,
    me: Person,
    pages: Pages,
    parts: WebParts,
    *,
    typed: Mapping[str, str] | None = None,
    error: DomainError | None = None,
    **shown: str,
) -> Response[str]:
    """Return the page, with typed text after an error; `shown` has values that only this response shows."""
    must_be_an_id(person_id)

    def read(uow: UnitOfWork) -> dict[str, Any]:
        person = uow.people.get(person_id)
        must_manage(me, person)
        sites = [
            row for row in uow.catalogue.site_operations() if row.active or row.code == (person.site_operation or "")
        ]
        shares = sharing(uow.people.all()).get(person.id, "") if person.phone else ""
        return {
            "person": person,
            "shares": shares,
            "two_steps": has_two_steps(uow, person),
            "open_orders": len(open_orders_of(uow, person).rows),
            "sites": [("", "–"), *((row.code, f"{row.code} · {row.name}") for row in sites)],
        }

    found = await parts.transactions.read_long(read)
    errors: Mapping[str, DomainError] = {}
    if isinstance(error, InvalidFields):
        errors = error.errors
    elif isinstance(error, AlreadyUsed):
        errors = {str(error.params["field"]): error}
    return pages.page(
        request,
        "people/person.html",
        status=status_of(error) if error else 200,
        typed=typed or person_texts(found["person"]),
        errors=errors,
        trouble=None if errors else error,
        conflict=isinstance(error, ConcurrencyConflict),
        roles=ACCOUNT_ROLES,
        **{"password": "", "link": ""} | shown,
        **found,
    )
