"""Which requests about people give or take rights of an account: they need the acting person's password again."""

from collections.abc import Mapping
from typing import Any

from sikpro.adapters.web.site.forms import Form
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.access_decision import pointed_to
from sikpro.domain.people import Person
from sikpro.domain.text import compact


def changes_account(uow: UnitOfWork, about: Mapping[str, Any], form: Form) -> bool:
    """Return whether the form of a person has another role or user name than is saved."""
    person = _person(uow, about)
    typed = {name: form.text(name).strip().lower() for name in ("role", "username")}
    return typed != {"role": person.role or "", "username": (person.username or "").lower()}


def lets_account_in(uow: UnitOfWork, about: Mapping[str, Any], form: Form) -> bool:
    """Return whether the switch activates somebody with a role."""
    return form.text("active") == "yes" and _person(uow, about).role is not None


def has_role(uow: UnitOfWork, about: Mapping[str, Any], _: Form) -> bool:
    """Return whether the person has a role: a phone connected to them has its rights."""
    return _person(uow, about).role is not None


def request_gives_role(uow: UnitOfWork, about: Mapping[str, Any], form: Form) -> bool:
    """Return whether a request may be connected to somebody with a role: by its match, the choice or the typed code."""
    request = uow.access_requests.get(about["request_id"])
    chosen = form.whole("person")
    people = [*pointed_to(uow, request)]
    if chosen is not None and chosen < 2**53:
        people.append(uow.people.get(chosen))
    code = compact(form.text("code"))
    coded = uow.people.by_code(code) if code else None
    return any(person.role for person in people) or (coded is not None and coded.role is not None)


def requests_give_role(uow: UnitOfWork, _: Mapping[str, Any], form: Form) -> bool:
    """Return whether one of the chosen requests is of somebody with a role."""
    chosen = picked(form)
    waiting = (request for request in uow.access_requests.pending() if request.id in chosen)
    return any(person.role for request in waiting for person in pointed_to(uow, request))


def picked(form: Form) -> dict[int, str]:
    """Return the chosen requests, each with the mark of how the page showed it (`pick-7` has `7-…`)."""
    marks: dict[int, str] = {}
    for name, value in form.values.items():
        number, dash, mark = value.partition("-")
        if name == f"pick-{number}" and dash and number.isascii() and number.isdecimal() and len(number) < 16:
            marks[int(number)] = mark
    return marks


def _person(uow: UnitOfWork, about: Mapping[str, Any]) -> Person:
    return uow.people.get(about["person_id"] if 0 < about["person_id"] < 2**53 else 0)
