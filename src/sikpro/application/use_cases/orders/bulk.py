"""Do one thing to several orders: each that allows it, and why the others do not."""

from collections.abc import Callable, Mapping

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.work_order import check_version
from sikpro.domain.errors import AlreadyTaken, DomainError, NotPermitted
from sikpro.domain.order import Order

MOST_AT_ONCE = 100
"""How many orders one request may name."""


@frozen
class BulkResult:
    """What became of several orders: those that were done, and the errors of the others by registration number."""

    done: tuple[Order, ...]
    refused: Mapping[str, DomainError]


def work_in_bulk(uow: UnitOfWork, orders: Mapping[int, int], work: Callable[[Order], Order]) -> BulkResult:
    """Do the work to each order, given by id with the version that was seen; what one refuses is undone and said.

    `AlreadyTaken` names its holder. Raises `NotPermitted`, `NotFound` for an id that is no order's.
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
