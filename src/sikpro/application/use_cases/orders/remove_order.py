"""Delete an order with a reason, and restore it."""

from datetime import datetime

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.messages.notify_technician import notify_removed
from sikpro.application.use_cases.orders.change_status import checked_text
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase


def delete_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime, *, reason: str, zone: str) -> Order:
    """Remove an order from queue and counts, and notify its sender.

    Raises `ReasonRequired`, `InvalidValue` for a reason that is too long, `NotPermitted`.
    """
    by.must(Permission.LEAD)
    reason = checked_text(reason)
    order = record_change(uow, uow.orders.get(order_id).delete(reason, now), by.id)
    notify_removed(uow, order, by, now, reason=reason, zone=zone)
    return order


def restore_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Restore a deleted order. Raises `DuplicateOrder` when another order holds its key, `NotPermitted`."""
    by.must(Permission.ADMINISTER)
    change = uow.orders.get(order_id).restore(first_status(uow, Phase.WAITING), now)
    return record_change(uow, change, by.id)
