"""Say to technicians that somebody else entered their orders on the web."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.message_about_orders import by_chat, put_about_orders
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.order import Order
from sikpro.domain.people import Person


def notify_entered(
    uow: UnitOfWork,
    orders: Sequence[Order],
    by: Person,
    now: datetime,
    *,
    disturbances: Mapping[int, Sequence[Disturbance]],
    zone: str,
) -> None:
    """Queue one message for each chat with its open orders, and with the disturbances (by order id) that they are in.

    Who entered the orders gets none.
    """
    rows = [row for order in orders if order.open and (row := uow.order_queries.row(order.id))]
    for chat, some in by_chat(uow, rows).items():
        if chat.chat_id == by.telegram_id:
            continue
        words = words_in(chat.language, zone)
        met = {one.id: one for row in some for one in disturbances.get(row.id, ())}
        foot = [words("disturbance.head", place=one.place, text=one.text) for one in met.values()]
        if foot:
            foot.append(words("disturbance.wait"))
        head = [words("entered.head", name=by.name, count=len(some))]
        put_about_orders(uow, chat.chat_id, head, some, words, now, foot=foot, topic=chat.topic)
