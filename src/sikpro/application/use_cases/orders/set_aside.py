"""Set an order aside: skip it with a reason, or put it off until a time."""

from datetime import datetime, timedelta

from sikpro.application.ports.set_aside import LONGEST_ASIDE, SetAside
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.still_aside import still_aside
from sikpro.application.use_cases.orders.work_order import give_back_order
from sikpro.domain.errors import AlreadyTaken, ForbiddenMove, InvalidValue
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase

SKIP_REASONS = ("not_mine", "needs_help", "provider_down", "unclear", "other")
"""Why a person skips an order, as codes; the sentences are `skip.<code>`."""

LONGEST = timedelta(hours=4)
"""How long an order can be put off at most."""


def skip_order(uow: UnitOfWork, order_id: int, reason: str, by: Person, now: datetime) -> Order:
    """Give the order back and leave it to others, with one of `SKIP_REASONS`.

    Raises `NotPermitted`, `AlreadyTaken`, `ForbiddenMove` when it is finished, `InvalidValue` for an unknown reason.
    """
    by.must(Permission.WORK)
    if reason not in SKIP_REASONS:
        raise InvalidValue("skip.reason", reason)
    return _set_aside(uow, order_id, by, now, now + LONGEST_ASIDE, reason)


def put_off_order(uow: UnitOfWork, order_id: int, until: datetime, by: Person, now: datetime) -> Order:
    """Give the order back and keep it out of the person's own *next* until a time, at most `LONGEST` from now.

    Others see it and may take it. Raises `NotPermitted`, `AlreadyTaken`, `ForbiddenMove` when it is finished,
    `InvalidValue` for a time that is over or too late.
    """
    by.must(Permission.WORK)
    if not now < until <= now + LONGEST:
        raise InvalidValue("put_off.time", "")
    return _set_aside(uow, order_id, by, now, until, "")


def put_off(uow: UnitOfWork, by: Person, now: datetime) -> tuple[tuple[SetAside, Order], ...]:
    """Return the orders that a person put off and to which nothing has happened since, the next due first.

    One whose time has come stays for an hour, as a reminder.
    """
    latest = {one.order_id: one for one in uow.set_aside.of_person(by.id, now - LONGEST_ASIDE)}
    found = [(one, uow.orders.get(one.order_id)) for one in latest.values() if not one.reason]
    standing = [
        (one, order)
        for one, order in found
        if still_aside(uow, one, order.version) and order.deleted_at is None and now < one.until + timedelta(hours=1)
    ]
    return tuple(sorted(standing, key=lambda pair: (pair[0].until, pair[0].id)))


def _set_aside(uow: UnitOfWork, order_id: int, by: Person, now: datetime, until: datetime, reason: str) -> Order:
    order = uow.orders.get(order_id)
    if order.holder is not None and order.holder != by.id:
        raise AlreadyTaken(order.number, order.holder)
    if not order.open:
        raise ForbiddenMove(number=order.number, before=order.phase, after=Phase.WAITING)
    if order.holder == by.id:
        order = give_back_order(uow, order_id, by, now)
    uow.set_aside.add(SetAside(order_id=order.id, version=order.version, by=by.id, at=now, until=until, reason=reason))
    return order
