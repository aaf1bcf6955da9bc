"""People as a list: which person a row means, and which values must be unique."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import define, evolve, field

from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow
from sikpro.application.use_cases.catalogue.edit_catalogue import COUNTED
from sikpro.application.use_cases.people.edit_people import (
    PERSON_ENTRIES,
    person_texts,
    store_person,
    understand_person,
)
from sikpro.application.use_cases.people.manage_people import checked_phone, keep_an_admin, record_added
from sikpro.application.use_cases.people.record_event import called, record_event
from sikpro.application.use_cases.tables.row_list import (
    ACTIVE,
    YES,
    Judged,
    RowList,
    RowReader,
    active_text,
    filled,
    is_active,
)
from sikpro.domain.errors import (
    AlreadyUsed,
    DomainError,
    InUse,
    InvalidFields,
    InvalidValue,
    LastOne,
    NotFound,
    StillUsed,
)
from sikpro.domain.people import Person, Role
from sikpro.domain.spreadsheet_damage import check_phone_whole, check_zeros
from sikpro.domain.text import compact


@define
class _PeopleReader:
    uow: UnitOfWork
    by_code: dict[str, Person]
    by_username: dict[str, Person]
    by_id: dict[int, Person]
    holders: dict[str, set[int]]
    """The ids of the people with a phone number, by number."""
    twice: set[str]
    """The phone numbers that appear in several rows."""
    used: set[int] = field(factory=set[int])

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
        damaged = self._damaged(typed, before)
        texts = person_texts(blank) | {name: text for name, text in filled(typed).items() if name in PERSON_ENTRIES}
        active = is_active(typed, blank.active)
        try:
            person = evolve(understand_person(self.uow, texts, blank), active=active)
        except InvalidFields as error:
            raise InvalidFields({**damaged, **error.errors}) from error
        if damaged:
            raise InvalidFields(damaged)
        self._check(before, person, by)
        return Judged(
            before=_person_row(before) if before else None,
            after=_person_row(person),
            changed=before != person,
            store=lambda by, now: self._store(before, person, by, now),
            name=person.name,
        )

    def _damaged(self, typed: Mapping[str, str], before: Person | None) -> dict[str, DomainError]:
        """Return the errors of a new number without its beginning, and of a new code without the zeros in front."""
        phone = typed.get("phone", "")
        checks: dict[str, Callable[[], object]] = {}
        if phone and (before is None or phone != before.phone):
            checks["phone"] = lambda: check_phone_whole(phone)
        if before is None:
            checks["technician_code"] = lambda: check_zeros(typed.get("technician_code", ""), self.by_code)
            checks["username"] = lambda: check_zeros(typed.get("username", ""), self.by_username)
        errors: dict[str, DomainError] = {}
        for column, check in checks.items():
            try:
                check()
            except InvalidValue as error:
                errors[column] = error
        return errors

    def _check(self, before: Person | None, person: Person, by: Person) -> None:
        number = before.id if before else -len(self.used) - 1
        owners = {
            "technician_code": self.by_code.get(person.technician_code or ""),
            "username": self.by_username.get((person.username or "").casefold()),
        }
        for entry, owner in owners.items():
            if owner is not None and owner.id != number:
                raise InvalidFields({entry: AlreadyUsed(field=entry, value=getattr(person, entry))})
        self._check_phone(number, before, person)
        if number in self.used:
            key = "technician_code" if person.technician_code else "username"
            raise InvalidFields({key: InvalidValue("row.twice", person.name)})
        if before:
            if before.id == by.id and not person.active:
                raise InvalidFields({ACTIVE: InvalidValue("row.yourself", "")})
            keep_an_admin(self.uow, before, person)
        self.used.add(number)
        known = evolve(person, id=number)
        self.holders.get(before.phone if before else "", set()).discard(number)
        self.holders.setdefault(person.phone, set()).add(number)
        self.by_id[number] = known
        if person.technician_code:
            self.by_code[person.technician_code] = known
        if person.username:
            self.by_username[person.username.casefold()] = known

    def _check_phone(self, number: int, before: Person | None, person: Person) -> None:
        """A new number must be in no other row and belong to nobody else. People keep the number they had before."""
        if not person.phone or (before and before.phone == person.phone):
            return
        if person.phone in self.twice:
            raise InvalidFields({"phone": InvalidValue("row.phone_twice", person.phone)})
        for other in self.holders.get(person.phone, set()) - {number}:
            name = self.by_id[other].name
            raise InvalidFields({"phone": AlreadyUsed(field="phone", value=person.phone, name=name)})

    def _store(self, before: Person | None, person: Person, by: Person, now: datetime) -> tuple[str, int]:
        if before:
            stored = store_person(self.uow, before, person, by, now)
        else:
            stored = self.uow.people.add(person)
            self.uow.journal.note("person_added", str(stored.id), by.id, now, {"name": stored.name})
            record_added(self.uow, stored, by, now)
        return str(stored.id), stored.version


def _undoing(uow: UnitOfWork, rows: Sequence[WrittenRow], by: Person) -> Iterator[tuple[WrittenRow, DomainError]]:
    """Yield the people that cannot go back: changed since, needed, or their earlier values belong to others now."""
    present = {person.id: person for person in uow.people.all()}
    final = dict(present)
    restored: list[tuple[WrittenRow, Person]] = []
    pending = {request.matched_person for request in uow.access_requests.pending()}
    scheduled = {schedule.person for schedule in uow.schedules.all()}
    for row in rows:
        person = present.get(int(row.subject))
        if person is None or person.version != row.version:
            yield row, StillUsed("taken_back.touched", name=row.name)
        elif row.before is None:
            orders = _orders_of(uow, person)
            if orders:
                yield row, InUse(count=orders)
            elif person.id in pending | scheduled:
                yield row, StillUsed("taken_back.needed", name=row.name)
            del final[person.id]
        else:
            final[person.id] = _restored(person, row.before)
            restored.append((row, final[person.id]))
    sites = {site.code for site in uow.catalogue.site_operations()}
    owners: dict[tuple[str, str], list[Person]] = {}
    for person in final.values():
        for entry in PEOPLE.person:
            owners.setdefault((entry, getattr(person, entry) or ""), []).append(person)
    for row, person in restored:
        before = present[person.id]
        for entry in PEOPLE.person:
            value = getattr(person, entry)
            owner = next((one for one in owners.get((entry, value or ""), ()) if one.id != person.id), None)
            if value and owner and getattr(before, entry) != value:
                yield row, AlreadyUsed(field=entry, value=value, name=owner.name)
        if person.site_operation and person.site_operation not in sites:
            yield row, NotFound(what="site_operation", name=person.site_operation)
        if person.id == by.id and not person.active:
            yield row, InvalidValue("row.yourself", "")
        if before.administers and not any(one.administers for one in final.values()):
            yield row, LastOne("admin", before.name)


def _orders_of(uow: UnitOfWork, person: Person) -> int:
    """Count the orders with a person's code, deleted ones included."""
    if not person.technician_code:
        return 0
    which = OrderFilter(technician=person.technician_code)
    return sum(uow.order_queries.count(evolve(which, deleted=deleted), COUNTED) for deleted in (False, True))


