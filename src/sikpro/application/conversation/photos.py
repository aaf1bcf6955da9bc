"""Photos that do not say which order they belong to, and albums, whose messages come one by one."""

from datetime import timedelta

from sikpro.application.conversation.attachments import ALBUMS, FILES, PHOTO, keep_files, store_files, want_files
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.joining import pressed_order
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.use_cases.orders.own_order import join_message, owns
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order

LISTED = 10
"""How many open orders are offered."""

ALBUM_PAUSE = timedelta(seconds=3)
"""How long the question about an album waits for the message of it that has the caption."""

_WORDS = "words"
_QUESTION = "question"


def ask_which_order(exchange: Exchange, text: str) -> Handled:
    """Ask which of one's open orders a file belongs to, even when there is one; its words are kept with it."""
    incoming, words, somebody = exchange.incoming, exchange.words, exchange.somebody
    rows = exchange.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED)
    data = {_WORDS: text}
    keep_files(exchange, data)
    buttons = [[Button(f"{row.number} · {row.type}", f"ph:{row.id}:{incoming.message_id}")] for row in rows]
    buttons.append([Button(words("button.new_order"), "reg")])
    due_at = exchange.now + ALBUM_PAUSE if incoming.album and not text else None
    question = exchange.reply(words("photo.which" if rows else "photo.no_order"), buttons, due_at=due_at)
    exchange.open_dialogue(PHOTO, {**data, _QUESTION: str(question)})
    return Handled(Outcome.DIALOGUE, PHOTO)


def rest_of_album(exchange: Exchange) -> Handled | None:
    """Put a further message of an album, one without words, where the album went; None when it is the first."""
    incoming, uow = exchange.incoming, exchange.uow
    if not incoming.album:
        return None
    order_id = uow.inbox.order_of_album(incoming.chat_id, incoming.album)
    if order_id is not None:
        if not owns(uow.orders.get(order_id), exchange.somebody):
            return Handled(Outcome.IGNORED, "album")
        want_files(exchange, order_id, uow.inbox.album(incoming.chat_id, incoming.album))
        return Handled(Outcome.JOINED, "album", order_id)
    came = {file.message_id for file in uow.inbox.album(incoming.chat_id, incoming.album)}
    return Handled(Outcome.DIALOGUE, "album") if came - {incoming.message_id} else None


def caption_came(exchange: Exchange) -> None:
    """Take back the question about an album, if it has not left yet: the message with the caption is here."""
    dialogue, album = exchange.dialogue, exchange.incoming.album
    if dialogue is None or dialogue.step != PHOTO or not album or album not in dialogue.data.get(ALBUMS, "").split():
        return
    question = exchange.uow.outbox.get(int(dialogue.data[_QUESTION]))
    if question.state is Delivery.QUEUED:
        exchange.uow.outbox.give_up(question.id, Delivery.EXPIRED, "album", "", exchange.now)
    exchange.close_dialogue()


def press_photo(exchange: Exchange, order_id: int, message_id: int) -> Handled | None:
    """Join the photo that was asked about to the order that was pressed, once; None when there is no such photo."""
    incoming = exchange.incoming
    if not incoming.private or not exchange.uow.inbox.files_of(incoming.chat_id, message_id):
        return None
    order = pressed_order(exchange, order_id)
    if isinstance(order, Handled):
        return order
    if order_of_photo(exchange, message_id) is not None:
        return exchange.refuse(exchange.words("photo.placed"), "press.stale", order_id)
    return _place(exchange, order, message_id)


def type_number(exchange: Exchange, number: str) -> Handled | None:
    """Join the photo that was asked about to the order whose number was typed; None when nothing was asked."""
    dialogue = exchange.dialogue
    if dialogue is None or dialogue.step != PHOTO:
        return None
    try:
        order = order_named(exchange.uow, number)
    except NotFound:
        return exchange.refuse(exchange.words("withdraw.none", number=number), "not_found")
    if not owns(order, exchange.somebody):
        return exchange.refuse(exchange.words("withdraw.none", number=number), "not_permitted")
    return _place(exchange, order, int(dialogue.data[FILES].split()[0]))


def _place(exchange: Exchange, order: Order, message_id: int) -> Handled:
    incoming, uow = exchange.incoming, exchange.uow
    data = {FILES: str(message_id)}
    if exchange.dialogue and exchange.dialogue.step == PHOTO:
        if str(message_id) in exchange.dialogue.data.get(FILES, "").split():
            data = dict(exchange.dialogue.data)
        exchange.close_dialogue()
    files = uow.inbox.files_of(incoming.chat_id, message_id)
    join_message(
        uow,
        order.id,
        exchange.somebody,
        exchange.now,
        text=data.get(_WORDS, ""),
        chat_id=incoming.chat_id,
        message_id=message_id,
        photo=next((file.attachment.file_id for file in files if file.attachment.is_photo), ""),
    )
    store_files(exchange, order.id, data)
    exchange.reply(exchange.words("photo.joined", number=order.number), order_id=order.id)
    return Handled(Outcome.JOINED, PHOTO, order.id)


def order_of_photo(exchange: Exchange, message_id: int) -> int | None:
    """The open order of this person to which the files of a message were put already."""
    somebody, chat_id = exchange.somebody, exchange.incoming.chat_id
    for row in exchange.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED):
        for file in exchange.uow.files.of_order(row.id):
            if (file.remote.chat_id, file.remote.message_id) == (chat_id, message_id):
                return row.id
    return None
