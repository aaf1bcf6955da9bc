"""Write to the technician about an order without a new status, whoever has it and in any phase."""

from datetime import datetime

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.notify_technician import notify_words
from sikpro.application.use_cases.orders.change_status import checked_text
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.errors import InvalidValue
from sikpro.domain.events import OrderReopened, StatusChanged, StatusUndone, WordsSent
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person


@frozen
class SentText:
    """A text to the technician, with the status set with it and its reason; "" for none."""

    text: str
    status: str = ""
    reason: str = ""

    @property
    def shown(self) -> str:
        """The text that the technician reads; the reason if there is no other."""
        return self.text or self.reason


def send_text(
    uow: UnitOfWork, order_id: int, by: Person, now: datetime, *, text: str, last_event: int | None = None, zone: str
) -> Order:
    """Send a text to the technician. The order keeps its status, turn and holder.

    `last_event` is the newest journal id that the writer's page showed: the same text is not sent again if it was sent
    since. Raises `NotPermitted`, `InvalidValue` for an empty text or one over `FEEDBACK_LIMIT`, `ForbiddenMove` for a
    deleted order, `NotFound`.
    """
    by.must(Permission.WORK)
    text = checked_text(text)
    if not text:
        raise InvalidValue("feedback.missing", text)
    order = uow.orders.get(order_id)
    if last_event is not None and any(sent.shown == text for sent in texts_since(uow, order_id, by, last_event)):
        return order
    order = record_change(uow, order.say(text, by.id, now), by.id)
    notify_words(uow, order, by, now, text=text, zone=zone)
    return order


def texts_since(uow: UnitOfWork, order_id: int, by: Person, last_event: int) -> tuple[SentText, ...]:
    """Return a person's texts to the technician after a journal id, oldest first, without those undone."""
    said: list[SentText] = []
    for entry in uow.journal.of_order(order_id):
        if entry.id <= last_event or entry.actor != by.id:
            continue
        event = entry.event
        if isinstance(event, StatusChanged):
            said.append(SentText(event.feedback, event.state.status, event.reason))
        elif isinstance(event, OrderReopened):
            said.append(SentText("", event.state.status, event.reason))
        elif isinstance(event, WordsSent):
            said.append(SentText(event.text))
        elif isinstance(event, StatusUndone) and said:
            said.pop()  # only the last step can be undone
    return tuple(said)
