"""Find other live orders that claim the same modem or the same port of an ODP."""

from enum import StrEnum

from attrs import frozen

from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.list_orders import may_view
from sikpro.domain.order import Order
from sikpro.domain.people import Person

MOST_CLASHES = 6
"""The most orders that are named."""


class Shared(StrEnum):
    """What two live orders share though only one of them can have it."""

    SERIAL = "serial"
    PORT = "port"


@frozen
class Clash:
    """Another live order, and what it shares with this one: the modem, or else the port of the ODP."""

    shared: Shared
    row: OrderRow


def clashes(uow: UnitOfWork, order: Order) -> tuple[Clash, ...]:
    """Return the other live orders with the same modem, then those with the same ODP and port, each oldest first.

    None clash with an order that is finished or deleted.
    """
    if not order.open:
        return ()
    data = order.data
    serial, odp = data.serial.value, data.odp.value
    others = uow.order_queries.live_with(serial, odp, data.port, but=order.id, limit=MOST_CLASHES)
    return tuple(Clash(Shared.SERIAL if row.serial == serial else Shared.PORT, row) for row in others)


def clashes_shown_to(uow: UnitOfWork, order: Order, by: Person) -> tuple[Clash, ...]:
    """Return the clashes with orders that a person may view."""
    return tuple(clash for clash in clashes(uow, order) if may_view(uow.orders.get(clash.row.id), clash.row, by))
