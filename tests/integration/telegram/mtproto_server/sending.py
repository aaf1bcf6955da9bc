"""What a bot sends: messages, each `random_id` once, and answers to presses."""

from typing import Any

from telethon.tl import functions, types

from .faults import RpcFault
from .methods import Call, answers
from .people import Button, Sent
from .world import BOT_ID

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_DATA = 64
LARGEST_PART = 512 * 1024
REACTIONS = frozenset("👍👎❤🙏👌👀🎉🔥")
"""Some of the emojis that Telegram knows as reactions."""


@answers(functions.upload.SaveFilePartRequest)
@answers(functions.upload.SaveBigFilePartRequest)
def save_part(call: Call, request: Any) -> Any:
    """Keep a part of a file that is being uploaded; the same part again takes its place."""
    if not 0 < len(request.bytes) <= LARGEST_PART:
        raise RpcFault(400, "FILE_PART_SIZE_INVALID")
    call.server.uploads.setdefault(request.file_id, {})[request.file_part] = bytes(request.bytes)
    return True


@answers(functions.messages.SendMessageRequest)
@answers(functions.messages.SendMediaRequest)
def send_message(call: Call, request: Any) -> Any:
    """Send a text, or an uploaded file with a caption.

    A `random_id` that came before is refused with its name, and makes no second message.

    A target to reply to that is not there is left out, as the protocol does.
    """
    server, world = call.server, call.server.world
    before = next((one for one in server.sent_log if one.random_id == request.random_id), None)
    if before is not None:
        before.repeats += 1
        raise RpcFault(500, "RANDOM_ID_DUPLICATE")
    chat = world.chat_of(request.peer)
    file = _uploaded(call, request)
    _check(call, chat, request.message, LONGEST_TEXT if file is None else LONGEST_CAPTION)
    if any(len(button.data.encode()) > LONGEST_DATA for row in _rows(request.reply_markup) for button in row):
        raise RpcFault(400, "BUTTON_DATA_INVALID")
    reply_to, topic = (getattr(request.reply_to, name, None) for name in ("reply_to_msg_id", "top_msg_id"))
    state = "open" if topic is None else world.topics.get((chat, topic), "deleted")
    if state != "open":
        raise RpcFault(400, "TOPIC_CLOSED") if state == "closed" else RpcFault(406, "TOPIC_DELETED")
    if reply_to == topic or reply_to not in world.box(chat).messages:
        reply_to = None
    sender = None if chat > 0 else types.PeerUser(BOT_ID)
    markup = request.reply_markup
    message = world.write(
        chat, out=True, from_id=sender, message=request.message, reply_to=reply_to, topic=topic, reply_markup=markup
    )
    sent = Sent(chat, message.id, request.message, request.random_id, reply_to, _rows(markup), file=file, topic=topic)
    sent.hides_keyboard = isinstance(markup, types.ReplyKeyboardHide)
    server.sent_log.append(sent)
    update = world.newest(chat)
    server.publish(update, besides=call.key)
    if chat > 0 and markup is None and file is None:
        return types.UpdateShortSentMessage(message.id, update.pts, 1, message.date, out=True)
    users, chats = world.surroundings([update])
    named = types.UpdateMessageID(message.id, request.random_id)
    return types.Updates([named, update], users, chats, message.date, 0)


@answers(functions.messages.SetBotCallbackAnswerRequest)
def answer_press(call: Call, request: Any) -> Any:
    """Answer a press, while it is known and fresh."""
    press = call.server.presses.get(request.query_id)
    patience = call.server.press_seconds
    if press is None or (patience is not None and call.server.world.now() - press.at > patience):
        raise RpcFault(400, "QUERY_ID_INVALID")
    press.answer = request.message or ""
    press.answered += 1
    return True


@answers(functions.messages.SendReactionRequest)
def react(call: Call, request: Any) -> Any:
    """Put the bot's reaction on a message; one emoji of those that Telegram has."""
    world = call.server.world
    chat = world.chat_of(request.peer)
    _check(call, chat, "-", LONGEST_TEXT)
    if request.msg_id not in world.box(chat).messages:
        raise RpcFault(400, "MESSAGE_ID_INVALID")
    emojis = [one.emoticon for one in request.reaction or []]
    if len(emojis) > 1 or not REACTIONS.issuperset(emojis):
        raise RpcFault(400, "REACTION_INVALID")
    call.server.reactions[chat, request.msg_id] = "".join(emojis)
    return types.Updates([], [], [], world.date(), 0)


@answers(functions.messages.EditMessageRequest)
def edit_message(call: Call, request: Any) -> Any:
    """Change the buttons of one of the bot's messages; nothing else can be edited here."""
    server, world = call.server, call.server.world
    chat = world.chat_of(request.peer)
    _check(call, chat, "-", LONGEST_TEXT)
    sent = next((one for one in server.sent_log if (one.chat, one.message_id) == (chat, request.id)), None)
    if sent is None:
        raise RpcFault(400, "MESSAGE_ID_INVALID")
    rows = _rows(request.reply_markup)
    if rows == sent.buttons:
        raise RpcFault(400, "MESSAGE_NOT_MODIFIED")
    sent.buttons = rows
    message = world.message(chat, request.id)
    message.reply_markup, message.edit_date, message.edit_hide = request.reply_markup, world.date(), True
    kind = types.UpdateEditChannelMessage if chat in world.supergroups else types.UpdateEditMessage
    update = world.record(chat, kind, message)
    server.publish(update, besides=call.key)
    users, chats = world.surroundings([update])
    return types.Updates([update], users, chats, world.date(), 0)


def _uploaded(call: Call, request: Any) -> tuple[str, str, bytes] | None:
    """The name, the media type and the content of what was uploaded for a message; None for a mere text."""
    if not isinstance(request, functions.messages.SendMediaRequest):
        return None
    media = request.media
    parts = call.server.uploads.pop(media.file.id, {})
    if sorted(parts) != list(range(media.file.parts)):
        raise RpcFault(400, "FILE_PARTS_INVALID")
    named = next(one for one in media.attributes if isinstance(one, types.DocumentAttributeFilename))
    return named.file_name, media.mime_type, b"".join(parts[place] for place in sorted(parts))


def _check(call: Call, chat: int, text: str, longest: int) -> None:
    """Refuse what Telegram refuses."""
    world = call.server.world
    if not text.strip() and longest == LONGEST_TEXT:
        raise RpcFault(400, "MESSAGE_EMPTY")
    if len(text.encode("utf-16-le")) > 2 * longest:
        raise RpcFault(400, "MESSAGE_TOO_LONG" if longest == LONGEST_TEXT else "MEDIA_CAPTION_TOO_LONG")
    if chat in world.blocked:
        raise RpcFault(403, "USER_IS_BLOCKED")
    if chat > 0 and world.users[chat].deleted:
        raise RpcFault(400, "INPUT_USER_DEACTIVATED")
    if chat < 0 and getattr(world.chats[chat], "deactivated", None):
        raise RpcFault(400, "PEER_ID_INVALID")
    if chat < 0 and world.chats[chat].left:
        raise RpcFault(403, "CHAT_WRITE_FORBIDDEN")


def _rows(markup: Any) -> list[list[Button]]:
    rows = getattr(markup, "rows", [])
    return [[_button(one) for one in row.buttons] for row in rows]


def _button(button: Any) -> Button:
    data = getattr(button.type, "data", b"").decode()
    return Button(button.text, data, isinstance(button.type, types.ButtonTypeRequestPhone))
