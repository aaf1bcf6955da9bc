"""Take a status and its message back, while the message has not left."""

from datetime import datetime, timedelta

from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.ports.undo_and_views import UndoStep
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.errors import NotPermitted, UndoTooLate
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

UNDO_SPAN = timedelta(seconds=5)
"""How long an answer given on the web waits before it leaves."""

_LATE = timedelta(seconds=2)
"""What the way from the page may take: a press in the last moment still counts while the message is here."""

_KEPT = timedelta(days=1)


def keep_undo(
    uow: UnitOfWork, before: Order, after: Order, by: Person, until: datetime, messages: tuple[int, ...]
) -> None:
    """Remember how an order was before a status was set, for whoever set it."""
    uow.undo_steps.forget(until - _KEPT)
    step = UndoStep(before=before, version=after.version, by=by.id, until=until, messages=messages)
    uow.undo_steps.put(step)


def undo_status(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Make the order again what it was before its status was set, and take the message back.

    The journal keeps both facts. Raises `NotPermitted` for anybody but who did it; `UndoTooLate` when a message has
    left or is leaving, when the order changed since, or when the time is over; `DuplicateOrder` when another order took
    its place meanwhile.
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


def undoable(uow: UnitOfWork, by: Person, now: datetime) -> UndoStep | None:
    """What somebody did last and may still take back; None when it is too late."""
    step = uow.undo_steps.latest(by.id, now)
    return step if step and uow.orders.get(step.before.id).version == step.version else None
