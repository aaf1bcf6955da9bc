"""Accounts and technicians: people who may log in, and people known on Telegram."""

import re
from datetime import datetime

from attrs import evolve

from sikpro.application.i18n import LANGUAGES
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.application.use_cases.people.shut_out import shut_out
from sikpro.domain.errors import InvalidValue, LastOne, NotFound, NotPermitted
from sikpro.domain.people import Permission, Person, Role
from sikpro.domain.spreadsheet_damage import is_decimal, is_shortened
from sikpro.domain.text import compact, one_line
from sikpro.domain.values import TechnicianCode

_PHONE = re.compile(r"\+?[0-9 .()-]+")
_LONGEST_PHONE = 40
"""The most characters of a phone number with blanks and brackets. Longer texts are refused unread."""

NAME_LIMIT = 80


def checked_name(text: str) -> str:
    """Return a person's name on one line. Raises `InvalidValue` when it is empty or too long."""
    name = one_line(text)
    if not name or len(name) > NAME_LIMIT:
        raise InvalidValue("name.length", name)
    return name


def checked_username(text: str) -> str:
    """Return a user name in lower case: 2 to 32 letters, digits, dots, hyphens, underscores. Raises `InvalidValue`."""
    name = one_line(text).lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,31}", name):
        raise InvalidValue("username.shape", name)
    return name


def phone_digits(text: str) -> str:
    """Return one phone number as digits, with the country code first.

    It may have digits, blanks, dots, hyphens, brackets, a leading `+`, and an apostrophe in front from spreadsheets. A
    number that begins with 0 is Indonesian. So is one of 9 to 13 digits that begins with 8 and has no `+`: a mobile
    number whose 0 a spreadsheet removed.

    Raises `InvalidValue`: `phone.shape` for letters or two numbers in one, `phone.shortened` when digits were lost,
    `phone.length` for a text that is far too long.

    >>> phone_digits("0812-3456-789"), phone_digits("+62 (0)812 3456 789"), phone_digits("8123456789")
    ('628123456789', '628123456789', '628123456789')
    """
    typed = one_line(text).removeprefix("'")
    if is_shortened(typed):
        raise InvalidValue("phone.shortened", typed)
    if len(typed) > _LONGEST_PHONE:
        raise InvalidValue("phone.length", typed)
    digits = "".join(re.findall(r"[0-9]", typed))
    if not digits or not _PHONE.fullmatch(typed) or is_decimal(typed):
        raise InvalidValue("phone.shape", typed)
    if typed.startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
    elif digits.startswith("0") or re.fullmatch(r"8[0-9]{8,12}", digits):
        digits = "62" + digits.removeprefix("0")
    return "62" + digits[3:] if digits.startswith("620") else digits


def checked_phone(text: str) -> str:
    """Return a phone number as `phone_digits`, "" for none. Raises `InvalidValue` for a wrong length (ITU-T E.164)."""
    if not one_line(text):
        return ""
    digits = phone_digits(text)
    if not 8 <= len(digits) <= 15:
        raise InvalidValue("phone.length", one_line(text))
    return digits


def add_account(
    uow: UnitOfWork,
    *,
    name: str,
    username: str,
    password_hash: str,
    role: Role,
    now: datetime,
    by: Person | None,
    one_time: bool = False,
) -> Person:
    """Create a web account. With `one_time` the first login asks for a new password. `by` is None on the command line.

    The caller makes the hash before, outside the transaction. Raises `InvalidValue`, `AlreadyUsed`, `NotPermitted`.
    """
    if by:
        by.must(Permission.ADMINISTER)
    person = Person(
        id=0,
        name=checked_name(name),
        username=checked_username(username),
        password_hash=password_hash,
        role=role,
        must_change_password=one_time,
    )
    return _added(uow, person, now, by)


def add_technician(
    uow: UnitOfWork,
    *,
    name: str,
    technician_code: str,
    site_operation: str = "",
    phone: str = "",
    now: datetime,
    by: Person | None,
) -> Person:
    """Add a technician. Raises `InvalidValue`, `AlreadyUsed`, `NotFound` for the SO, `NotPermitted`."""
    if by:
        by.must(Permission.MANAGE_TECHNICIANS)
    person = Person(
        id=0,
        name=checked_name(name),
        technician_code=TechnicianCode.parse(technician_code).value,
        site_operation=checked_site_operation(uow, site_operation),
        phone=checked_phone(phone),
    )
    return _added(uow, person, now, by)


