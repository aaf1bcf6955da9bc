"""The lists that are exported and imported: people and catalogues, a row as texts under named columns.

What an imported row leaves empty stays as it is: nobody loses an account or a phone number by an empty cell.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from attrs import define, evolve, field, frozen

from sikpro.application.ports.months import Target
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue import CatalogueRow
from sikpro.application.use_cases.catalogue_rows import KINDS, CatalogueKind
from sikpro.application.use_cases.edit_catalogue import check_replacement, keep_row, replace_row
from sikpro.application.use_cases.edit_people import PERSON_ENTRIES, person_texts, store_person, understand_person
from sikpro.application.use_cases.manage_people import keep_an_admin
from sikpro.application.use_cases.set_targets import store_target, understand_target
from sikpro.domain.errors import AlreadyUsed, InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import month_named
from sikpro.domain.text import compact

ACTIVE = "active"
YES, NO = "yes", "no"


@frozen
class Judged:
    """A row understood: what is there under its key (None: nothing), what it becomes, and how that is stored."""

    before: Any
    after: Any
    store: Callable[[Person, datetime], None]


class Book(Protocol):
    """A list while rows are laid upon it, one after the other."""

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        """Understand a row; what it lacks or leaves empty stays as it is. Raises `DomainError`."""


@frozen(kw_only=True)
class RowList:
    """A list: its name, its columns, those of which a row needs one to be known by, its rows, and a book of it.

    `texts` gives one row's texts by column; `permission` is what reading and writing it needs.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    rows: Callable[[UnitOfWork], Sequence[Mapping[str, str]]]
    texts: Callable[[Any], Mapping[str, str]]
    book: Callable[[UnitOfWork], Book]
    permission: Permission = Permission.ADMINISTER


def _is_active(typed: Mapping[str, str], otherwise: bool) -> bool:
    text = typed.get(ACTIVE, "")
    if text not in {YES, NO, ""}:
        raise InvalidFields({ACTIVE: InvalidValue("active.unknown", text)})
    return otherwise if not text else text == YES


def _filled(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if text}


def _active_text(active: bool) -> str:
    return YES if active else NO


@define
class _CatalogueBook:
    uow: UnitOfWork
    kind: CatalogueKind
    known: dict[str, CatalogueRow]
    seen: set[str] = field(factory=set[str])

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        before = self.known.get(typed["code"]) or self.known.get(compact(typed["code"]))
        texts = dict.fromkeys(self.kind.entries, "") | (self.kind.texts(before) if before else {}) | _filled(typed)
        if before:
            texts["code"] = before.code
        row = self.kind.understand(self.uow, texts, _is_active(typed, before.active if before else True))
        if before is None:
            before = self.known.get(row.code)
        else:
            row = evolve(row, code=before.code)
        if row.code in self.seen:
            raise InvalidFields({"code": InvalidValue("row.twice", row.code)})
        self.seen.add(row.code)
        if before and before != row:
            check_replacement(self.uow, before, row)
        return Judged(before, row, lambda by, now: self._store(before, row, by, now))

    def _store(self, before: CatalogueRow | None, row: CatalogueRow, by: Person, now: datetime) -> None:
        """Looked at once more: two rows that could each stand may not stand together."""
        if before is None:
            keep_row(self.uow, row, by, now)
        else:
            replace_row(self.uow, before, row, by, now)


