"""Notify the technician about an order: a reply to their own message, through the outbox."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import frozen

from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.domain.catalogue import Bilingual, Status
from sikpro.domain.order import Order
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase, Turn

PLACEHOLDERS = ("nomor", "odp", "sn", "teknisi")
"""The names that a catalogue's text may have in braces. The order's values replace them."""

_PLACEHOLDER = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")

WRONG = "wrong"
"""The verb of the button that opens a button for each field of an order."""

NO_TELEGRAM = "no_telegram"
"""The failure code of a message when neither sender nor technician has a chat."""


@frozen
class Recipient:
    """A chat to notify, the message there to reply to, the person's language, and the topic of the message."""

    chat_id: int
    reply_to: int | None
    language: str
    topic: int | None = None


def recipients(uow: UnitOfWork, order: Order) -> tuple[Recipient, ...]:
    """Return the chat that sent the order, and the technician's own connected chat if it is another.

    A private chat counts only while its sender is active and connected to it. A phone that was disconnected from its
    person gets nothing more; the person's new one does.
    """
    found: list[Recipient] = []
    technician = uow.people.by_code(order.data.technician.value)
    sender = uow.people.get(order.sender) if order.sender else None
    if order.origin:
        reader = sender or technician
        chat_id, language = order.origin.chat_id, reader.language if reader else "id"
        if chat_id < 0 or sender is None or (sender.active and sender.telegram_id == chat_id):
            topic = uow.inbox.topic_of(chat_id, order.origin.message_id)
            found.append(Recipient(chat_id, order.origin.message_id, language, topic))
        elif sender.active and sender.telegram_id:
            found.append(Recipient(sender.telegram_id, None, language))
    if technician and technician.active and technician.telegram_id:
        known = {recipient.chat_id for recipient in found}
        already_notified = sender is not None and sender.id == technician.id and bool(found)
        if technician.telegram_id not in known and not already_notified:
            found.append(Recipient(technician.telegram_id, None, technician.language))
    return tuple(found)


def notify_technician(
    uow: UnitOfWork,
    order: Order,
    by: Person,
    now: datetime,
    *,
    feedback: str,
    zone: str,
    hold: timedelta = timedelta(),
) -> tuple[int, ...]:
    """Queue the order's new state for all recipients, to leave after `hold`, and return the messages' ids.

    Without any chat the message is saved as failed, so that the page can show it.
    """

    def text(words: Words) -> str:
        return feedback_text(uow, order, by.name, words, now, feedback=feedback)

    return _send(uow, order, now, text, zone, with_buttons=True, hold=hold)


def notify_words(uow: UnitOfWork, order: Order, by: Person, now: datetime, *, text: str, zone: str) -> None:
    """Queue a helpdesk's text about an order in its present state, for all recipients."""

    def text_in(words: Words) -> str:
        state = state_text(words, order.phase, words.text(any_status(uow, order.status).label))
        head = words("feedback.said", number=order.number, state=state)
        return f"{head}\n{words('feedback.words', by=by.name, text=text)}"

    _send(uow, order, now, text_in, zone, with_buttons=True)


def notify_removed(uow: UnitOfWork, order: Order, by: Person, now: datetime, *, reason: str, zone: str) -> None:
    """Notify all recipients that an order was deleted, and why."""

    def text(words: Words) -> str:
        return words("feedback.deleted", number=order.number, by=by.name, reason=reason)

    _send(uow, order, now, text, zone)


def feedback_text(uow: UnitOfWork, order: Order, helpdesk: str, words: Words, now: datetime, *, feedback: str) -> str:
    """Return the technician's message: state and time, the helpdesk's name (if there is one) and text.

    For a hold-up it adds whose turn it is.
    """
    state = state_text(words, order.phase, words.text(any_status(uow, order.status).label))
    lines = [
        words(
            f"feedback.{order.phase.stage}", number=order.number, state=state, time=words.moment(order.changed_at, now)
        )
    ]
    if feedback:
        lines.append(words("feedback.words", by=helpdesk, text=feedback))
    elif helpdesk:
        lines.append(words("feedback.by", by=helpdesk))
    if order.phase.held_up:
        lines.append(words(f"turn.sentence.{order.turn}"))
    return "\n".join(lines)


def notify_after_outage(uow: UnitOfWork, order: Order, recipient: Recipient, now: datetime, *, zone: str) -> int:
    """Queue the order's present state for one recipient, in place of what an outage kept, and return its id."""
    words = words_in(recipient.language, zone)
    helpdesk = uow.people.get(order.helpdesk).name if order.helpdesk else ""
    if order.phase.waits and order.first_action_at is None:
        state = words("feedback.still_waiting", number=order.number, time=words.moment(order.received_at, now))
    else:
        state = feedback_text(uow, order, helpdesk, words, now, feedback=order.last_feedback)
    text = f"{words('feedback.after_outage', number=order.number)}\n{state}"
    return _queue(uow, order, recipient, text, now, order_buttons(order.phase, order.turn, order.id, words))


