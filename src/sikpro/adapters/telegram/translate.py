"""What comes in, in the application's words: pure functions from a Bot API update to `Incoming`."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sikpro.adapters.telegram.compose import storable
from sikpro.application.ports.chat import Attachment, Contact, Incoming, IncomingKind

Raw = Mapping[str, Any]

FILES = ("document", "video", "audio", "voice", "animation", "video_note", "sticker")
SERVICE = (
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "write_access_allowed",
    "users_shared",
    "chat_shared",
    "boost_added",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
)
GONE = ("kicked", "left")


class _Malformed(Exception):
    """A part of an update is not what the Bot API's documentation says."""


def next_offset(updates: list[Any], cursor: str) -> str:
    """The cursor after `updates`: the last id that came + 1, even when lower; `cursor` when none has an id.

    >>> next_offset([{"update_id": 7}, {"update_id": 8}], "3"), next_offset([{"update_id": 7}], "900000")
    ('9', '8')
    >>> next_offset([], "3"), next_offset([{"update_id": 7}, "?"], "")
    ('3', '8')
    """
    for update in reversed(updates):
        if isinstance(update, Mapping) and type(update.get("update_id")) is int:
            return str(update["update_id"] + 1)
    return cursor


def translate(update: object, bot_id: int, now: Callable[[], datetime]) -> Incoming:
    """Translate one update; what is unknown or malformed becomes kind OTHER with a key of its content.

    `now` gives the time (UTC, aware) of what the network puts no date on: presses and the unknown.
    """
    if isinstance(update, Mapping):
        try:
            for field, translator in _TRANSLATORS.items():
                if field in update:
                    found = translator(_table(update[field]), bot_id, now)
                    if found is not None:
                        return found
        except _Malformed:
            pass
    return _other(update, bot_id, now())


def _message(message: Raw, bot_id: int, now: Callable[[], datetime]) -> Incoming | None:
    if "from" not in message or "sender_chat" in message or any(field in message for field in SERVICE):
        return None
    chat_id, message_id = _whole(_table(message["chat"])["id"]), _whole(message["message_id"])
    return _said(message, IncomingKind.MESSAGE, f"m:{bot_id}:{chat_id}:{message_id}", _time(message, "date"))


def _edit(message: Raw, bot_id: int, now: Callable[[], datetime]) -> Incoming | None:
    if "from" not in message or "sender_chat" in message:
        return None
    chat_id, message_id = _whole(_table(message["chat"])["id"]), _whole(message["message_id"])
    edited = "edit_date" if "edit_date" in message else "date"
    # Only the text: it is the one part of the content that every transport sees alike (file ids differ).
    content = hashlib.sha256(_text(message).encode()).hexdigest()[:12]
    key = f"e:{bot_id}:{chat_id}:{message_id}:{_whole(message[edited])}:{content}"
    return _said(message, IncomingKind.EDIT, key, _time(message, edited))


def _said(message: Raw, kind: IncomingKind, key: str, sent_at: datetime) -> Incoming:
    chat, sender = _table(message["chat"]), _table(message["from"])
    reply = message.get("reply_to_message")
    return Incoming(
        key=key,
        kind=kind,
        chat_id=_whole(chat["id"]),
        message_id=_whole(message["message_id"]),
        sender_id=_whole(sender["id"]),
        sent_at=sent_at,
        sender_name=_name(sender),
        private=chat.get("type") == "private",
        text=_text(message),
        reply_to=_whole(_table(reply)["message_id"]) if reply is not None else None,
        contact=_contact(message),
        attachments=_attachments(message),
        album=_string(message, "media_group_id") or None,
    )


def _press(query: Raw, bot_id: int, now: Callable[[], datetime]) -> Incoming:
    query_id = _string(query, "id")
    if not query_id:
        raise _Malformed("id")
    sender = _table(query["from"])
    message = _table(query["message"]) if "message" in query else _table({})
    chat = _table(message["chat"]) if message else _table({})
    return Incoming(
        key=f"p:{bot_id}:{query_id}",
        kind=IncomingKind.PRESS,
        chat_id=_whole(chat["id"]) if chat else 0,
        message_id=_whole(message["message_id"]) if message else None,
        sender_id=_whole(sender["id"]),
        sent_at=now(),
        sender_name=_name(sender),
        private=chat.get("type") == "private",
        press_id=query_id,
        data=_string(query, "data"),
    )


