"""Take an order, give it back, hand it to somebody: one order, one helpdesk."""

from datetime import datetime

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue import first_status
from sikpro.application.use_cases.record_change import record_change
from sikpro.domain.errors import ConcurrencyConflict, NotFound
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase


def take_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Take an order, or renew one's claim on it. Raises `AlreadyTaken`, `ForbiddenMove`, `NotPermitted`."""
    by.must(Permission.WORK)
    order = uow.orders.get(order_id)
    change = order.take(by.id, first_status(uow, Phase.IN_PROGRESS), now, uow.installation.get().claim)
    return record_change(uow, change, by.id)


def give_back_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Put an order one has back into the queue. Raises `AlreadyTaken`, `ForbiddenMove`, `NotPermitted`."""
    by.must(Permission.WORK)
    change = uow.orders.get(order_id).give_back(by.id, first_status(uow, Phase.WAITING), now)
    return record_change(uow, change, by.id)


def assign_order(uow: UnitOfWork, order_id: int, to: int, by: Person, now: datetime) -> Order:
    """Give an order to a helpdesk, or take it over oneself, whoever has it.

    Raises `NotPermitted`, `NotFound` when nobody who may work on orders has the id `to`, `ForbiddenMove`.
    """
    by.must(Permission.LEAD)
    helpdesk = uow.people.get(to)
    if not helpdesk.may(Permission.WORK):
        raise NotFound(what="helpdesk", name=helpdesk.name)
    order = uow.orders.get(order_id)
    change = order.assign(to, first_status(uow, Phase.IN_PROGRESS), now, uow.installation.get().claim)
    return record_change(uow, change, by.id)


def free_lapsed_claims(uow: UnitOfWork, now: datetime, limit: int = 100) -> int:
    """Put orders whose claim ran out back into the queue, and say how many."""
    freed = 0
    waiting = first_status(uow, Phase.WAITING)
    for order in uow.orders.lapsed(now, limit):
        change = order.lapse(waiting, now)
        if change:
            record_change(uow, change, None)
            freed += 1
    return freed


def unchanged_since(order: Order, version: int | None) -> Order:
    """Hold the caller to the version they saw, if they named one. Raises `ConcurrencyConflict`."""
    if version is not None and order.version != version:
        raise ConcurrencyConflict(number=order.number)
    return order
