"""A sender's actions on their own order: correct it, withdraw it, add a message to it."""

from collections.abc import Mapping
from datetime import datetime

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.orders.list_orders import may_view
from sikpro.application.use_cases.orders.meet_disturbance import meet_disturbances
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.orders.understand_request import understand_request
from sikpro.domain.errors import NotPermitted
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase
from sikpro.domain.place import Place

WITHDRAWN = "batal"
"""The status of a withdrawn order, if the catalogue has it."""


def correct_order(uow: UnitOfWork, order_id: int, typed: Mapping[str, str], by: Person, now: datetime) -> Order:
    """Replace an order's data. A held-up order returns to its old place in the queue.

    Raises `InvalidFields`, `AlreadyTaken`, `ForbiddenMove`, `NothingChanged`, `DuplicateOrder`, `NotPermitted`.
    """
    order = owned_order(uow, order_id, by)
    data = understand_request(uow, typed)
    change = order.correct(data, first_status(uow, Phase.WAITING), now, by.id)
    corrected = record_change(uow, change, by.id)
    meet_disturbances(uow, corrected, now)
    return corrected


def withdraw_order(uow: UnitOfWork, order_id: int, by: Person, now: datetime) -> Order:
    """Cancel the sender's own order while nobody has it. Raises `AlreadyTaken`, `ForbiddenMove`, `NotPermitted`.

    A helpdesk cannot withdraw the order of another person. It cancels with a reason, which is sent to the technician.
    """
    order = owned_order(uow, order_id, by)
    if not is_own(order, by):
        raise NotPermitted(permission="own_order")
    status = next(
        (row for row in uow.catalogue.statuses() if row.code == WITHDRAWN and row.active),
        None,
    ) or first_status(uow, Phase.CANCELLED)
    return record_change(uow, order.withdraw(status, now), by.id)


def join_message(
    uow: UnitOfWork,
    order_id: int,
    by: Person,
    now: datetime,
    *,
    text: str,
    chat_id: int,
    message_id: int | None,
    photo: str = "",
    place: Place | None = None,
) -> Order:
    """Add a text, a photo (its file id) or the customer's place to an order.

    The turn of a live order passes to the helpdesk.

    Raises `NotPermitted`.
    """
    order = owned_order(uow, order_id, by)
    return record_change(uow, order.join(text, chat_id, message_id, now, photo, place), by.id)


def keep_place(uow: UnitOfWork, order_id: int, by: Person, now: datetime, place: Place, chat_id: int) -> Order:
    """Add the place that was sent while the order was entered; no reply waits after it. Raises `NotPermitted`."""
    order = owned_order(uow, order_id, by)
    return record_change(uow, order.locate(place, chat_id, now), by.id)


def join_colleague(
    uow: UnitOfWork,
    order_id: int,
    by: Person,
    now: datetime,
    *,
    text: str,
    chat_id: int,
    message_id: int | None,
    photo: str = "",
) -> Order:
    """Add the words of somebody who may view an order to it: a colleague's of the same Site Operation.

    Raises `NotPermitted`.
    """
    order, row = uow.orders.get(order_id), uow.order_queries.row(order_id)
    if row is None or order.deleted_at or not may_view(order, row, by):
        raise NotPermitted(permission="own_order")
    return record_change(uow, order.join(text, chat_id, message_id, now, photo), by.id)


def owned_order(uow: UnitOfWork, order_id: int, by: Person) -> Order:
    """Return an order if this person may act on it: its sender, its technician, or somebody who works all orders.

    Raises `NotPermitted`, also for a deleted order, and `NotFound` for an unknown one.
    """
    order = uow.orders.get(order_id)
    if order.deleted_at:
        raise NotPermitted(permission="deleted")
    if not owns(order, by):
        raise NotPermitted(permission="own_order")
    return order


def owns(order: Order, person: Person) -> bool:
    """Whether a person may add to an order: it is their own, or they work all orders."""
    return is_own(order, person) or person.may(Permission.WORK)


def is_own(order: Order, person: Person) -> bool:
    """Whether a person sent an order or is its technician. Then its buttons in the chat work for them."""
    sent = order.sender == person.id or order.data.technician.value == person.technician_code
    return sent and person.may(Permission.REGISTER)
