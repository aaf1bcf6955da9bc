"""Undo a status and its message before the message is sent."""

from datetime import datetime, timedelta

from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.ports.undo_and_views import UndoStep
from sikpro.application.use_cases.orders.bulk import BulkResult, work_in_bulk
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.errors import NotPermitted, UndoTooLate
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

UNDO_SPAN = timedelta(seconds=5)
"""How long an answer from the web waits before it is sent."""

_LATE = timedelta(seconds=2)
"""The allowed delay from the page: a press at the last moment still counts while the message is not sent."""

_KEPT = timedelta(days=1)


def keep_undo(
    uow: UnitOfWork, before: Order, after: Order, by: Person, until: datetime, messages: tuple[int, ...]
) -> None:
    """Store the order's state before a status was set, for the person who set it."""
    uow.undo_steps.forget(until - _KEPT)
    step = UndoStep(before=before, version=after.version, by=by.id, until=until, messages=messages)
    uow.undo_steps.put(step)


def undo_status(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Restore the order to its state before the status, and recall the message.

    The journal keeps both events. Raises `NotPermitted` for anybody but the person who set the status; `UndoTooLate`
    when a message is sent or being sent, when the order changed since, or when the time is over; `DuplicateOrder` when
    another order took its key meanwhile.
    """
    by.must(Permission.WORK)
    order, step = uow.orders.get(order_id), uow.undo_steps.of_order(order_id)
    if step is not None and step.by != by.id:
        raise NotPermitted(permission=Permission.WORK)
    if step is None or step.version != order.version or now > step.until + _LATE:
        raise UndoTooLate(number=order.number)
    if not uow.outbox.recall(step.messages):
        raise UndoTooLate(number=order.number)
    order = record_change(uow, order.undo(step.before, now), by.id)
    uow.undo_steps.drop(order_id)
    uow.announce(Hint(Kind.OUTBOX, step.messages))
    return order


def undo_latest(uow: UnitOfWork, by: Person, now: datetime) -> BulkResult:
    """Undo the person's last answer in all the orders that it answered: an answer to many is one step.

    Orders that refuse it, as in `undo_status`, stay answered; the result names them. Raises `NotPermitted`.
    """
    by.must(Permission.WORK)
    steps = uow.undo_steps.latest(by.id, now - _LATE)
    versions = {step.before.id: uow.orders.get(step.before.id).version for step in steps}
    return work_in_bulk(uow, versions, lambda order: undo_status(uow, order.id, by, now))


def undoable(uow: UnitOfWork, by: Person, now: datetime) -> tuple[UndoStep, ...]:
    """Return a person's last steps, those of one action, as far as they can still be undone."""
    steps = uow.undo_steps.latest(by.id, now)
    return tuple(step for step in steps if uow.orders.get(step.before.id).version == step.version)
