"""People: accounts, technicians, and who asks to be let in."""

import secrets
from datetime import datetime
from typing import TypedDict, Unpack, cast

from attrs import field, frozen

from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.remark_order import colleagues
from sikpro.application.use_cases.people.choose_password import checked_password
from sikpro.application.use_cases.people.edit_people import (
    edit_person,
    person_texts,
    reset_password,
)
from sikpro.application.use_cases.people.manage_people import (
    add_account,
    add_technician,
    must_manage_phone,
    set_active,
    set_language,
)
from sikpro.application.use_cases.people.two_steps import READABLE, reset_two_steps
from sikpro.domain.errors import NotPermitted
from sikpro.domain.people import Permission, Person, Role
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.session import person_named
from sikpro.entrypoints.library.telegram import Telegram, shown


class PersonFields(TypedDict, total=False):
    """A person's data as somebody types them; what is left out stays, and "" is none.

    `name` is shown to others, `username` and `role` (`helpdesk`, `team_leader`, `supervisor`, `admin`) make an account,
    `technician_code` makes a technician of the Site Operation whose code `site_operation` is. `phone` is one number,
    `language` is `id` or `en`.
    """

    name: str
    username: str
    role: str
    technician_code: str
    site_operation: str
    phone: str
    language: str


@frozen
class NewAccount:
    """An account and its password; a one-time password is shown here alone, and asks for a new one at the login."""

    person: Person
    password: str = field(repr=False)


@held_as("people")
class People(Telegram):
    """`app.people`: accounts and technicians, each by `who`: a user name or a technician code.

    Every method raises `NotFound` for somebody unknown and `NotPermitted`: an admin manages everybody, who leads the
    technicians without an account.
    """

    def all(self, *, active: bool | None = True, role: Role | None = None) -> tuple[Person, ...]:
        """Return the people by name: the active ones, with `active=False` the others, with None all of them."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[Person, ...]:
            by.must(Permission.MANAGE_TECHNICIANS)
            found = sorted(uow.people.all(), key=lambda one: one.name)
            return tuple(
                shown(one) for one in found if active in (None, one.active) and (role is None or role in one.roles)
            )

        return self._session.read(work)

    def get(self, who: str | int) -> Person:
        """Return a person: oneself, or one that who acts may manage; `who` is an id too, as `JournalEntry.actor` is."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Person:
            person = uow.people.get(who) if isinstance(who, int) else person_named(uow, who)
            must_manage_phone(by, person)
            return shown(person)

        return self._session.read(work)

    def colleagues(self) -> tuple[Person, ...]:
        """Return the people who can be named in a note to colleagues, by user name."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[Person, ...]:
            by.must(Permission.VIEW_ALL)
            return tuple(map(shown, colleagues(uow)))

        return self._session.read(work)

    def add_technician(self, name: str, technician_code: str, *, site_operation: str = "", phone: str = "") -> Person:
        """Add a technician. Raises `InvalidValue`, `AlreadyUsed`, `NotFound` for the Site Operation."""
        return self._session.write(
            lambda uow, by, now: add_technician(
                uow,
                name=name,
                technician_code=technician_code,
                site_operation=site_operation,
                phone=phone,
                now=now,
                by=by,
            )
        )

    def add_account(self, name: str, username: str, role: Role, *, password: str | None = None) -> NewAccount:
        """Add an account for the console, with a password or a one-time one. Raises `InvalidValue`, `AlreadyUsed`."""
        chosen = _one_time() if password is None else checked_password(password, name, username)
        hashed = Argon2Passwords().hash(chosen)

        def work(uow: UnitOfWork, by: Person, now: datetime) -> NewAccount:
            person = add_account(
                uow,
                name=name,
                username=username,
                password_hash=hashed,
                role=role,
                now=now,
                by=by,
                one_time=password is None,
            )
            return NewAccount(shown(person), chosen)

        return self._session.write(work)

    def change(self, who: str, **fields: Unpack[PersonFields]) -> Person:
        """Change a person's data. Raises `InvalidFields`, `AlreadyUsed`, `LastOne`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Person:
            before = person_named(uow, who)
            typed = {**person_texts(before), **cast("dict[str, str]", fields)}
            return shown(edit_person(uow, before.id, typed, version=before.version, by=by, now=now))

        return self._session.write(work)

    def deactivate(self, who: str) -> Person:
        """Keep a person out, at once; nobody does it to themselves. Raises `LastOne` for the last admin."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Person:
            person = person_named(uow, who)
            if person.id == by.id:
                raise NotPermitted(permission="oneself")
            return shown(set_active(uow, person.id, False, by, now))

        return self._session.write(work)

    def activate(self, who: str) -> Person:
        """Let a person in again."""
        return self._session.write(
            lambda uow, by, now: shown(set_active(uow, person_named(uow, who).id, True, by, now))
        )

    def set_language(self, language: str) -> Person:
        """Choose one's own language, `id` or `en`, for chat and console. Raises `InvalidValue`."""
        return self._session.write(lambda uow, by, now: shown(set_language(uow, by.id, language)))

    def reset_password(self, who: str) -> NewAccount:
        """Give an account a one-time password and end its sessions. Raises `InvalidValue` without an account."""
        chosen = _one_time()
        hashed = Argon2Passwords().hash(chosen)
        return self._session.write(
            lambda uow, by, now: NewAccount(
                shown(reset_password(uow, person_named(uow, who).id, hashed, by, now)), chosen
            )
        )

    def reset_two_steps(self, who: str) -> Person:
        """Turn off another person's second step and end their sessions. Raises `InvalidValue` where it is off."""
        return self._session.write(
            lambda uow, by, now: shown(
                reset_two_steps(uow, person_named(uow, who).id, by, now, zone=self._session.zone)
            )
        )


def _one_time() -> str:
    return "".join(secrets.choice(READABLE) for _ in range(12))