@define
class _PeopleBook:
    uow: UnitOfWork
    by_code: dict[str, Person]
    by_username: dict[str, Person]
    seen: set[int] = field(factory=set[int])

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        found = [
            person
            for person in (
                self.by_code.get(compact(typed.get("technician_code", ""))),
                self.by_username.get(typed.get("username", "").casefold()),
            )
            if person is not None
        ]
        if len({person.id for person in found}) > 1:
            raise InvalidFields({"username": InvalidValue("row.two_people", "")})
        before = found[0] if found else None
        blank = before or Person(id=0, name="")
        texts = person_texts(blank) | {name: text for name, text in _filled(typed).items() if name in PERSON_ENTRIES}
        active = _is_active(typed, blank.active)
        person = evolve(understand_person(self.uow, texts, blank), active=active)
        self._check(before, person, by)
        return Judged(before, person, lambda by, now: self._store(before, person, by, now))

    def _check(self, before: Person | None, person: Person, by: Person) -> None:
        number = before.id if before else -len(self.seen) - 1
        owners = {
            "technician_code": self.by_code.get(person.technician_code or ""),
            "username": self.by_username.get((person.username or "").casefold()),
        }
        for entry, owner in owners.items():
            if owner is not None and owner.id != number:
                raise InvalidFields({entry: AlreadyUsed(field=entry, value=getattr(person, entry))})
        if number in self.seen:
            key = "technician_code" if person.technician_code else "username"
            raise InvalidFields({key: InvalidValue("row.twice", person.name)})
        if before:
            if before.id == by.id and not person.active:
                raise InvalidFields({ACTIVE: InvalidValue("row.yourself", "")})
            keep_an_admin(self.uow, before, person)
        self.seen.add(number)
        known = evolve(person, id=number)
        if person.technician_code:
            self.by_code[person.technician_code] = known
        if person.username:
            self.by_username[person.username.casefold()] = known

    def _store(self, before: Person | None, person: Person, by: Person, now: datetime) -> None:
        if before:
            store_person(self.uow, before, person, by, now)
            return
        stored = self.uow.people.add(person)
        self.uow.journal.note("person_added", str(stored.id), by.id, now, {"name": stored.name})


def _catalogue_list(kind: CatalogueKind) -> RowList:
    def texts(row: Any) -> dict[str, str]:
        return kind.texts(row) | {ACTIVE: _active_text(row.active)}

    return RowList(
        name=kind.name,
        columns=(*kind.entries, ACTIVE),
        keys=("code",),
        rows=lambda uow: [texts(row) for row in kind.rows(uow)],
        texts=texts,
        book=lambda uow: _CatalogueBook(uow, kind, {row.code: row for row in kind.rows(uow)}),
    )


def _people_rows(uow: UnitOfWork) -> list[dict[str, str]]:
    listed = [person for person in uow.people.all() if person.username or person.technician_code]
    return [_person_row(person) for person in listed]


def _person_row(person: Person) -> dict[str, str]:
    return person_texts(person) | {ACTIVE: _active_text(person.active)}


def _people_book(uow: UnitOfWork) -> Book:
    people = uow.people.all()
    return _PeopleBook(
        uow,
        {person.technician_code: person for person in people if person.technician_code},
        {person.username.casefold(): person for person in people if person.username},
    )


@define
class _TargetBook:
    uow: UnitOfWork
    known: dict[tuple[str, str], Target]
    seen: set[tuple[str, str]] = field(factory=set[tuple[str, str]])

    def judge(self, typed: Mapping[str, str], by: Person) -> Judged:
        key = month_named(typed.get("month", "").strip()) or "", compact(typed.get("sto", ""))
        before = self.known.get(key)
        target = understand_target(self.uow, (_target_row(before) if before else {}) | _filled(typed))
        if key in self.seen:
            raise InvalidFields({"sto": InvalidValue("row.twice", target.sto)})
        self.seen.add(key)
        return Judged(before, target, lambda by, now: store_target(self.uow, target, by, now))


def _target_row(target: Target) -> dict[str, str]:
    return {name: str(getattr(target, name)) for name in TARGETS.columns}


TARGETS = RowList(
    name="targets",
    columns=("month", "sto", "target", "working_days"),
    keys=("sto",),
    rows=lambda uow: [_target_row(target) for target in uow.targets.all()],
    texts=_target_row,
    book=lambda uow: _TargetBook(uow, {(target.month, target.sto): target for target in uow.targets.all()}),
    permission=Permission.CLOSE_MONTH,
)
PEOPLE = RowList(
    name="people",
    columns=(*PERSON_ENTRIES, ACTIVE),
    keys=("technician_code", "username"),
    rows=_people_rows,
    texts=_person_row,
    book=_people_book,
)
LISTS = {rows.name: rows for rows in (PEOPLE, TARGETS)} | {kind.name: _catalogue_list(kind) for kind in KINDS.values()}
"""Every list by name."""
