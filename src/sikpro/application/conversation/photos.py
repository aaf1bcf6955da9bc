"""Photos without an order, and albums, whose messages arrive one by one."""

from datetime import timedelta

from sikpro.application.conversation.attachments import ALBUMS, FILES, PHOTO, keep_files, store_files, want_files
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.joining import pressed_order
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.use_cases.orders.own_order import join_message, owns
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order

LISTED = 10
"""The most open orders that are offered."""

ALBUM_PAUSE = timedelta(seconds=3)
"""How long the question about an album waits for its message with the caption."""

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
    due_at = context.now + ALBUM_PAUSE if incoming.album and not text else None
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
    question = context.uow.outbox.get(int(dialogue.data[_QUESTION]))
    if question.state is Delivery.QUEUED:
        context.uow.outbox.give_up(question.id, Delivery.EXPIRED, "album", "", context.now)
    context.close_dialogue()


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
