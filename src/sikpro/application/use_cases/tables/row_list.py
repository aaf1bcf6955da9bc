"""A list for export and import: a row as texts under named columns, and the effect of an imported row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person

ACTIVE = "active"
YES, NO = "yes", "no"


@frozen
class Judged:
    """A parsed row: the present texts under its key (None: no such row) and the new texts, by column.

    `changed` says whether saving would change anything; `store` saves it and returns its id or code, and the version
    that was written (0 where there is none). `name` is its name for people.
    """

    before: Mapping[str, str] | None
    after: Mapping[str, str]
    changed: bool
    store: Callable[[Person, datetime], tuple[str, int]]
    name: str


class RowReader(Protocol):
    """Judges the rows of a file against a list, one after the other."""

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        """Parse a row. Missing and empty cells leave the present values. Raises `DomainError`."""


@frozen(kw_only=True)
class RowList:
    """A list: its name, its columns, its key columns (a row needs one), its rows, and the reader of an imported file.

    `identifying` are the columns whose cells identify somebody or something, and `person` those that identify a person.
    `reader` gets the texts of all rows of a file; `permission` is needed to read and write the list. `undoing` returns
    the written rows that cannot be taken back, with the reason; `undo` takes one back, the last written first, and
    raises `DomainError`.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    rows: Callable[[UnitOfWork], Sequence[Mapping[str, str]]]
    reader: Callable[[UnitOfWork, Sequence[Mapping[str, str]]], RowReader]
    undoing: Callable[[UnitOfWork, Sequence[WrittenRow], Person], Iterable[tuple[WrittenRow, DomainError]]]
    undo: Callable[[UnitOfWork, WrittenRow, Person, datetime], None]
    identifying: tuple[str, ...]
    person: tuple[str, ...] = ()
    permission: Permission = Permission.ADMINISTER


def is_active(typed: Mapping[str, str], otherwise: bool) -> bool:
    """Return whether a row is active, `otherwise` when its cell is empty. Raises `InvalidFields`."""
    text = typed.get(ACTIVE, "")
    if text not in {YES, NO, ""}:
        raise InvalidFields({ACTIVE: InvalidValue("active.unknown", text)})
    return otherwise if not text else text == YES


def filled(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row that are not empty."""
    return {name: text for name, text in typed.items() if text}


def active_text(active: bool) -> str:
    """Return the text of a cell for `is_active`."""
    return YES if active else NO
