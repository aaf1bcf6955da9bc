"""Tell the technician what became of an order: a reply to their own message, through the outbox."""

from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue import any_status
from sikpro.domain.order import Order
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase

NO_TELEGRAM = "no_telegram"
"""Why a message failed when neither sender nor technician has a chat."""


@frozen
class Recipient:
    """A chat to tell, the message there to reply to, and the person's language."""

    chat_id: int
    reply_to: int | None
    language: str


def recipients(uow: UnitOfWork, order: Order) -> tuple[Recipient, ...]:
    """The chat that sent the order, and the technician's own where that is another and is bound."""
    found: list[Recipient] = []
    technician = uow.people.by_code(order.data.technician.value)
    sender = uow.people.get(order.sender) if order.sender else None
    if order.origin:
        reader = sender or technician
        found.append(Recipient(order.origin.chat_id, order.origin.message_id, reader.language if reader else "id"))
    if technician and technician.active and technician.telegram_id:
        known = {recipient.chat_id for recipient in found}
        if technician.telegram_id not in known and not (sender and sender.id == technician.id and order.origin):
            found.append(Recipient(technician.telegram_id, None, technician.language))
    return tuple(found)


def notify_technician(
    uow: UnitOfWork, order: Order, by: Person, now: datetime, *, feedback: str, zone: str
) -> tuple[int, ...]:
    """Queue the order's new state for everybody concerned, and return the messages' ids.

    Without any chat the message is kept as failed, so that the page can show it.
    """

    def text(words: Words) -> str:
        return feedback_text(uow, order, by.name, words, now, feedback=feedback)

    return _tell(uow, order, now, text, zone, buttons=order.phase)


def notify_removed(uow: UnitOfWork, order: Order, by: Person, now: datetime, *, reason: str, zone: str) -> None:
    """Tell that an order was deleted and why."""

    def text(words: Words) -> str:
        return words("feedback.deleted", number=order.number, by=by.name, reason=reason)

    _tell(uow, order, now, text, zone)


def feedback_text(uow: UnitOfWork, order: Order, helpdesk: str, words: Words, now: datetime, *, feedback: str) -> str:
    """What the technician will read: state, who says it and when, their words, and whose turn it is."""
    state = told_state(words, order.phase, words.text(any_status(uow, order.status).label))
    lines = [
        words(f"feedback.{order.phase}", number=order.number, state=state, time=words.moment(order.changed_at, now))
    ]
    if feedback:
        lines.append(words("feedback.words", by=helpdesk, text=feedback))
    else:
        lines.append(words("feedback.by", by=helpdesk))
    if order.phase is Phase.HELD_UP:
        lines.append(words(f"turn.sentence.{order.turn}"))
    return "\n".join(lines)


def told_state(words: Words, phase: Phase, label: str) -> str:
    """A status as a message's first line has it: its phase in capitals, and said once.

    `KENDALA: ODP penuh`, `DIPROSES (OGP)`, `BATAL`; a completed one is its label in capitals.
    """
    if phase is Phase.COMPLETED:
        return label.upper()
    name = words(f"phase.{phase}")
    if label.casefold().startswith(name.casefold()):
        return name.upper() + label[len(name) :]
    return f"{name.upper()}: {label}"


def order_buttons(phase: Phase, order_id: int, words: Words) -> tuple[tuple[Button, ...], ...]:
    """The buttons that fit an order's phase."""
    if phase is Phase.HELD_UP:
        return (
            (
                Button(words("button.correct"), f"fix:{order_id}"),
                Button(words("button.ask"), f"ask:{order_id}"),
            ),
        )
    if phase is Phase.WAITING:
        return ((Button(words("button.withdraw"), f"wd:{order_id}"),),)
    if phase is Phase.COMPLETED:
        return ((Button(words("button.reopen"), f"reopen:{order_id}"),),)
    return ()


def _tell(
    uow: UnitOfWork,
    order: Order,
    now: datetime,
    text: Callable[[Words], str],
    zone: str,
    buttons: Phase | None = None,
) -> tuple[int, ...]:
    ids: list[int] = []
    for recipient in recipients(uow, order):
        words = words_in(recipient.language, zone)
        message = Outgoing(
            chat_id=recipient.chat_id,
            text=text(words),
            reply_to=recipient.reply_to,
            buttons=order_buttons(buttons, order.id, words) if buttons else (),
        )
        ids.append(uow.outbox.put(message, now, order_id=order.id))
    if not ids:
        message = Outgoing(chat_id=0, text=text(words_in("id", zone)))
        ids.append(uow.outbox.put(message, now, order_id=order.id, failed=NO_TELEGRAM))
    uow.announce(Hint(Kind.OUTBOX, tuple(ids)))
    return tuple(ids)