def _restored(person: Person, texts: Mapping[str, str]) -> Person:
    """Return a person with the values of an earlier row."""
    return evolve(
        person,
        name=texts["name"],
        username=texts["username"] or None,
        role=Role(texts["role"]) if texts["role"] else None,
        technician_code=texts["technician_code"] or None,
        site_operation=texts["site_operation"] or None,
        phone=texts["phone"],
        language=texts["language"],
        active=texts[ACTIVE] == YES,
    )


def _undo(uow: UnitOfWork, row: WrittenRow, by: Person, now: datetime) -> None:
    person = uow.people.get(int(row.subject))
    if person.version != row.version:  # since the portion was judged, on PostgreSQL
        raise StillUsed("taken_back.touched", name=row.name)
    if row.before is None:
        uow.people.drop(person)
        uow.journal.note("person_dropped", row.subject, by.id, now, {"name": person.name})
        record_event(uow, EventKind.PERSON_REMOVED, by, now, object=called(person))
        return
    store_person(uow, person, _restored(person, row.before), by, now)


def _people_rows(uow: UnitOfWork) -> list[dict[str, str]]:
    listed = [person for person in uow.people.all() if person.username or person.technician_code]
    return [_person_row(person) for person in listed]


def _person_row(person: Person) -> dict[str, str]:
    return person_texts(person) | {ACTIVE: active_text(person.active)}


def _people_reader(uow: UnitOfWork, table: Sequence[Mapping[str, str]]) -> RowReader:
    people = uow.people.all()
    holders: dict[str, set[int]] = {}
    for person in people:
        holders.setdefault(person.phone, set()).add(person.id)
    phones = Counter(_phone_of(texts.get("phone", "")) for texts in table)
    return _PeopleReader(
        uow,
        {person.technician_code: person for person in people if person.technician_code},
        {person.username.casefold(): person for person in people if person.username},
        {person.id: person for person in people},
        holders,
        {phone for phone, times in phones.items() if phone and times > 1},
    )


def _phone_of(text: str) -> str:
    try:
        return checked_phone(text)
    except InvalidValue:
        return ""


PEOPLE = RowList(
    name="people",
    columns=(*PERSON_ENTRIES, ACTIVE),
    keys=("technician_code", "username"),
    rows=_people_rows,
    reader=_people_reader,
    undoing=_undoing,
    undo=_undo,
    identifying=("username", "technician_code", "site_operation", "phone"),
    person=("username", "technician_code", "phone"),
)
