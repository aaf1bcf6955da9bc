"""Register a request as an order."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.catalogue.typed_values import number_meant
from sikpro.application.use_cases.orders.meet_disturbance import meet_disturbances
from sikpro.application.use_cases.orders.record_change import record_new
from sikpro.application.use_cases.orders.understand_request import understand_request
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.duplicates import key_of
from sikpro.domain.errors import DuplicateOrder, InvalidValue, NotFound
from sikpro.domain.order import Order, place
from sikpro.domain.order_data import Channel, OrderData, Origin
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase


@frozen(kw_only=True)
class Registered:
    """A new order, its place in the queue (1 is next), and the open disturbances that it is in."""

    order: Order
    place: int
    disturbances: tuple[Disturbance, ...] = ()


def register_order(
    uow: UnitOfWork,
    typed: Mapping[str, str],
    now: datetime,
    *,
    sender: Person | None,
    channel: Channel,
    origin: Origin | None = None,
    received_at: datetime | None = None,
) -> Registered:
    """Parse a request and put it into the queue. `sender` is None when a script registers.

    Raises `InvalidFields`, `DuplicateOrder`, `NotPermitted`.
    """
    if sender:
        sender.must(Permission.REGISTER if channel is Channel.TELEGRAM else Permission.ENTER_ORDERS)
    data = understand_request(uow, typed)
    refuse_duplicate(uow, data)
    change = place(
        order_id=uow.orders.next_id(),
        data=data,
        channel=channel,
        status=first_status(uow, Phase.WAITING),
        received_at=received_at or now,
        now=now,
        sender=sender.id if sender else None,
        origin=origin,
    )
    order = record_new(uow, change, sender.id if sender else None)
    return Registered(
        order=order,
        place=uow.order_queries.place_in_queue(order.received_at, order.id),
        disturbances=meet_disturbances(uow, order, now),
    )


def refuse_duplicate(uow: UnitOfWork, data: OrderData) -> None:
    """Refuse a known order early, to save an id. The constraint decides in the end.

    Raises `DuplicateOrder`.
    """
    existing = standing_order(uow, data.registration_number.value, data.type)
    if existing:
        raise DuplicateOrder(existing.number, existing.id)


def standing_order(uow: UnitOfWork, number: str, order_type: str) -> Order | None:
    """Return the order that holds the duplicate key of this number and type."""
    mode = uow.installation.get().duplicate_mode
    wanted = key_of(mode, number, order_type)
    return next((order for order in uow.orders.find(number) if order.duplicate_key(mode) == wanted), None)


def order_named(uow: UnitOfWork, number: str) -> Order:
    """Return the order under a registration number: the holder of the key, else the newest. Raises `NotFound`.

    The number may be written as people do; digits alone are enough.
    """
    found = uow.orders.find(number)
    if not found:
        with suppress(InvalidValue):
            found = uow.orders.find(number_meant(uow, number))
    if not found:
        raise NotFound.order(number)
    return found[0]
