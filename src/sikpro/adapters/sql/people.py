"""People and access requests in the database."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from attrs import evolve

from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.errors import ConstraintViolated
from sikpro.adapters.sql.kept_answers import kept_answers
from sikpro.adapters.sql.renamed import is_renaming, next_renamed, rename_technician
from sikpro.adapters.sql.sessions import bind_links
from sikpro.adapters.sql.tables import access_requests, people
from sikpro.adapters.sql.tokens import personal_tokens
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.adapters.sql.two_steps import login_tickets, recovery_codes, second_steps
from sikpro.domain.errors import AlreadyUsed, ConcurrencyConflict, NotFound
from sikpro.domain.people import AccessRequest, Person, RequestState, Role
from sikpro.domain.search_text import folded

_c = people.c
_r = access_requests.c
_ALL = Constant(sa.select(people).order_by(_c.name_folded, _c.id))
_BY = {
    column.name: Constant(sa.select(people).where(column == sa.bindparam("wanted", type_=column.type)))
    for column in (_c.id, _c.username_folded, _c.telegram_id, _c.technician_code)
}
"""The statement for one person by a column."""


class SqlPersonRepository:
    """Stores the people. User name, technician code and Telegram id are unique."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, person: Person) -> Person:
        """Save a new person and return it with its id. Raises `AlreadyUsed`; the unit of work stays usable."""
        self._transaction.forget()
        self._phone_must_be_free(person, None)
        person = evolve(person, version=1)
        inserted = sa.insert(people).values(_to_row(person) | _phone_key(person)).returning(_c.id)
        try:
            with self._transaction.savepoint():
                person = evolve(person, id=self._transaction.scalar(inserted))
        except ConstraintViolated as violation:
            raise self._already_used(person, None) or violation from violation
        if person.technician_code:
            rename_technician(self._transaction, person.technician_code)
        return person

    def save(self, person: Person) -> Person:
        """Save over the version that was read. Raises `ConcurrencyConflict`, `AlreadyUsed`; the unit stays usable."""
        self._transaction.forget()
        selected = sa.select(_c.name, _c.technician_code, _c.phone, _c.version).where(_c.id == person.id)
        before = self._transaction.execute(selected).one_or_none()
        saved = evolve(person, version=person.version + 1)
        row = _to_row(saved)
        if before is not None and before.version == person.version and before.phone != person.phone:
            self._phone_must_be_free(person, person.id)
            row |= _phone_key(person)
        update = sa.update(people).where(_c.id == person.id, _c.version == person.version).values(row)
        try:
            with self._transaction.savepoint():
                changed = self._transaction.execute(update).rowcount
        except ConstraintViolated as violation:
            raise self._already_used(person, person.id) or violation from violation
        if changed == 0 or before is None:
            raise ConcurrencyConflict(number=person.name)
        if (before.name, before.technician_code) != (person.name, person.technician_code):
            for code in {before.technician_code, person.technician_code} - {None}:
                rename_technician(self._transaction, code)
        return saved

    def drop(self, person: Person) -> None:
        """Delete at the version that was read. Raises `ConcurrencyConflict`, `StorageRejected` while it is needed."""
        self._transaction.forget()
        with self._transaction.savepoint():
            for owned in (bind_links, kept_answers, login_tickets, personal_tokens, recovery_codes, second_steps):
                self._transaction.execute(sa.delete(owned).where(owned.c.person == person.id))
            deleted = sa.delete(people).where(_c.id == person.id, _c.version == person.version)
            if self._transaction.execute(deleted).rowcount == 0:
                raise ConcurrencyConflict(number=person.name)
        if person.technician_code:
            rename_technician(self._transaction, person.technician_code)

    def search_waits(self) -> bool:
        """Whether orders of renamed technicians wait for their present name."""
        return is_renaming(self._transaction)

    def renew_search(self, limit: int) -> None:
        """Update the search texts of more orders of a renamed technician."""
        next_renamed(self._transaction, limit)

    def get(self, person_id: int) -> Person:
        """Return the row by its id. Raises `NotFound`."""
        person = self._one(_c.id, person_id)
        if person is None:
            raise NotFound(what="person", name=str(person_id))
        return person

    def by_username(self, username: str) -> Person | None:
        """Return the person with this user name, ignoring case."""
        return self._one(_c.username_folded, folded(username))

    def by_telegram(self, telegram_id: int) -> Person | None:
        """Return the person connected to this Telegram account."""
        return self._one(_c.telegram_id, telegram_id)

    def by_code(self, technician_code: str) -> Person | None:
        """Return the person with this technician code."""
        return self._one(_c.technician_code, technician_code)

    def by_phone(self, phone: str) -> Person | None:
        """Return the one person with this phone number; None if several share it."""
        if not phone:
            return None
        rows = self._transaction.execute(sa.select(people).where(_c.phone == phone).limit(2)).mappings().all()
        return _from_row(rows[0]) if len(rows) == 1 else None

    def all(self) -> tuple[Person, ...]:
        """Return all people, by name."""
        return self._transaction.kept(_ALL, _from_row)

    def _one(self, column: sa.Column[Any], value: object) -> Person | None:
        def read() -> Person | None:
            found = self._transaction.rows(_BY[column.name], {"wanted": value})
            return _from_row(found[0]) if found else None

        return self._transaction.remember((people.name, column.name, value), read)

    def _phone_must_be_free(self, person: Person, but: int | None) -> None:
        """Check the number also against people without a key, who shared a number before numbers had to be unique."""
        if not person.phone:
            return
        holders = sa.select(_c.name).where(_c.phone == person.phone, _c.id != (but or 0)).order_by(_c.id).limit(1)
        name = self._transaction.execute(holders).scalar_one_or_none()
        if name is not None:
            raise AlreadyUsed(field="phone", value=person.phone, name=name)

    def _already_used(self, person: Person, but: int | None) -> AlreadyUsed | None:
        """Find the field that is used already: each driver names it in its own way, so query for it."""
        username = person.username
        others = {
            "username": (username, None if username is None else self.by_username(username)),
            "technician_code": (person.technician_code, self.by_code(person.technician_code or "")),
            "telegram_id": (person.telegram_id, self.by_telegram(person.telegram_id or 0)),
        }
        for field, (value, other) in others.items():
            if value is not None and other is not None and other.id != but:
                return AlreadyUsed(field=field, value=value)
        try:
            self._phone_must_be_free(person, but)
        except AlreadyUsed as error:
            return error
        return None


