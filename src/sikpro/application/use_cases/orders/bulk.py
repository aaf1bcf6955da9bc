"""Do one thing to several orders, and collect the errors of those that refuse it."""

from collections.abc import Callable, Mapping

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.work_order import check_version
from sikpro.domain.errors import AlreadyTaken, DomainError, NotPermitted
from sikpro.domain.order import Order

MOST_AT_ONCE = 100
"""The most orders in one request."""


@frozen
class BulkResult:
    """The result for several orders: the changed orders, and the errors of the others by registration number."""

    done: tuple[Order, ...]
    refused: Mapping[str, DomainError]


def work_in_bulk(uow: UnitOfWork, orders: Mapping[int, int], work: Callable[[Order], Order]) -> BulkResult:
    """Do the work to each order, given by id with its expected version. Undo and report the orders that refuse it.

    `AlreadyTaken` names its holder. Raises `NotPermitted`, `NotFound` for an id without an order.
    """
    done: list[Order] = []
    refused: dict[str, DomainError] = {}
    for order_id, version in sorted(orders.items())[:MOST_AT_ONCE]:
        order = uow.orders.get(order_id)
        try:
            with uow.savepoint():
                done.append(work(check_version(order, version)))
        except NotPermitted:
            raise
        except DomainError as error:
            if isinstance(error, AlreadyTaken):
                error = error.named(uow.people.get(error.holder).name)
            refused[order.number] = error
    return BulkResult(tuple(done), refused)
