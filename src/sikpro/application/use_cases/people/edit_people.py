"""Change a person's data and credentials: role, codes, password, Telegram."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve

from sikpro.application.i18n import LANGUAGES
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.manage_people import (
    checked_name,
    checked_phone,
    checked_site_operation,
    checked_username,
    keep_an_admin,
    must_manage,
    must_manage_phone,
)
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.application.use_cases.people.shut_out import shut_out
from sikpro.domain.errors import ConcurrencyConflict, DomainError, InvalidFields, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person, Role
from sikpro.domain.text import one_line
from sikpro.domain.values import TechnicianCode

ACCOUNT_ROLES = (Role.HELPDESK, Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN)
"""The roles of accounts. A technician needs no role, only a code."""

PERSON_ENTRIES = ("name", "username", "role", "technician_code", "site_operation", "phone", "language")
"""The entries of a person in a form or in a list's row."""


def person_texts(person: Person) -> dict[str, str]:
    """Return a person's entries as a form shows them."""
    return {name: getattr(person, name) or "" for name in PERSON_ENTRIES}


def understand_person(uow: UnitOfWork, typed: Mapping[str, str], before: Person) -> Person:
    """Return the person with the typed values, one for each of `PERSON_ENTRIES`.

    A person has an account (user name and role), a technician code, or both. Raises `InvalidFields` with each error
    under its entry.
    """
    errors: dict[str, DomainError] = {}
    found: dict[str, Any] = {}

    def understand(entry: str, parse: Callable[[str], str | Role | None]) -> None:
        try:
            found[entry] = parse(typed[entry])
        except DomainError as error:
            errors[entry] = error

    def site_operation(text: str) -> str | None:
        same = text == (before.site_operation or "")
        return before.site_operation if same else checked_site_operation(uow, text)

    understand("name", checked_name)
    understand("username", lambda text: checked_username(text) if text.strip() else None)
    understand("role", _role)
    understand("technician_code", lambda text: TechnicianCode.parse(text).value if text.strip() else None)
    understand("site_operation", site_operation)
    understand("phone", lambda text: before.phone if text == before.phone else checked_phone(text))
    understand("language", _language)
    if not errors and bool(found["username"]) != bool(found["role"]):
        missing = "role" if found["username"] else "username"
        errors[missing] = InvalidValue(f"person.{missing}_missing", "")
    if not errors and not found["username"] and not found["technician_code"]:
        errors["technician_code"] = InvalidValue("person.neither", "")
    if errors:
        raise InvalidFields(errors)
    return evolve(before, **found)


def edit_person(
    uow: UnitOfWork, person_id: int, typed: Mapping[str, str], *, version: int, by: Person, now: datetime
) -> Person:
    """Save the typed changes of a person that was read at a version. Unchanged data are not saved again.

    Only an admin changes user name and role; for others they stay as they are. A person who loses the account loses
    their sessions and tokens.

    Raises `NotPermitted`, `NotFound`, `InvalidFields`, `AlreadyUsed`, `ConcurrencyConflict`, `LastOne`.
    """
    before = uow.people.get(person_id)
    must_manage(by, before)
    if not by.may(Permission.ADMINISTER):
        typed = {**typed, "username": before.username or "", "role": before.role or ""}
    person = understand_person(uow, typed, before)
    if person == before:
        return before
    if before.version != version:
        raise ConcurrencyConflict(number=before.name)
    return store_person(uow, before, person, by, now)


def store_person(uow: UnitOfWork, before: Person, person: Person, by: Person, now: datetime) -> Person:
    """Save a changed person. Raises `AlreadyUsed`, `LastOne`."""
    keep_an_admin(uow, before, person)
    if person.role is None or not person.active:
        shut_out(uow, person.id, now)
    if person.role is None:
        uow.second_steps.drop(person.id)
        person = evolve(person, password_hash=None, must_change_password=False)
    changed = ", ".join(name for name in PERSON_ENTRIES if getattr(before, name) != getattr(person, name))
    saved = uow.people.save(person)
    uow.journal.note("person_edited", str(person.id), by.id, now, {"changed": changed, "name": person.name})
    _record_change(uow, before, person, changed, by, now)
    return saved


def _record_change(uow: UnitOfWork, before: Person, person: Person, changed: str, by: Person, now: datetime) -> None:
    if before.role != person.role:
        said = f"{before.role or '-'} → {person.role or '-'}"
        record_event(uow, EventKind.ROLE_CHANGED, by, now, object=called(person), details=said)
    if before.active != person.active:
        said = "on" if person.active else "off"
        record_event(uow, EventKind.PERSON_ACTIVE, by, now, object=called(person), details=said)
    if changed and changed != "role":
        record_event(uow, EventKind.PERSON_CHANGED, by, now, object=called(person), details=changed)


def reset_password(uow: UnitOfWork, person_id: int, password_hash: str, by: Person | None, now: datetime) -> Person:
    """Give an account a one-time password (already hashed) and end its sessions and tokens.

    `by` is None on the command line. Raises `NotPermitted`, `NotFound`, and `InvalidValue` for somebody without an
    account.
    """
    if by:
        by.must(Permission.ADMINISTER)
    person = uow.people.get(person_id)
    if person.username is None or person.role is None:
        raise InvalidValue("person.no_account", person.name)
    shut_out(uow, person_id, now)
    uow.second_steps.drop_prepared(person_id)
    uow.journal.note("password_reset", str(person_id), by.id if by else None, now, {})
    record_event(uow, EventKind.PASSWORD_RESET, by, now, object=called(person))
    return uow.people.save(evolve(person, password_hash=password_hash, must_change_password=True))


def unbind_telegram(uow: UnitOfWork, person_id: int, by: Person, now: datetime) -> Person:
    """Disconnect a person's Telegram account; people with an account may disconnect their own. It is then unknown.

    Raises `NotPermitted`, `NotFound`.
    """
    person = uow.people.get(person_id)
    must_manage_phone(by, person)
    if person.telegram_id is None:
        return person
    uow.conversations.drop(person.telegram_id, person.telegram_id)
    uow.journal.note("telegram_unbound", str(person_id), by.id, now, {"telegram_id": str(person.telegram_id)})
    said = f"Telegram {person.telegram_id}"
    record_event(uow, EventKind.TELEGRAM_DISCONNECTED, by, now, object=called(person), details=said)
    return uow.people.save(evolve(person, telegram_id=None))


def end_session(uow: UnitOfWork, person: Person, session_id: str, now: datetime) -> None:
    """End one of a person's own sessions, if it is not over. Raises `NotFound` for another person's session."""
    session = uow.sessions.get(session_id[:100])
    if session is None:
        return
    if session.person != person.id:
        raise NotFound(what="session", name="")
    uow.sessions.revoke(session.id, now)
    record_event(uow, EventKind.SESSIONS_ENDED, person, now, object=called(person))


def end_other_sessions(uow: UnitOfWork, person: Person, present: str, now: datetime) -> None:
    """End all sessions of a person except the present one. Their tokens stay: each has its own end."""
    uow.sessions.revoke_all(person.id, now, but=present)
    record_event(uow, EventKind.SESSIONS_ENDED, person, now, object=called(person))


def _role(text: str) -> Role | None:
    if not text:
        return None
    if text not in ACCOUNT_ROLES:
        raise InvalidValue("role.missing", one_line(text))
    return Role(text)


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise InvalidValue("language.unknown", one_line(text))
    return text
