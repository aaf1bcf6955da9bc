"""A polite reminder to the helpdesk, at the sender's request."""

from datetime import datetime

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.own_order import owned_order
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.order import Order
from sikpro.domain.people import Person


def nudge_helpdesk(uow: UnitOfWork, order_id: int, by: Person, now: datetime, *, zone: str) -> Order:
    """Mark the order as nudged, and notify its holder if they are on Telegram.

    Raises `NudgedAlready` within the installation's interval, `ForbiddenMove` when it is not the helpdesk's turn,
    `NotPermitted`.
    """
    order = owned_order(uow, order_id, by)
    since = order.clock.since
    order = record_change(uow, order.nudge(now, uow.installation.get().nudge_every), by.id)
    holder = uow.people.get(order.holder) if order.holder else None
    if holder and holder.active and holder.telegram_id and holder.id != by.id:
        words = words_in(holder.language, zone)
        text = words("nudge.holder", number=order.number, by=by.name, span=words.duration(now - since))
        uow.outbox.put(Outgoing(chat_id=holder.telegram_id, text=text), now, order_id=order.id)
    return order