def technician_name(uow: UnitOfWork, order: Order) -> str:
    """Return the name of the order's technician, the code when it is unknown."""
    technician = uow.people.by_code(order.data.technician.value)
    return technician.name if technician else order.data.technician.value


def proposed_feedback(uow: UnitOfWork, order: Order) -> Callable[[Status], str]:
    """Return a function from a status to its text for the order's technician, in their language.

    A completing status adds the text of the order's type. The order's values replace `PLACEHOLDERS` in braces; other
    text in braces stays as written.
    """
    chats, data = recipients(uow, order), order.data
    language = chats[0].language if chats else "id"
    own = next((row.template for row in uow.catalogue.order_types() if row.code == data.type), Bilingual("", ""))
    values = _values(uow, order)

    def proposal(status: Status) -> str:
        added = own.in_language(language) if status.phase.ends_well else ""
        text = "\n".join(filter(None, (status.template.in_language(language), added)))
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)

    return proposal


def filled_text(uow: UnitOfWork, order: Order, text: str) -> str:
    """Return a text with the order's values in place of `PLACEHOLDERS`; other text in braces stays as written."""
    values = _values(uow, order)
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _values(uow: UnitOfWork, order: Order) -> dict[str, str]:
    data = order.data
    technician = technician_name(uow, order)
    return {"nomor": order.number, "odp": data.odp.value, "sn": data.serial.value, "teknisi": technician}


def state_text(words: Words, phase: Phase, label: str) -> str:
    """Return a status for a message's first line: its phase in capitals, and never twice.

    `KENDALA: ODP penuh`, `DIPROSES (OGP)`, `BATAL`; a completed one is its label in capitals.
    """
    if phase.ends_well:
        return label.upper()
    name = words(f"phase.{phase}")
    if label.casefold().startswith(name.casefold()):
        return name.upper() + label[len(name) :]
    return f"{name.upper()}: {label}"


def order_buttons(phase: Phase, turn: Turn, order_id: int, words: Words) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons for an order's state. They ask to correct data only on the technician's or helpdesk's turn."""
    ask = Button(words("button.ask"), f"ask:{order_id}")
    if phase.held_up and turn in {Turn.TECHNICIAN, Turn.HELPDESK}:
        return ((Button(words("button.correct"), f"fix:{order_id}"), ask),)
    if phase.waits:
        return receipt_buttons(order_id, words)
    if phase.ends_well:
        return ((reopen_button(order_id, words),),)
    return ((ask,),)


def receipt_buttons(order_id: int, words: Words) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of a receipt: put something right that was read wrong, or withdraw the order."""
    return (
        (
            Button(words("button.something_wrong"), f"{WRONG}:{order_id}"),
            Button(words("button.withdraw"), f"wd:{order_id}"),
        ),
    )


def reopen_button(order_id: int, words: Words, order_type: str = "") -> Button:
    """Return the button to ask the helpdesk to reopen a completed order, as another type if one is given."""
    return Button(words("button.reopen"), f"reopen:{order_id}:{order_type}" if order_type else f"reopen:{order_id}")


def _send(
    uow: UnitOfWork,
    order: Order,
    now: datetime,
    text: Callable[[Words], str],
    zone: str,
    *,
    with_buttons: bool = False,
    hold: timedelta = timedelta(),
) -> tuple[int, ...]:
    ids: list[int] = []
    for recipient in recipients(uow, order):
        words = words_in(recipient.language, zone)
        buttons = order_buttons(order.phase, order.turn, order.id, words) if with_buttons else ()
        ids.append(_queue(uow, order, recipient, text(words), now, buttons, hold))
    if not ids:
        message = Outgoing(chat_id=0, text=text(words_in("id", zone)))
        ids.append(uow.outbox.put(message, now, order_id=order.id, failed=NO_TELEGRAM))
    uow.announce(Hint(Kind.OUTBOX, tuple(ids)))
    return tuple(ids)


def _queue(
    uow: UnitOfWork,
    order: Order,
    recipient: Recipient,
    text: str,
    now: datetime,
    buttons: tuple[tuple[Button, ...], ...],
    hold: timedelta = timedelta(),
) -> int:
    message = Outgoing(
        chat_id=recipient.chat_id, text=text, reply_to=recipient.reply_to, topic=recipient.topic, buttons=buttons
    )
    return uow.outbox.put(message, now, order_id=order.id, due_at=now + hold)
