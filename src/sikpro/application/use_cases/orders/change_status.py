"""Set a status with a reason and feedback. The same transaction queues the message to the technician."""

from datetime import datetime, timedelta

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status, status_named
from sikpro.application.use_cases.messages.notify_owner import notify_owner
from sikpro.application.use_cases.messages.notify_technician import notify_technician
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.orders.undo_status import keep_undo
from sikpro.application.use_cases.orders.work_order import check_version
from sikpro.domain.errors import ForbiddenMove, InvalidValue
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, is_reopening
from sikpro.domain.text import storable

FEEDBACK_LIMIT = 2000
"""The longest feedback or reason, in characters."""


def change_status(
    uow: UnitOfWork,
    order_id: int,
    status: str,
    by: Person,
    now: datetime,
    *,
    reason: str = "",
    feedback: str = "",
    version: int | None = None,
    zone: str,
    hold: timedelta = timedelta(),
) -> Order:
    """Move an order to a status (its code) and notify the technician, and the owner of a held-up status.

    The message leaves after `hold`; until then `undo_status` undoes both. A live status reopens a finished order, if
    the order may go to it. `version` is the version that the caller read. Team leaders overrule a claim. Raises
    `ForbiddenMove`, `AlreadyTaken`, `ReasonRequired`, `ConcurrencyConflict`, `NotFound` for an unknown status,
    `NotPermitted`, `InvalidValue` for a text over `FEEDBACK_LIMIT`.
    """
    by.must(Permission.WORK)
    reason, feedback = checked_text(reason), checked_text(feedback)
    before = check_version(uow.orders.get(order_id), version)
    to, claim = status_named(uow, status), uow.installation.get().claim
    if is_reopening(before.phase, to.phase):
        change = before.reopen(to, by.id, now, reason, claim, feedback=feedback)
    else:
        overrule = by.may(Permission.LEAD)
        change = before.move_to(to, by.id, now, reason=reason, feedback=feedback, overrule=overrule, claim=claim)
    order = record_change(uow, change, by.id)
    messages: tuple[int, ...] = ()
    if not to.phase.waits or feedback:
        messages = notify_technician(uow, order, by, now, feedback=feedback or reason, zone=zone, hold=hold)
    if to.phase.held_up and to.code != before.status:
        messages += notify_owner(uow, to.code, [order.id], now, by=by.name, feedback=feedback, zone=zone, hold=hold)
    if hold:
        keep_undo(uow, before, order, by, now + hold, messages)
    return order


def cancel_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime, *, reason: str, zone: str) -> Order:
    """Cancel an order with the first status of that phase. Raises as `change_status`."""
    return change_status(uow, order_id, first_status(uow, Phase.CANCELLED).code, by, now, reason=reason, zone=zone)


def reopen_order(
    uow: UnitOfWork, order_id: int, by: Person, now: datetime, *, reason: str, zone: str, hold: timedelta = timedelta()
) -> Order:
    """Reopen a finished order, with a reason. Raises as `change_status`, and `DuplicateOrder`.

    Raises `ForbiddenMove` also when somebody has already reopened it.
    """
    order = uow.orders.get(order_id)
    phase = order.phase.reopens_as
    if phase is None:
        raise ForbiddenMove(number=order.number, before=order.phase, after=Phase.IN_PROGRESS)
    return change_status(uow, order_id, first_status(uow, phase).code, by, now, reason=reason, zone=zone, hold=hold)


def checked_text(text: str) -> str:
    """Return a reason or feedback as it is saved. Raises `InvalidValue` when it is longer than `FEEDBACK_LIMIT`."""
    text = storable(text).strip()
    if len(text) > FEEDBACK_LIMIT:
        raise InvalidValue("feedback.too_long", text)
    return text
