"""End a disturbance: bring its orders back to the queue, and tell each chat once."""

from collections.abc import Sequence
from datetime import datetime

from sikpro.application.i18n import words_in
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.messages.message_about_orders import by_chat, put_about_orders
from sikpro.application.use_cases.orders.change_status import checked_text
from sikpro.application.use_cases.orders.declare_disturbance import may_declare
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.errors import NotPermitted
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase


def tied_orders(uow: UnitOfWork, disturbance: Disturbance) -> tuple[OrderRow, ...]:
    """Return the orders tied to a disturbance that are not deleted, oldest first. Rights are the caller's."""
    rows = (uow.order_queries.row(tied.order_id) for tied in uow.disturbances.orders(disturbance.id))
    return tuple(
        sorted((row for row in rows if row and row.deleted_at is None), key=lambda row: (row.received_at, row.id))
    )


def to_bring_back(uow: UnitOfWork, disturbance: Disturbance) -> frozenset[int]:
    """Return the orders that the disturbance itself held up and that nobody has moved since."""
    return _held_up_by_it(uow, disturbance, tied_orders(uow, disturbance))


def _held_up_by_it(uow: UnitOfWork, disturbance: Disturbance, rows: Sequence[OrderRow]) -> frozenset[int]:
    moved = {tied.order_id for tied in uow.disturbances.orders(disturbance.id) if tied.moved}
    return frozenset(
        row.id for row in rows if row.id in moved and row.phase.held_up and row.status == disturbance.status
    )


def end_disturbance(
    uow: UnitOfWork, disturbance_id: int, by: Person, now: datetime, *, text: str = "", zone: str
) -> int | None:
    """End a disturbance, bring its orders back and return their number; None when it has ended already.

    Open orders that it did not hold up itself stay as they are; their chats hear of the end too. Raises `NotPermitted`,
    `NotFound`, `InvalidValue` for a text that is too long, `ConcurrencyConflict` when an order changes meanwhile.
    """
    if not may_declare(by):
        raise NotPermitted(permission=Permission.WORK)
    disturbance, text = uow.disturbances.get(disturbance_id), checked_text(text)
    tied = tied_orders(uow, disturbance)
    back = _held_up_by_it(uow, disturbance, tied)
    if not uow.disturbances.end(disturbance_id, now, by.id, text):
        return None
    waiting = first_status(uow, Phase.WAITING)
    for order_id in sorted(back):
        record_change(uow, uow.orders.get(order_id).clear(waiting, now, text=text), by.id)
    now_so = {row.id: row for order_id in back if (row := uow.order_queries.row(order_id))}
    rows = [row for one in tied if (row := now_so.get(one.id, one)).open]
    for chat, some in by_chat(uow, rows).items():
        words = words_in(chat.language, zone)
        head = [words("disturbance.over", place=disturbance.place), *([text] if text else [])]
        count = sum(row.id in back for row in some)
        foot = [words("disturbance.back", count=count)] if count else []
        put_about_orders(uow, chat.chat_id, head, some, words, now, foot=foot, topic=chat.topic)
    data = {"place": disturbance.place, "orders": str(len(back))}
    uow.journal.note("disturbance_ended", str(disturbance_id), by.id, now, data)
    return len(back)
