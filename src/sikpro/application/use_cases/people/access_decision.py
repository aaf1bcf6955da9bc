"""The people that an access request matches, who may decide about it, and texts about both."""

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
"""The people that a request matches. An unchanged approval connects the first."""


def pointed_to(uow: UnitOfWork, request: AccessRequest) -> People:
    """Return the people whom a request's code and phone number match now, the code's first; at most two."""
    code = request.technician_code
    found = (uow.people.by_code(code) if code else None, _by_phone(uow, request.phone))
    return tuple({person.id: person for person in found if person}.values())


def _by_phone(uow: UnitOfWork, phone: str) -> Person | None:
    try:
        digits = phone_digits(phone)
    except InvalidValue:
        return None  # an invalid number matches nobody
    return uow.people.by_phone(digits) if digits else None


def is_for_admins(person: Person) -> bool:
    """Whether only an admin may give this person access on Telegram: they have an account or are deactivated."""
    return person.role is not None or not person.active


def may_decide(by: Person, people: Iterable[Person]) -> bool:
    """Whether somebody may decide about a request that matches these people."""
    if any(map(is_for_admins, people)):
        return by.may(Permission.ADMINISTER)
    return by.may(Permission.MANAGE_TECHNICIANS)


def must_decide(by: Person, people: Iterable[Person]) -> None:
    """Raise `NotPermitted` unless somebody may decide: `AdminDecides` for a team leader where only an admin may."""
    by.must(Permission.MANAGE_TECHNICIANS)
    for person in people:
        if not may_decide(by, (person,)):
            raise AdminDecides(name=person.name)


def request_mark(request: AccessRequest, people: People) -> str:
    """Return a short mark of a request's content, to tie a button to it.

    It changes with the name, the code, the number and the first matched person, and with role and state of matched
    people who have an account or are deactivated.
    """
    match = str(people[0].id) if people else "None"
    states = [f"{person.id} {person.role} {person.active}" for person in people if is_for_admins(person)]
    said = (request.name, request.technician_code, request.phone, match, *states)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:8]


def account_lines(person: Person, words: Words) -> list[str]:
    """Return the reasons why only an admin may decide: the account with its role, the deactivation."""
    lines: list[str] = []
    if person.role:
        lines.append(words("access.account", username=person.username or "-", role=words(f"role.{person.role}")))
    if not person.active:
        lines.append(words("access.kept_out"))
    return lines


def lets_in(person: Person, words: Words) -> str:
    """Return the sentence that an approval reactivates a deactivated person, and with which account."""
    if not person.role:
        return words("access.lets_in", name=person.name)
    role = words(f"role.{person.role}")
    return words("access.lets_in_account", name=person.name, username=person.username or "-", role=role)


def known_as(person: Person) -> str:
    """Return the code, or the user name, to show in brackets after a person's name."""
    return person.technician_code or person.username or "-"


def site_of_technician(stos: Sequence[Sto], technician_code: str) -> str:
    """Return the Site Operation of the STO in a technician's code (`F5SDA445`), "" when it is unknown.

    docs/domain.md describes the form of a code: crew prefix, STO, number.
    """
    found = re.search(r"([A-Z]{3})[0-9]+$", compact(technician_code))
    return next((row.site_operation for row in stos if row.active and found and row.code == found[1]), "")
