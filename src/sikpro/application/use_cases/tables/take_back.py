"""Record what a table wrote, and take it back as a whole while nothing else has touched its rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow, WrittenTable
from sikpro.application.use_cases.messages.notify_technician import notify_technician
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.domain.duplicates import STANDING
from sikpro.domain.errors import DomainError, NotPermitted, StillUsed
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

ORDERS = "orders"
"""The kind of a table that made orders."""

COMPLETED = "completed"
"""The kind of a table that changed orders which were there."""

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
    def possible(self) -> bool:
        """Whether the table stands and all of its rows can be taken back."""
        return self.table.taken_back_at is None and not self.touched


def record_made(uow: UnitOfWork, source: str, by: Person, now: datetime, orders: Sequence[Order]) -> WrittenTable:
    """Record the orders that a table made, in the transaction that made them."""
    rows = [WrittenRow(name=order.number, subject=str(order.id), version=order.version) for order in orders]
    return record_rows(uow, ORDERS, source, by, now, rows)


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
    table = WrittenTable(kind=kind, source=source, by=by.id, at=now, added=added, changed=len(rows) - added)
    return uow.written_tables.add(table, rows)


def may_take_back(by: Person, table: WrittenTable) -> bool:
    """Whether a person may view a written table and take it back: who wrote it, and every admin."""
    if table.kind in LISTS and not by.may(LISTS[table.kind].permission):
        return False
    return by.may(Permission.ADMINISTER) or (by.id == table.by and any(map(by.may, _WRITERS)))


def plan_take_back(uow: UnitOfWork, table_id: int, by: Person) -> TakeBackPlan:
    """Say what taking a table back would do; write nothing. Raises `NotFound`, `NotPermitted`."""
    table = uow.written_tables.get(table_id)
    if not may_take_back(by, table):
        raise NotPermitted(permission=Permission.ADMINISTER)
    rows = uow.written_tables.rows(table_id)
    found: Iterator[tuple[WrittenRow, DomainError]] = iter(())
    if table.taken_back_at is None:
        found = iter(LISTS[table.kind].undoing(uow, rows, by)) if table.kind in LISTS else _orders(uow, rows)
    return TakeBackPlan(table=table, rows=rows, touched=[TouchedRow(row, error) for row, error in found])


def take_back(
    uow: UnitOfWork, table_id: int, by: Person, now: datetime, *, reason: str, zone: str
) -> tuple[TakeBackPlan, bool]:
    """Take back all that a table wrote, or nothing. Return the plan, and whether it was taken back.

    Orders that it made are deleted with the reason; orders that it changed get their earlier state, and their
    technicians a message. Rows of lists get their earlier values; added ones are removed. Raises as `plan_take_back`,
    and `DomainError` where a row refuses; then nothing is taken back.
    """
    plan = plan_take_back(uow, table_id, by)
    if not plan.possible or not uow.written_tables.take_back(table_id, by.id, now):
        return plan, False
    table = plan.table
    for row in reversed(plan.rows):
        if table.kind in LISTS:
            LISTS[table.kind].undo(uow, row, by, now)
        else:
            _take_back_order(uow, row, by, now, reason, zone)
    data = {"kind": table.kind, "table": str(table.id), "rows": str(len(plan.rows))}
    uow.journal.note("table_taken_back", table.source, by.id, now, data)
    return plan, True


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
    if row.order is None:
        record_change(uow, order.delete(reason, now), by.id)
        return
    uow.undo_steps.drop(order.id)
    order = record_change(uow, order.undo(row.order, now), by.id)
    notify_technician(uow, order, by, now, feedback="", zone=zone)
