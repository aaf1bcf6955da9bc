"""Record what a table wrote, and take it back, in portions, if nothing else had touched its rows before."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow, WrittenState, WrittenTable
from sikpro.application.use_cases.messages.notify_technician import notify_technician
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.tables.portions import LEASE, PORTION, tell
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.domain.duplicates import STANDING
from sikpro.domain.errors import DomainError, NotPermitted, StillUsed
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

ORDERS = "orders"
"""The kind of a table that made orders."""

COMPLETED = "completed"
"""The kind of a table that changed orders which were there."""

_OF_LISTS = 10
"""The most rows of a list that one transaction takes back: each looks at the whole list, and at who needs the row."""

_STANDING = {WrittenState.WRITTEN, WrittenState.STOPPED}

_WRITERS = (Permission.ADMINISTER, Permission.LEAD, Permission.CLOSE_MONTH)


@frozen
class TouchedRow:
    """A row that cannot be taken back, and why."""

    row: WrittenRow
    error: DomainError


@frozen(kw_only=True)
class TakeBackPlan:
    """A written table with its rows, and those that something else has touched since."""

    table: WrittenTable
    rows: Sequence[WrittenRow]
    touched: Sequence[TouchedRow]

    @property
    def kept(self) -> Sequence[WrittenRow]:
        """The rows that something else touched while the table was taken back: they stay."""
        return [row for row in self.rows if row.kept]

    @property
    def possible(self) -> bool:
        """Whether the table stands, nobody works on it, and all of its rows are known and can be taken back."""
        known = bool(self.rows) or not self.table.total
        return self.table.state in _STANDING and known and not self.touched


def record_changed(
    uow: UnitOfWork, source: str, by: Person, now: datetime, changes: Sequence[tuple[Order, Order]]
) -> WrittenTable:
    """Record the orders that a table changed, each before and after, in the transaction that changed them."""
    rows = [
        WrittenRow(
            name=after.number,
            subject=str(after.id),
            before={"status": before.status},
            after={"status": after.status},
            version=after.version,
            order=before,
        )
        for before, after in changes
    ]
    return record_rows(uow, COMPLETED, source, by, now, rows)


def record_rows(
    uow: UnitOfWork, kind: str, source: str, by: Person, now: datetime, rows: Sequence[WrittenRow]
) -> WrittenTable:
    """Record the rows that a table wrote, in the transaction that wrote them."""
    added = sum(row.before is None for row in rows)
    changed = len(rows) - added
    table = WrittenTable(kind=kind, source=source, by=by.id, at=now, total=len(rows), added=added, changed=changed)
    return uow.written_tables.add(table, rows)


def may_take_back(by: Person, table: WrittenTable) -> bool:
    """Whether a person may view a written table and take it back: who wrote it, and every admin."""
    if table.kind in LISTS and not by.may(LISTS[table.kind].permission):
        return False
    return by.may(Permission.ADMINISTER) or (by.id == table.by and any(map(by.may, _WRITERS)))


def plan_take_back(uow: UnitOfWork, table_id: int, by: Person) -> TakeBackPlan:
    """Say what taking a table back would do; write nothing. Raises `NotFound`, `NotPermitted`.

    Of a table that is being written or taken back this says no rows.
    """
    table = uow.written_tables.get(table_id)
    if not may_take_back(by, table):
        raise NotPermitted(permission=Permission.ADMINISTER)
    rows = () if table.state.open else uow.written_tables.rows(table_id)
    left = [row for row in rows if not row.back and row.kept is None]
    found = _undoing(uow, table, left, by) if table.state in _STANDING else ()
    return TakeBackPlan(table=table, rows=rows, touched=[TouchedRow(row, error) for row, error in found])


def ask_take_back(uow: UnitOfWork, plan: TakeBackPlan, by: Person, now: datetime) -> bool:
    """Let the worker take a table back that can be. Return whether it does.

    Rows that something touches meanwhile are named and stay.
    """
    if not plan.possible or not uow.written_tables.take_back(plan.table.id, by.id, now):
        return False
    tell(uow, plan.table)
    return True


def take_back(
    uow: UnitOfWork, table_id: int, by: Person, now: datetime, *, reason: str, zone: str
) -> tuple[TakeBackPlan, bool]:
    """Take back all that a table wrote in this transaction, or nothing. Return the plan, and whether it was taken back.

    Orders that it made are deleted with the reason; orders that it changed get their earlier state, and their
    technicians a message. Rows of lists get their earlier values; added ones are removed. Raises as `plan_take_back`,
    and `DomainError` where a row refuses; then nothing is taken back. A large table holds up all other writers: let it
    be taken back in portions (`ask_take_back`).
    """
    plan = plan_take_back(uow, table_id, by)
    if not plan.possible or not uow.written_tables.take_back(table_id, by.id, now):
        return plan, False
    table = uow.written_tables.get(table_id)
    while table.state is not WrittenState.TAKEN_BACK:
        table, refused = take_portion_back(uow, table, now, reason=reason, zone=zone)
        if refused:
            raise refused[0]
    return plan, True


def take_portion_back(
    uow: UnitOfWork, table: WrittenTable, now: datetime, *, reason: str, zone: str, most: int = PORTION
) -> tuple[WrittenTable, Sequence[DomainError]]:
    """Take back the last rows of a table that are left, `most` of them; return it as it is then, and why rows stayed.

    Raises `ConcurrencyConflict` if another process went on with the table.
    """
    by = uow.people.get(table.taken_back_by or 0)
    rows = uow.written_tables.to_take_back(table.id, min(most, _OF_LISTS) if table.kind in LISTS else most)
    kept = {row.subject: error for row, error in _undoing(uow, table, rows, by)}
    back: list[str] = []
    for row in rows:
        try:
            if row.subject not in kept:
                with uow.savepoint():
                    _undo(uow, table, row, by, now, reason, zone)
                back.append(row.subject)
        except DomainError as error:
            kept[row.subject] = error
    further = uow.written_tables.portion_back(table, back, kept, now, LEASE)
    if further.state is WrittenState.TAKEN_BACK:
        data = {"kind": further.kind, "table": str(further.id), "rows": str(further.returned)}
        uow.journal.note("table_taken_back", further.source, by.id, now, data)
    return tell(uow, further), tuple(kept.values())


def _undoing(
    uow: UnitOfWork, table: WrittenTable, rows: Sequence[WrittenRow], by: Person
) -> Iterable[tuple[WrittenRow, DomainError]]:
    return LISTS[table.kind].undoing(uow, rows, by) if table.kind in LISTS else _orders(uow, rows)


def _undo(
    uow: UnitOfWork, table: WrittenTable, row: WrittenRow, by: Person, now: datetime, reason: str, zone: str
) -> None:
    if table.kind in LISTS:
        LISTS[table.kind].undo(uow, row, by, now)
    else:
        _take_back_order(uow, row, by, now, reason, zone)


def _orders(uow: UnitOfWork, rows: Sequence[WrittenRow]) -> Iterator[tuple[WrittenRow, DomainError]]:
    """Yield the orders that changed since, and those whose earlier state has a number that another order took."""
    mode = uow.installation.get().duplicate_mode
    for row in rows:
        order = uow.orders.get(int(row.subject))
        if order.version != row.version or order.deleted_at:
            yield row, StillUsed("taken_back.touched", name=row.name)
        elif row.order is not None and row.order.phase in STANDING and order.duplicate_key(mode) is None:
            others = [one for one in uow.orders.find(row.order.number) if one.id != order.id]
            if any(one.duplicate_key(mode) == row.order.duplicate_key(mode) for one in others):
                yield row, StillUsed("taken_back.number_taken", name=row.name)


def _take_back_order(uow: UnitOfWork, row: WrittenRow, by: Person, now: datetime, reason: str, zone: str) -> None:
    order = uow.orders.get(int(row.subject))
    if order.version != row.version:  # since the portion was judged, on PostgreSQL
        raise StillUsed("taken_back.touched", name=row.name)
    if row.order is None:
        record_change(uow, order.delete(reason, now), by.id)
        return
    uow.undo_steps.drop(order.id)
    order = record_change(uow, order.undo(row.order, now), by.id)
    notify_technician(uow, order, by, now, feedback="", zone=zone)
