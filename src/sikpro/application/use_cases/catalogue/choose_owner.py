"""Choose who removes what a held-up status stands for: a person or a group."""

from collections.abc import Mapping
from datetime import datetime

from sikpro.application.ports.owners import Owner
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.people.known_groups import group_in, group_text, possible_groups
from sikpro.domain.errors import InvalidFields, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person


def possible_owners(uow: UnitOfWork) -> Mapping[str, str]:
    """Return the groups (`possible_groups`) and people (`person:<id>`) who can be owners, with their names."""
    people = {f"person:{one.id}": one.name for one in uow.people.all() if one.active and one.telegram_id is not None}
    return {**possible_groups(uow), **people}


def owner_text(owner: Owner | None) -> str:
    """Return an owner in the form of `possible_owners`, "" for none."""
    if owner is None:
        return ""
    return group_text(owner.chat_id, owner.topic) if owner.person is None else f"person:{owner.person}"


def choose_owner(uow: UnitOfWork, status: str, to: str, by: Person, now: datetime) -> Owner | None:
    """Give a held-up status an owner, or none with "".

    Raises `NotPermitted`, `NotFound` for another status, `InvalidFields` for an owner that is not possible.
    """
    by.must(Permission.ADMINISTER)
    if not any_status(uow, status).phase.held_up:
        raise NotFound(what="status", name=status[:64])
    before, possible = uow.owners.of(status), possible_owners(uow)
    if to == owner_text(before):
        return before
    if to and to not in possible:
        raise InvalidFields({"owner": InvalidValue("owner.unknown", to)})
    kind, _, number = to.partition(":")
    owner = None
    if to:
        chat_id, topic = group_in(to)
        person = int(number) if kind == "person" else None
        owner = Owner(status=status, label=possible[to], person=person, chat_id=chat_id, topic=topic)
        uow.owners.put(owner)
    else:
        uow.owners.drop(status)
    uow.journal.note("owner_chosen", status, by.id, now, {"to": to})
    return owner
