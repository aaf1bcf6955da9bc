"""Complete orders that a table of the provider calls finished, as one writing that can be taken back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.catalogue.lookup import status_named
from sikpro.application.use_cases.messages.notify_technician import notify_technician, proposed_feedback
from sikpro.application.use_cases.orders.bulk import BulkResult, work_in_bulk
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.tables.take_back import record_changed
from sikpro.domain.catalogue import Status
from sikpro.domain.errors import InvalidValue
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.promise import due_at


def completing_statuses(uow: UnitOfWork) -> list[Status]:
    """Return the active statuses of completed orders, the first one first."""
    return [status for status in uow.catalogue.statuses() if status.active and status.phase.ends_well]


def end_there(
    ended: datetime | None, received_at: datetime, first_action_at: datetime | None, now: datetime
) -> datetime | None:
    """Return the end that the provider tells, None if it is in the future, or before receipt or first action."""
    if ended is None or not max(received_at, first_action_at or received_at) <= ended <= now:
        return None
    return ended


def closed_among(
    uow: UnitOfWork, orders: Iterable[tuple[datetime, datetime | None]], now: datetime, zone: ZoneInfo
) -> list[str]:
    """Return the closed months whose figures change when orders are completed, each by its receipt and its end."""
    closed = uow.closed_months.names()
    moments = (moment for received, end in orders for moment in (received, due_at(received), end or now))
    return sorted({f"{moment.astimezone(zone):%Y-%m}" for moment in moments} & set(closed))


def complete_orders(
    uow: UnitOfWork,
    versions: Mapping[int, int],
    ends: Mapping[int, datetime],
    status: str,
    source: str,
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    *,
    notify: bool = False,
    closed_months: bool = False,
) -> tuple[BulkResult, WrittenTable | None]:
    """Complete the orders, given by id with the version that was shown, at the ends that the provider tells.

    `source`, the file's name, is the reason. Orders that changed since or that somebody has are refused by number;
    technicians get a message only with `notify`. Return also what was written, None if nothing was. Raises
    `NotPermitted`, `NotFound`, and `InvalidValue`: `reconcile.status` for a status that does not complete,
    `import.closed_month` if closed months would change without a yes.
    """
    by.must(Permission.LEAD)
    to = status_named(uow, status)
    if not to.phase.ends_well:
        raise InvalidValue("reconcile.status", status)
    earlier: dict[int, Order] = {}

    def complete(order: Order) -> Order:
        end = end_there(ends.get(order.id), order.received_at, order.first_action_at, now)
        done = record_change(uow, order.complete_elsewhere(to, by.id, end, now, reason=source), by.id)
        earlier[order.id] = order
        if notify:
            text = proposed_feedback(uow, done)(to)
            notify_technician(uow, done, by, now, feedback=text, zone=str(zone))
        return done

    result = work_in_bulk(uow, versions, complete)
    if not result.done:
        return result, None
    closed = closed_among(uow, [(order.received_at, order.finished_at) for order in result.done], now, zone)
    if closed and not closed_months:
        raise InvalidValue("import.closed_month", ", ".join(closed))
    facts = {"status": to.code, "orders": str(len(result.done)), "refused": str(len(result.refused))}
    uow.journal.note("orders_completed", source, by.id, now, facts | {f"closed {month}": "" for month in closed})
    return result, record_changed(uow, source, by, now, [(earlier[order.id], order) for order in result.done])
