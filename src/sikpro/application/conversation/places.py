"""Pins on the map: the customer's place of an order, or of the order that is being entered."""

from datetime import timedelta

from attrs import evolve

from sikpro.application.conversation.attachments import PLACE
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.joining import order_replied_to, pressed_order
from sikpro.application.conversation.photos import LISTED
from sikpro.application.conversation.questions import ORDER, STEP
from sikpro.application.conversation.strangers import introduce
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.use_cases.orders.own_order import join_message, owned_order
from sikpro.domain.errors import DomainError, OrderArchived
from sikpro.domain.events import MessageJoined
from sikpro.domain.place import Place
from sikpro.domain.text import storable

REPEAT = timedelta(minutes=10)
"""Within this time the same pin again is a repetition, and the question about it stands."""


def take_place(context: Context) -> Handled:
    """Take a pin: for the order of its reply or of the dialogue, for the draft, or for an order to choose."""
    if context.person is None:
        return introduce(context, "")
    place, order_id, dialogue = _pin(context), order_replied_to(context), context.dialogue
    if order_id is None and dialogue and ORDER in dialogue.data:
        order_id = int(dialogue.data[ORDER])
    if order_id is None and dialogue and dialogue.step.startswith(f"{STEP}:"):
        return _keep(context, place)
    if order_id is not None:
        return _join(context, order_id, place, context.incoming.message_id, storable(context.incoming.text))
    if not context.incoming.private:
        return context.refuse(context.words("place.no_order"), "place.no_order")
    return _ask(context, place)


def press_place(context: Context, order_id: int, message_id: int) -> Handled | None:
    """Join the pin of the question to the pressed order, once; return None when there is no such pin."""
    incoming, uow = context.incoming, context.uow
    pin = uow.inbox.place_of(incoming.chat_id, message_id) if incoming.private else None
    if pin is None:
        return None
    order = pressed_order(context, order_id)
    if isinstance(order, Handled):
        return order
    if _joined_already(context, message_id):
        return context.refuse(context.words("place.placed"), "press.stale", order_id)
    if context.dialogue and context.dialogue.step == PLACE:
        context.close_dialogue()
    return _join(context, order_id, pin.place, message_id, pin.text)


def _pin(context: Context) -> Place:
    if context.incoming.place is None:
        raise RuntimeError("a message without a place got where only pins may be")
    return context.incoming.place


def _keep(context: Context, place: Place) -> Handled:
    """Note the place in the draft. Its question and the buttons stay as they are."""
    dialogue = context.dialogue
    if dialogue is None:
        raise RuntimeError("no draft to keep a place in")
    if dialogue.data.get(PLACE) == str(place):
        return Handled(Outcome.IGNORED, "place.same")
    context.dialogue = evolve(dialogue, data={**dialogue.data, PLACE: str(place)}, updated_at=context.now)
    context.uow.conversations.put(context.dialogue)
    context.reply(context.words("place.kept"))
    return Handled(Outcome.DIALOGUE, PLACE)


def _join(context: Context, order_id: int, place: Place, message_id: int | None, text: str) -> Handled:
    incoming, uow = context.incoming, context.uow
    try:
        order = owned_order(uow, order_id, context.somebody)
        if order.place == place and not incoming.press_id:
            return Handled(Outcome.IGNORED, "place.same", order_id)
        order = join_message(
            uow,
            order_id,
            context.somebody,
            context.now,
            text=text,
            chat_id=incoming.chat_id,
            message_id=message_id,
            place=place,
        )
    except OrderArchived as error:
        return context.refuse(context.words.error(error), error.code, order_id)
    except DomainError as error:
        return context.refuse(context.words("press.foreign"), error.code)
    context.reply(context.words("place.joined", number=order.number), order_id=order.id)
    return Handled(Outcome.JOINED, PLACE, order.id)


def _ask(context: Context, place: Place) -> Handled:
    """Ask to which of the person's open orders a pin belongs, even if there is only one."""
    incoming, words, somebody = context.incoming, context.words, context.somebody
    open_orders = context.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED)
    if not open_orders:
        return context.refuse(words("place.no_order"), "place.no_order")
    rows = [row for row in open_orders if row.place != place]
    if not rows or _repeats(context, place):
        return Handled(Outcome.IGNORED, "place.same")
    labels = [f"{row.number} · {row.type}" for row in rows]
    if len(rows) == 1:
        labels = [words("button.place_for", number=rows[0].number)]
    buttons = [[Button(label, f"pl:{row.id}:{incoming.message_id}")] for label, row in zip(labels, rows, strict=True)]
    context.reply(words("place.which"), buttons)
    context.open_dialogue(PLACE, {PLACE: str(place)})
    return Handled(Outcome.DIALOGUE, PLACE)


def _repeats(context: Context, place: Place) -> bool:
    dialogue = context.dialogue
    if dialogue is None or dialogue.step != PLACE:
        return False
    return dialogue.data[PLACE] == str(place) and abs(context.now - dialogue.updated_at) < REPEAT


def _joined_already(context: Context, message_id: int) -> bool:
    """Whether a pin already belongs to one of the person's open orders."""
    somebody, uow, chat_id = context.somebody, context.uow, context.incoming.chat_id
    return any(
        isinstance(entry.event, MessageJoined)
        and entry.event.place is not None
        and (entry.event.chat_id, entry.event.message_id) == (chat_id, message_id)
        for row in uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED)
        for entry in uow.journal.of_order(row.id)
    )
