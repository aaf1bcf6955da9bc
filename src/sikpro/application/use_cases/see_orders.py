"""Check one order, look at the queue, search: what each person may see."""

from datetime import datetime, timedelta

from attrs import evolve

from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.register_order import order_named
from sikpro.domain.errors import NotFound, NotPermitted
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person

PACE = timedelta(hours=2)
"""The span whose first actions tell the pace."""


def check_order(uow: UnitOfWork, number: str, by: Person) -> OrderRow:
    """The present state of an order by its registration number. Raises `NotFound`, also for what one may not see."""
    order = order_named(uow, number)
    row = uow.order_queries.row(order.id)
    if row is None or not may_see(uow, order, row, by):
        raise NotFound.order(number)
    return row


def may_see(uow: UnitOfWork, order: Order, row: OrderRow, by: Person) -> bool:
    """Whether a person may see an order: all, those of their Site Operation, or their own."""
    if by.may(Permission.SEE_ALL):
        return True
    if not by.active:
        return False
    own = order.sender == by.id or (by.technician_code is not None and row.technician == by.technician_code)
    same_so = bool(by.site_operation) and row.site_operation == by.site_operation
    return own or (same_so and by.may(Permission.SEE_SITE_OPERATION))


def list_orders(
    uow: UnitOfWork, which: OrderFilter, by: Person, *, sort: Sort, after: Key | None = None, limit: int = 50
) -> tuple[OrderRow, ...]:
    """A page of the orders a person may see. Raises `NotPermitted`; deleted ones are an admin's to see."""
    if not by.may(Permission.SEE_ALL):
        by.must(Permission.SEE_SITE_OPERATION)
        if not by.site_operation:
            raise NotPermitted(permission=Permission.SEE_SITE_OPERATION)
        which = evolve(which, site_operation=by.site_operation)
    if which.deleted:
        by.must(Permission.ADMINISTER)
    return uow.order_queries.page(which, sort=sort, after=after, limit=limit)


def search_orders(uow: UnitOfWork, text: str, by: Person, limit: int = 20) -> tuple[OrderRow, ...]:
    """The newest orders that a text finds, of those a person may see."""
    return list_orders(uow, OrderFilter(text=text), by, sort=Sort.NEWEST, limit=limit)


def expected_wait(uow: UnitOfWork, place: int, now: datetime) -> timedelta | None:
    """How long the order at a place in the queue will wait at the pace of the last hours; None when unknown."""
    done = uow.order_queries.first_actions_since(now - PACE)
    return PACE * place / done if done >= 3 else None