class SqlAccessRequestRepository:
    """Stores access requests from Telegram; at most one is pending for each Telegram id."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def put(self, request: AccessRequest) -> AccessRequest:
        """Save a request; a new one (id 0) replaces the pending one of the same Telegram id."""
        row = _request_to_row(request)
        if request.id:
            if self._transaction.execute(sa.update(access_requests).where(_r.id == request.id).values(row)).rowcount:
                return request
            raise NotFound(what="access_request", name=str(request.id))
        if request.state is RequestState.PENDING:
            replaced = sa.update(access_requests).where(_r.pending_of == request.telegram_id).values(row)
            found = self._transaction.scalar(replaced.returning(_r.id))
            if found is not None:
                return evolve(request, id=found)
        inserted = sa.insert(access_requests).values(row).returning(_r.id)
        return evolve(request, id=self._transaction.scalar(inserted))

    def get(self, request_id: int) -> AccessRequest:
        """Return the row by its id. Raises `NotFound`."""
        row = self._one(_r.id == request_id)
        if row is None:
            raise NotFound(what="access_request", name=str(request_id))
        return row

    def pending_of(self, telegram_id: int) -> AccessRequest | None:
        """Return the open request of a Telegram account."""
        return self._one(_r.pending_of == telegram_id)

    def pending(self) -> tuple[AccessRequest, ...]:
        """Return all open requests, oldest first."""
        selected = sa.select(access_requests).where(_r.pending_of.is_not(None)).order_by(_r.requested_at, _r.id)
        return tuple(map(request_from_row, self._transaction.execute(selected).mappings()))

    def _one(self, condition: sa.ColumnElement[bool]) -> AccessRequest | None:
        row = self._transaction.execute(sa.select(access_requests).where(condition)).mappings().one_or_none()
        return None if row is None else request_from_row(row)


def _to_row(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "name_folded": folded(person.name),
        "username": person.username,
        "username_folded": None if person.username is None else folded(person.username),
        "password_hash": person.password_hash,
        "role": person.role.value if person.role else None,
        "technician_code": person.technician_code,
        "site_operation": person.site_operation,
        "telegram_id": person.telegram_id,
        "phone": person.phone,
        "language": person.language,
        "must_change_password": person.must_change_password,
        "active": person.active,
        "version": person.version,
    }


def _phone_key(person: Person) -> dict[str, str | None]:
    return {"phone_key": person.phone or None}


def _from_row(row: Mapping[Any, Any]) -> Person:
    kept = {name: value for name, value in row.items() if not name.endswith(("_folded", "_key"))}
    return Person(**(kept | {"role": Role(row["role"]) if row["role"] else None}))


_REQUEST = [column.name for column in access_requests.c if column.name != "pending_of"]


def _request_to_row(request: AccessRequest) -> dict[str, Any]:
    row = {name: getattr(request, name) for name in _REQUEST if name != "id"}
    pending = request.state is RequestState.PENDING
    return row | {"state": request.state.value, "pending_of": request.telegram_id if pending else None}


def request_from_row(row: Mapping[Any, Any]) -> AccessRequest:
    """Return the request of a row."""
    return AccessRequest(**({name: row[name] for name in _REQUEST} | {"state": RequestState(row["state"])}))
