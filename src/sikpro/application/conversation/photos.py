"""Photos without an order, and albums, whose messages arrive one by one."""

from datetime import timedelta

from attrs import evolve

from sikpro.application.conversation.attachments import (
    ALBUMS,
    FILES,
    PHOTO,
    keep_files,
    may_be_photo,
    store_files,
    want_files,
)
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.doubts import doubts_in
from sikpro.application.conversation.joining import pressed_order
from sikpro.application.conversation.order_entry import enter_request
from sikpro.application.conversation.questions import ORDER
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.use_cases.orders.own_order import join_message, owns
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order

LISTED = 10
"""The most open orders that are offered."""

ALBUM_PAUSE = timedelta(seconds=3)
"""How long the question about an album waits for its message with the caption."""

READING_PAUSE = timedelta(seconds=8)
"""How long the question about a photo waits for what its barcodes say. It is sent in any case."""

USE = "pu"
"""The verb of the button that uses what was read in a photo for an order."""

_WORDS = "words"
_QUESTION = "question"


def ask_which_order(context: Context, text: str) -> Handled:
    """Ask to which of the person's open orders a file belongs, even if there is only one. Keep the message's text."""
    incoming, words, somebody = context.incoming, context.words, context.somebody
    rows = context.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED)
    data = {_WORDS: text}
    keep_files(context, data)
    buttons = [[Button(f"{row.number} · {row.type}", f"ph:{row.id}:{incoming.message_id}")] for row in rows]
    buttons.append([Button(words("button.new_order"), "reg")])
    pauses = [ALBUM_PAUSE] if incoming.album and not text else []
    pauses += [READING_PAUSE] if any(may_be_photo(file) for file in incoming.attachments) else []
    due_at = context.now + max(pauses) if pauses else None
    question = context.reply(words("photo.which" if rows else "photo.no_order"), buttons, due_at=due_at)
    context.open_dialogue(PHOTO, {**data, _QUESTION: str(question)})
    return Handled(Outcome.DIALOGUE, PHOTO)


def rest_of_album(context: Context) -> Handled | None:
    """Add a further album message without text to the album's order or draft; return None for the first message."""
    incoming, uow = context.incoming, context.uow
    if not incoming.album:
        return None
    order_id = uow.inbox.order_of_album(incoming.chat_id, incoming.album)
    if order_id is not None:
        if not owns(uow.orders.get(order_id), context.somebody):
            return Handled(Outcome.IGNORED, "album")
        want_files(context, order_id, uow.inbox.album(incoming.chat_id, incoming.album))
        return Handled(Outcome.JOINED, "album", order_id)
    came = {file.message_id for file in uow.inbox.album(incoming.chat_id, incoming.album)}
    return Handled(Outcome.DIALOGUE, "album") if came - {incoming.message_id} else None


def caption_came(context: Context) -> None:
    """Recall the question about an album if it is not sent yet: the message with the caption has arrived."""
    dialogue, album = context.dialogue, context.incoming.album
    if dialogue is None or dialogue.step != PHOTO or not album or album not in dialogue.data.get(ALBUMS, "").split():
        return
    take_question_back(context, dialogue)
    context.close_dialogue()


def take_question_back(context: Context, dialogue: Conversation) -> Outgoing | None:
    """Recall the question about a photo, and return it; None if it was sent already, or perhaps."""
    question = context.uow.outbox.get(int(dialogue.data[_QUESTION]))
    if question.state is not Delivery.QUEUED or question.attempts:
        return None
    context.uow.outbox.give_up(question.id, Delivery.EXPIRED, "photo", "", context.now)
    return evolve(question.message, random_id=0)


def has_file(dialogue: Conversation, message_id: int, album: str | None) -> bool:
    """Whether a dialogue keeps the file of a message, or its album."""
    data = dialogue.data
    return str(message_id) in data.get(FILES, "").split() or (album or "-") in data.get(ALBUMS, "").split()


def press_use(context: Context, order_id: int, message_id: int) -> Handled | None:
    """Use what was read in a photo for the pressed order: the photo joins it, and its data are corrected."""
    offer = next((one for one in context.dialogues if one.step == PHOTO and has_file(one, message_id, None)), None)
    if offer is None:
        return None
    order = pressed_order(context, order_id)
    if isinstance(order, Handled):
        return order
    read = {name: offer.data[name] for name in ("serial", "odp") if name in offer.data}
    read |= {name: doubt.readings[0] for name, doubt in doubts_in(offer.data).items()}
    context.turn_to(offer)
    handled = _place(context, order, message_id)
    before = typed_again(order.data)
    if not order.phase.live or all(before[name] == value for name, value in read.items()):
        return handled
    context.turn_to(None)
    return enter_request(context, {**before, **read, ORDER: str(order_id)})


def press_photo(context: Context, order_id: int, message_id: int) -> Handled | None:
    """Join the photo of the question to the pressed order, once; return None when there is no such photo."""
    incoming = context.incoming
    if not incoming.private or not context.uow.inbox.files_of(incoming.chat_id, message_id):
        return None
    order = pressed_order(context, order_id)
    if isinstance(order, Handled):
        return order
    if order_of_photo(context, message_id) is not None:
        return context.refuse(context.words("photo.placed"), "press.stale", order_id)
    return _place(context, order, message_id)


def type_number(context: Context, number: str) -> Handled | None:
    """Join the photo of the question to the order with the typed number; return None without an open question."""
    dialogue = context.dialogue
    if dialogue is None or dialogue.step != PHOTO:
        return None
    try:
        order = order_named(context.uow, number)
    except NotFound:
        return context.refuse(context.words("withdraw.none", number=number), "not_found")
    if not owns(order, context.somebody):
        return context.refuse(context.words("withdraw.none", number=number), "not_permitted")
    return _place(context, order, int(dialogue.data[FILES].split()[0]))


def _place(context: Context, order: Order, message_id: int) -> Handled:
    incoming, uow = context.incoming, context.uow
    data = {FILES: str(message_id)}
    if context.dialogue and context.dialogue.step == PHOTO:
        if str(message_id) in context.dialogue.data.get(FILES, "").split():
            data = dict(context.dialogue.data)
        context.close_dialogue()
    files = uow.inbox.files_of(incoming.chat_id, message_id)
    join_message(
        uow,
        order.id,
        context.somebody,
        context.now,
        text=data.get(_WORDS, ""),
        chat_id=incoming.chat_id,
        message_id=message_id,
        photo=next((file.attachment.file_id for file in files if file.attachment.is_photo), ""),
    )
    store_files(context, order.id, data)
    context.reply(context.words("photo.joined", number=order.number), order_id=order.id)
    return Handled(Outcome.JOINED, PHOTO, order.id)


def order_of_photo(context: Context, message_id: int) -> int | None:
    """Return the person's open order to which the files of a message already belong."""
    somebody, chat_id = context.somebody, context.incoming.chat_id
    for row in context.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED):
        for file in context.uow.files.of_order(row.id):
            if (file.remote.chat_id, file.remote.message_id) == (chat_id, message_id):
                return row.id
    return None