def set_active(uow: UnitOfWork, person_id: int, active: bool, by: Person | None, now: datetime) -> Person:
    """Activate or deactivate a person. Deactivation ends their sessions and tokens at once.

    `by` is None on the command line. Raises `NotPermitted`, and `LastOne` for the last admin who can log in.
    """
    person = uow.people.get(person_id)
    if by:
        must_manage(by, person)
    keep_an_admin(uow, person, evolve(person, active=active))
    if not active:
        shut_out(uow, person_id, now)
    uow.journal.note("person_active", str(person_id), by.id if by else None, now, {"active": str(active)})
    said = "on" if active else "off"
    record_event(uow, EventKind.PERSON_ACTIVE, by, now, object=called(person), details=said)
    kept = uow.people.save(evolve(person, active=active))
    uow.retention.note_left(now)
    return kept


def must_manage(by: Person, person: Person) -> None:
    """Require the permission to manage a person. Raises `NotPermitted`.

    Only an admin manages people with an account. A team leader also manages the other technicians.
    """
    by.must(Permission.ADMINISTER if person.role else Permission.MANAGE_TECHNICIANS)


def must_manage_phone(by: Person, person: Person) -> None:
    """Require that a person manages another one, or is the same, active and with an account. Raises `NotPermitted`."""
    if by.id != person.id or by.role is None or not by.active:
        must_manage(by, person)


def keep_an_admin(uow: UnitOfWork, before: Person, after: Person) -> None:
    """Refuse a change that leaves no admin who can log in. Raises `LastOne`."""
    if before.administers and not after.administers:
        others = (person for person in uow.people.all() if person.id != before.id)
        if not any(person.administers for person in others):
            raise LastOne("admin", before.name)


def set_password(uow: UnitOfWork, person_id: int, password_hash: str, now: datetime, *, session: str) -> Person:
    """Save a person's own new password (already hashed) and end their other sessions and all tokens.

    Raises `InvalidValue` for somebody who has no account or is deactivated.
    """
    person = uow.people.get(person_id)
    if person.role is None or not person.active:
        raise InvalidValue("person.no_account", person.name)
    shut_out(uow, person_id, now, but=session)
    uow.second_steps.drop_prepared(person_id)  # perhaps by somebody who knew the old password
    uow.journal.note("password_changed", str(person_id), person_id, now, {})
    record_event(uow, EventKind.PASSWORD_CHANGED, person, now, object=called(person))
    return uow.people.save(evolve(person, password_hash=password_hash, must_change_password=False))


def set_language(uow: UnitOfWork, person_id: int, language: str) -> Person:
    """Save a person's own language, for chat and web. Raises `InvalidValue`, `NotPermitted` for the deactivated."""
    if language not in LANGUAGES:
        raise InvalidValue("language.unknown", language)
    person = uow.people.get(person_id)
    if not person.active:
        raise NotPermitted(permission=Permission.REGISTER)
    return uow.people.save(evolve(person, language=language))


def _added(uow: UnitOfWork, person: Person, now: datetime, by: Person | None) -> Person:
    stored = uow.people.add(person)
    uow.journal.note("person_added", str(stored.id), by.id if by else None, now, {"name": stored.name})
    record_added(uow, stored, by, now)
    return stored


def record_added(uow: UnitOfWork, person: Person, by: Person | None, now: datetime) -> None:
    """Record a new person, with the role of their account."""
    record_event(uow, EventKind.PERSON_ADDED, by, now, object=called(person), details=person.role or "")


def checked_site_operation(uow: UnitOfWork, code: str) -> str | None:
    """Return a Site Operation's code from the catalogue, None for none. Raises `NotFound`."""
    code = compact(code, "")
    if code and code not in {row.code for row in uow.catalogue.site_operations()}:
        raise NotFound(what="site_operation", name=code[:64])
    return code or None
