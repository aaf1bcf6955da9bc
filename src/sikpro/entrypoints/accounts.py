"""The accounts of the console, as the operator manages them on the server."""

import secrets
import sys
from collections.abc import Callable
from typing import TypeVar

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tokens import PersonalToken
from sikpro.application.use_cases.people.choose_password import checked_password
from sikpro.application.use_cases.people.edit_people import reset_password
from sikpro.application.use_cases.people.manage_people import add_account, set_active
from sikpro.application.use_cases.people.personal_tokens import end_token, live_tokens, make_token
from sikpro.application.use_cases.people.two_steps import reset_two_steps
from sikpro.application.workers.clock_watch import never_jumped
from sikpro.domain.errors import NotFound
from sikpro.domain.people import Person, Role
from sikpro.entrypoints.container import Container

T = TypeVar("T")


def first_admin(container: Container) -> None:
    """Add the first admin if nobody can log in and a terminal to show the one-time password."""
    if container.transactions().read(lambda uow: any(one.can_log_in for one in uow.people.all())):
        return
    if not sys.stdout.isatty():
        print("No account yet: make one with `sikpro user add NAME --role admin`.", file=sys.stderr)
        return
    password = add_account_with(container, "admin", "Admin", Role.ADMIN, None)
    print(f"First account: admin  {password}   (one-time password)")


def add_account_with(container: Container, username: str, name: str, role: str, password: str | None) -> str:
    """Add an account with the given password or a one-time password, and return the password."""
    one_time = password is None
    password = _one_time() if password is None else checked_password(password, name, username)
    password_hash = container.passwords().hash(password)

    def work(uow: UnitOfWork) -> None:
        add_account(
            uow,
            name=name,
            username=username,
            password_hash=password_hash,
            role=Role(role),
            now=container.clock().now(),
            by=None,
            one_time=one_time,
        )

    container.transactions().write(work)
    return password


def lines_of_accounts(container: Container) -> list[str]:
    """Return a line for each account: user name, role, name, and what is particular about it."""

    def work(uow: UnitOfWork) -> list[tuple[str, str, str, str]]:
        accounts = sorted((one for one in uow.people.all() if one.role), key=lambda one: (one.role or "", one.username))
        return [(one.username or "", str(one.role), one.name, _particulars(uow, one)) for one in accounts]

    rows = container.transactions().read(work)
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(3)]
    return [
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3])).rstrip()
        for row in rows
    ]


def _particulars(uow: UnitOfWork, person: Person) -> str:
    steps = uow.second_steps.of(person.id)
    sessions = uow.sessions.of_person(person.id)
    found = (
        ("kept out", not person.active),
        ("no password", person.password_hash is None),
        ("one-time password", person.must_change_password),
        ("two steps", steps is not None and steps.on_since is not None),
        (f"last used {sessions[0].used_at:%d.%m.%Y %H:%M} UTC" if sessions else "no session", True),
    )
    return ", ".join(words for words, holds in found if holds)


def reset_password_of(container: Container, username: str) -> str:
    """Give an account a one-time password, end its sessions and tokens and return the password. Raises `NotFound`."""
    password = _one_time()
    password_hash, now = container.passwords().hash(password), container.clock().now()
    _with_account(container, username, lambda uow, one: reset_password(uow, one.id, password_hash, None, now))
    return password


def reset_steps_of(container: Container, username: str) -> str:
    """Turn off the second step of an account and return its user name. Raises `NotFound`, `InvalidValue`."""
    now, zone = container.clock().now(), container.settings().zone
    person = _with_account(container, username, lambda uow, one: reset_two_steps(uow, one.id, None, now, zone=zone))
    return person.username or username


def admit(container: Container, username: str, *, active: bool) -> str:
    """Let an account in, or keep it out and end what opens it; return its user name. Raises `NotFound`, `LastOne`."""
    now = container.clock().now()
    person = _with_account(container, username, lambda uow, one: set_active(uow, one.id, active, None, now))
    return person.username or username


def token_of(container: Container, username: str, typed: dict[str, str]) -> tuple[PersonalToken, str]:
    """Make a token for an account and return it with its text. Raises `NotFound`, `InvalidFields`, `InvalidValue`."""
    now, jumped = container.clock().now(), never_jumped

    def make(uow: UnitOfWork, person: Person) -> tuple[PersonalToken, str]:
        return make_token(uow, person, typed, now, jumped=jumped, by=None)

    return _with_account(container, username, make)


def lines_of_tokens(container: Container, username: str) -> list[str]:
    """Return a line for each token of an account, or of all: its number, account, end, scope, last use and name."""
    now = container.clock().now()

    def line(one: PersonalToken, person: Person) -> str:
        used = f"used {one.used_at:%d.%m.%Y %H:%M} UTC" if one.used_at else "never used"
        return f"{one.id}  {person.username}  until {one.expires_at:%d.%m.%Y}  {one.scope}  {used}  {one.name}"

    def work(uow: UnitOfWork) -> list[str]:
        accounts = sorted((one for one in uow.people.all() if one.role), key=lambda one: one.username or "")
        if username:
            accounts = [_account(uow, username)]
        return [line(one, person) for person in accounts for one in live_tokens(uow, person.id, now, never_jumped)]

    return container.transactions().read(work)


def end_token_of(container: Container, username: str, token_id: int) -> None:
    """End a token of an account. Raises `NotFound`."""
    now = container.clock().now()
    _with_account(container, username, lambda uow, one: end_token(uow, one, token_id, now, by=None))


def _account(uow: UnitOfWork, username: str) -> Person:
    person = uow.people.by_username(username)
    if person is None:
        raise NotFound(what="person", name=username)
    return person


def _with_account(container: Container, username: str, change: Callable[[UnitOfWork, Person], T]) -> T:
    return container.transactions().write(lambda uow: change(uow, _account(uow, username)))


def _one_time() -> str:
    return secrets.token_urlsafe(16)
