"""Save an order with its events after a step, in one place."""

from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.webhooks.tell_webhooks import tell_webhooks
from sikpro.domain.errors import OrderArchived
from sikpro.domain.order import Change, Order


def record_new(uow: UnitOfWork, change: Change, actor: int | None) -> Order:
    """Save a new order. Raises `DuplicateOrder`."""
    uow.orders.add(change.order, _key(uow, change.order))
    return _record(uow, change, change.order, actor)


def record_change(uow: UnitOfWork, change: Change, actor: int | None) -> Order:
    """Save an order after a move and return it at its new version.

    Raises `ConcurrencyConflict`, `OrderArchived`, and `DuplicateOrder` when another order holds the key of a reopened
    or corrected one.
    """
    _must_be_here(uow, change.order)
    return _record(uow, change, uow.orders.save(change.order, _key(uow, change.order)), actor)


def record_remark(uow: UnitOfWork, change: Change, actor: int) -> None:
    """Save the events of a move that leaves the order as it is. Raises `OrderArchived`."""
    _must_be_here(uow, change.order)
    _record(uow, change, change.order, actor)


def _record(uow: UnitOfWork, change: Change, order: Order, actor: int | None) -> Order:
    uow.journal.append(order, change.events, actor)
    tell_webhooks(uow, order.id, change.events, actor)
    uow.announce(Hint(Kind.ORDER, (order.id,)))
    return order


def _must_be_here(uow: UnitOfWork, order: Order) -> None:
    if archive := uow.archives.taken(order.id):
        raise OrderArchived(number=order.number, year=archive.year, file=archive.file)


def _key(uow: UnitOfWork, order: Order) -> str | None:
    return order.duplicate_key(uow.installation.get().duplicate_mode)
