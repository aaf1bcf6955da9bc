"""Send a failed message again."""

from datetime import datetime

from attrs import evolve

from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.messages.notify_technician import recipients
from sikpro.domain.errors import NotFound
from sikpro.domain.people import Permission, Person


def resend_message(uow: UnitOfWork, order_id: int, outbox_id: int, by: Person, now: datetime) -> tuple[int, ...]:
    """Queue a failed message about an order again, and return the ids that are now queued.

    A message that had no chat stays failed; copies go to the chats that exist now. A message that is not failed stays
    as it is. Raises `NotPermitted`, `NotFound` for an unknown message, or when there is still no chat.
    """
    by.must(Permission.WORK)
    item = uow.outbox.get(outbox_id)
    if item.order_id != order_id:
        raise NotFound(what="message", name=str(outbox_id))
    if item.state is not Delivery.FAILED:
        return ()
    ids: tuple[int, ...] = (outbox_id,)
    if item.message.chat_id:
        uow.outbox.send_again(outbox_id, now)
    else:
        order = uow.orders.get(order_id)
        chats = recipients(uow, order)
        if not chats:
            raise NotFound(what="chat", name=order.data.technician.value)
        ids = tuple(
            uow.outbox.put(
                evolve(item.message, chat_id=chat.chat_id, reply_to=chat.reply_to, topic=chat.topic, random_id=0),
                now,
                order_id=order_id,
            )
            for chat in chats
        )
    uow.journal.note("message_sent_again", str(outbox_id), by.id, now, {"order": str(order_id)})
    uow.announce(Hint(Kind.OUTBOX, ids))
    return ids
