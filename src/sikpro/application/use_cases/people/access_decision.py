"""Whom a request for access points to, who may decide about it, and how both are lines."""

import hashlib
import re
from collections.abc import Iterable, Sequence

from sikpro.application.i18n import Words
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.manage_people import phone_digits
from sikpro.domain.catalogue import Sto
from sikpro.domain.errors import AdminDecides, InvalidValue
from sikpro.domain.people import AccessRequest, Permission, Person
from sikpro.domain.text import compact

People = tuple[Person, ...]
"""Whom a request points to: the first is who is bound when it is approved as it stands."""


def pointed_to(uow: UnitOfWork, request: AccessRequest) -> People:
    """Whom a request's code and phone number point to now, the code's person first; nobody, one person or two."""
    code = request.technician_code
    found = (uow.people.by_code(code) if code else None, _by_phone(uow, request.phone))
    return tuple({person.id: person for person in found if person}.values())


def _by_phone(uow: UnitOfWork, phone: str) -> Person | None:
    try:
        digits = phone_digits(phone)
    except InvalidValue:
        return None  # what is no number points to nobody
    return uow.people.by_phone(digits) if digits else None


def is_for_admins(person: Person) -> bool:
    """Whether an admin alone lets this person in on Telegram: somebody with an account, or kept out."""
    return person.role is not None or not person.active


def may_decide(by: Person, people: Iterable[Person]) -> bool:
    """Whether somebody may decide about a request that points to these people."""
    if any(map(is_for_admins, people)):
        return by.may(Permission.ADMINISTER)
    return by.may(Permission.MANAGE_TECHNICIANS)


def must_decide(by: Person, people: Iterable[Person]) -> None:
    """Raise `NotPermitted` unless somebody may decide: `AdminDecides` for a team leader where an admin must."""
    by.must(Permission.MANAGE_TECHNICIANS)
    for person in people:
        if not may_decide(by, (person,)):
            raise AdminDecides(name=person.name)


def request_mark(request: AccessRequest, people: People) -> str:
    """A short mark of what a request says, to hold a button to it.

    It changes with the name, the code, the number, whom they point to, that person's role and whether they are kept
    out.
    """
    match = str(people[0].id) if people else "None"
    states = [f"{person.id} {person.role} {person.active}" for person in people if is_for_admins(person)]
    said = (request.name, request.technician_code, request.phone, match, *states)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:8]


def account_lines(person: Person, words: Words) -> list[str]:
    """What makes letting a person in an admin's decision: the account with its role, that they are kept out."""
    lines: list[str] = []
    if person.role:
        lines.append(words("access.account", username=person.username or "-", role=words(f"role.{person.role}")))
    if not person.active:
        lines.append(words("access.kept_out"))
    return lines


def lets_in(person: Person, words: Words) -> str:
    """What an approval does with somebody who is kept out: it lets them in again, with which account."""
    if not person.role:
        return words("access.lets_in", name=person.name)
    role = words(f"role.{person.role}")
    return words("access.lets_in_account", name=person.name, username=person.username or "-", role=role)


def known_as(person: Person) -> str:
    """The code, or the user name, that stands in brackets behind a person's name."""
    return person.technician_code or person.username or "-"


def site_of_technician(stos: Sequence[Sto], technician_code: str) -> str:
    """The Site Operation that a technician's code points to by its STO (`F5SDA445`), "" when that is not known.

    The shape is docs/domain.md's: crew prefix, STO, number.
    """
    found = re.search(r"([A-Z]{3})[0-9]+$", compact(technician_code))
    return next((row.site_operation for row in stos if row.active and found and row.code == found[1]), "")