def _membership(change: Raw, bot_id: int, now: Callable[[], datetime]) -> Incoming:
    chat, sender, new = (_table(change[field]) for field in ("chat", "from", "new_chat_member"))
    chat_id, status = _whole(chat["id"]), _string(new, "status")
    member = new.get("is_member") is True if status == "restricted" else status not in GONE
    return Incoming(
        key=f"c:{bot_id}:{chat_id}:{_whole(change['date'])}:{status}",
        kind=IncomingKind.MEMBERSHIP,
        chat_id=chat_id,
        message_id=None,
        sender_id=_whole(sender["id"]),
        sent_at=_time(change, "date"),
        sender_name=_name(sender),
        private=chat.get("type") == "private",
        blocked=not member,
    )


def _other(update: object, bot_id: int, now: datetime) -> Incoming:
    content = {k: v for k, v in update.items() if k != "update_id"} if isinstance(update, Mapping) else update
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    key = f"o:{bot_id}:{hashlib.sha256(canonical.encode()).hexdigest()}"
    return Incoming(
        key=key,
        kind=IncomingKind.OTHER,
        chat_id=0,
        message_id=None,
        sender_id=None,
        sent_at=now,
        private=False,
    )


_TRANSLATORS: dict[str, Callable[[Raw, int, Callable[[], datetime]], Incoming | None]] = {
    "message": _message,
    "edited_message": _edit,
    "callback_query": _press,
    "my_chat_member": _membership,
}


class _Table(dict[str, Any]):
    """A JSON object whose missing fields are malformed, not a KeyError of ours."""

    def __missing__(self, field: str) -> Any:
        raise _Malformed(field)


def _table(value: object) -> _Table:
    if not isinstance(value, Mapping):
        raise _Malformed("not an object")
    return _Table(value)


def _whole(value: object) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise _Malformed("not a number")
    return value


def _string(table: Raw, field: str) -> str:
    value = table.get(field, "")
    if not isinstance(value, str):
        raise _Malformed(field)
    return storable(value)


def _time(table: Raw, field: str) -> datetime:
    try:
        return datetime.fromtimestamp(_whole(table[field]), UTC)
    except (ValueError, OverflowError, OSError):
        raise _Malformed(field) from None


def _text(message: Raw) -> str:
    return _string(message, "text") or _string(message, "caption")


def _name(person: Raw) -> str:
    names = f"{_string(person, 'first_name')} {_string(person, 'last_name')}".strip()
    return names or _string(person, "username")


def _contact(message: Raw) -> Contact | None:
    if "contact" not in message:
        return None
    contact = _table(message["contact"])
    owner = _whole(contact["user_id"]) if "user_id" in contact else None
    return Contact(_string(contact, "phone_number"), owner, _name(contact))


def _attachments(message: Raw) -> tuple[Attachment, ...]:
    found = []
    if "photo" in message:
        sizes = [_table(size) for size in message["photo"]] if isinstance(message["photo"], list) else []
        if not sizes:
            raise _Malformed("photo")
        largest = max(sizes, key=lambda size: _whole(size.get("width", 0)) * _whole(size.get("height", 0)))
        found.append(_file("photo", largest))
    # An animation comes with a `document` of the same file, for old clients.
    skipped = ("document",) if "animation" in message else ()
    found += [_file(kind, _table(message[kind])) for kind in FILES if kind in message and kind not in skipped]
    return tuple(found)


def _file(kind: str, file: Raw) -> Attachment:
    file_id = _string(file, "file_id")
    if not file_id:
        raise _Malformed("file_id")
    size = _whole(file["file_size"]) if "file_size" in file else None
    return Attachment(kind, file_id, size, _string(file, "file_name"))
