"""A list that is exported and imported: a row as texts under named columns, and what a row laid upon it would do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person

ACTIVE = "active"
YES, NO = "yes", "no"


@frozen
class Judged:
    """A row understood: the texts that are there under its key (None: nothing) and those it would have, by column.

    `changed` says whether storing it would change anything, `store` does it.
    """

    before: Mapping[str, str] | None
    after: Mapping[str, str]
    changed: bool
    store: Callable[[Person, datetime], None]


class RowReader(Protocol):
    """A list while rows are laid upon it, one after the other."""

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        """Understand a row; what it lacks or leaves empty stays as it is. Raises `DomainError`."""


@frozen(kw_only=True)
class RowList:
    """A list: its name, its columns, those of which a row needs one to be known by, its rows, and a book of it.

    `identifying` are the columns whose cells name somebody or something, and `person` those that a person is known by.
    `reader` is given the texts of all rows of a file; `permission` is what reading and writing the list needs.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    rows: Callable[[UnitOfWork], Sequence[Mapping[str, str]]]
    reader: Callable[[UnitOfWork, Sequence[Mapping[str, str]]], RowReader]
    identifying: tuple[str, ...]
    person: tuple[str, ...] = ()
    permission: Permission = Permission.ADMINISTER


def is_active(typed: Mapping[str, str], otherwise: bool) -> bool:
    """What a row says of being active. Raises `InvalidFields`."""
    text = typed.get(ACTIVE, "")
    if text not in {YES, NO, ""}:
        raise InvalidFields({ACTIVE: InvalidValue("active.unknown", text)})
    return otherwise if not text else text == YES


def filled(typed: Mapping[str, str]) -> dict[str, str]:
    """The cells of a row that are not empty."""
    return {name: text for name, text in typed.items() if text}


def active_text(active: bool) -> str:
    """The opposite of `is_active`."""
    return YES if active else NO
