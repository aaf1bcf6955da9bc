"""Incoming updates: pure functions from a Bot API update to `Incoming`."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve

from sikpro.adapters.telegram.compose import storable
from sikpro.adapters.telegram.raw import Malformed, Raw, lines_of, place_at, string, table, time, whole
from sikpro.adapters.telegram.service import SERVICE
from sikpro.application.ports.chat import Attachment, Contact, Incoming, IncomingKind, Transport
from sikpro.domain.place import Place

FILES = ("document", "video", "audio", "voice", "animation", "video_note", "sticker")
GONE = ("kicked", "left")
_NAMES = {"forum_topic_created", "forum_topic_edited"}
"""The fields of the service messages that tell a topic's name."""


def next_offset(updates: list[Any], cursor: str) -> str:
    """Return the cursor after `updates`: the last id + 1, even if it is lower; `cursor` if none has an id.

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
    """Translate one update; an update that is unknown, malformed or not written by a person becomes kind OTHER.

    A group that becomes a supergroup sends service messages, also OTHER. Nothing depends on them, because each message
    to the old chat is answered with the new id. `now` returns the time (UTC, aware) for updates without a date.
    """
    if isinstance(update, Mapping):
        try:
            for field, translator in _TRANSLATORS.items():
                if field in update:
                    return translator(table(update[field]), bot_id, now)
        except Malformed:
            pass
    return _unknown(update, bot_id, now())


def _message(message: Raw, bot_id: int, now: Callable[[], datetime]) -> Incoming:
    chat_id, message_id = whole(table(message["chat"])["id"]), whole(message["message_id"])
    if not _by_a_person(message):
        other = _other(f"o:{bot_id}:{chat_id}:{message_id}", now())
        return evolve(other, **_named_topic(message)) if _NAMES & message.keys() else other
    return _said(message, IncomingKind.MESSAGE, f"m:{bot_id}:{chat_id}:{message_id}", time(message, "date"))


def _edit(message: Raw, bot_id: int, now: Callable[[], datetime]) -> Incoming:
    chat_id, message_id = whole(table(message["chat"])["id"]), whole(message["message_id"])
    if not _by_a_person(message):
        return _other(f"o:{bot_id}:{chat_id}:{message_id}:edit", now())
    edited = "edit_date" if "edit_date" in message else "date"
    # Only the text: it is the only content that is equal in every transport (file ids differ).
    content = hashlib.sha256(_text(message).encode()).hexdigest()[:12]
    key = f"e:{bot_id}:{chat_id}:{message_id}:{whole(message[edited])}:{content}"
    return _said(message, IncomingKind.EDIT, key, time(message, edited))


def _by_a_person(message: Raw) -> bool:
    """Return whether a person wrote it in their own name: no service, channel, anonymous administrator or bot."""
    if "from" not in message or "sender_chat" in message or SERVICE & message.keys():
        return False
    return table(message["from"]).get("is_bot") is not True


def _said(message: Raw, kind: IncomingKind, key: str, sent_at: datetime) -> Incoming:
    chat, sender = table(message["chat"]), table(message["from"])
    reply = table(message["reply_to_message"]) if "reply_to_message" in message else {}
    topic, reply_to = _topic(message), whole(reply["message_id"]) if reply else None
    # A message of a topic that answers no other one "replies" to the service message with which the topic began.
    begun = topic is not None and reply_to == topic
    return Incoming(
        key=key,
        kind=kind,
        chat_id=whole(chat["id"]),
        message_id=whole(message["message_id"]),
        sender_id=whole(sender["id"]),
        sent_at=sent_at,
        sender_name=_name(sender),
        private=chat.get("type") == "private",
        chat_title=string(chat, "title"),
        text=_text(message) or _place_name(message),
        reply_to=None if begun else reply_to,
        topic=topic,
        topic_title=_title(reply) if begun else "",
        contact=_contact(message),
        place=_place(message),
        live="location" in message and "live_period" in table(message["location"]),
        attachments=_attachments(message),
        album=string(message, "media_group_id") or None,
        forwarded="forward_origin" in message,
        transport=Transport.BOT_API,
    )


def _press(query: Raw, bot_id: int, now: Callable[[], datetime]) -> Incoming:
    query_id = string(query, "id")
    if not query_id:
        raise Malformed("id")
    sender = table(query["from"])
    # Without a message it is a button of inline mode, which we do not use: there is no chat to answer in.
    message = table(query["message"])
    chat = table(message["chat"])
    return Incoming(
        key=f"p:{bot_id}:{query_id}",
        kind=IncomingKind.PRESS,
        chat_id=whole(chat["id"]),
        message_id=whole(message["message_id"]),
        sender_id=whole(sender["id"]),
        sent_at=now(),
        sender_name=_name(sender),
        private=chat.get("type") == "private",
        chat_title=string(chat, "title"),
        press_id=query_id,
        topic=_topic(message),
        data=string(query, "data"),
        transport=Transport.BOT_API,
    )


def _membership(change: Raw, bot_id: int, now: Callable[[], datetime]) -> Incoming:
    chat, sender, new = (table(change[field]) for field in ("chat", "from", "new_chat_member"))
    chat_id, status = whole(chat["id"]), string(new, "status")
    member = new.get("is_member") is True if status == "restricted" else status not in GONE
    return Incoming(
        key=f"c:{bot_id}:{chat_id}:{whole(change['date'])}:{status}",
        kind=IncomingKind.MEMBERSHIP,
        chat_id=chat_id,
        message_id=None,
        sender_id=whole(sender["id"]),
        sent_at=time(change, "date"),
        sender_name=_name(sender),
        private=chat.get("type") == "private",
        chat_title=string(chat, "title"),
        blocked=not member,
        transport=Transport.BOT_API,
    )


def _unknown(update: object, bot_id: int, now: datetime) -> Incoming:
    content = {k: v for k, v in update.items() if k != "update_id"} if isinstance(update, Mapping) else update
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return _other(f"o:{bot_id}:{hashlib.sha256(canonical.encode()).hexdigest()}", now)


def _other(key: str, now: datetime) -> Incoming:
    return Incoming(
        key=key,
        kind=IncomingKind.OTHER,
        chat_id=0,
        message_id=None,
        sender_id=None,
        sent_at=now,
        private=False,
        transport=Transport.BOT_API,
    )


_TRANSLATORS: dict[str, Callable[[Raw, int, Callable[[], datetime]], Incoming]] = {
    "message": _message,
    "edited_message": _edit,
    "callback_query": _press,
    "my_chat_member": _membership,
}


def _topic(message: Raw) -> int | None:
    """Return the topic of a message; a thread of replies in another group has a number too, but is no topic."""
    return whole(message["message_thread_id"]) if message.get("is_topic_message") is True else None


def _title(message: Raw) -> str:
    """Return the name that a service message gives to a topic."""
    for field in sorted(_NAMES & message.keys()):
        return storable(string(table(message[field]), "name"))
    return ""


def _named_topic(message: Raw) -> dict[str, Any]:
    """Return the fields that a topic's new name is known by; none where it is that of no topic."""
    chat, topic = table(message["chat"]), _topic(message)
    if topic is None:
        return {}
    named = {"chat_title": string(chat, "title"), "topic_title": _title(message)}
    return {"chat_id": whole(chat["id"]), "topic": topic, **named}


def _text(message: Raw) -> str:
    return string(message, "text") or string(message, "caption") or _listed(message)


def _listed(message: Raw) -> str:
    """Return the lines of a checklist or of a formatted message with blocks, "" for other messages."""
    return storable("\n".join(lines_of(message.get("checklist")) + lines_of(message.get("rich_message"))))


def _name(person: Raw) -> str:
    names = f"{string(person, 'first_name')} {string(person, 'last_name')}".strip()
    return names or string(person, "username")


def _contact(message: Raw) -> Contact | None:
    if "contact" not in message:
        return None
    contact = table(message["contact"])
    owner = whole(contact["user_id"]) if "user_id" in contact else None
    return Contact(string(contact, "phone_number"), owner, _name(contact))


def _place(message: Raw) -> Place | None:
    if "location" not in message:
        return None
    location = table(message["location"])
    return place_at(location.get("latitude"), location.get("longitude"))


def _place_name(message: Raw) -> str:
    """Return the name and the address of a venue, which also has a `location`."""
    if "venue" not in message:
        return ""
    venue = table(message["venue"])
    return "\n".join(filter(None, (string(venue, "title"), string(venue, "address"))))


def _attachments(message: Raw) -> tuple[Attachment, ...]:
    found = []
    if "photo" in message:
        sizes = [table(size) for size in message["photo"]] if isinstance(message["photo"], list) else []
        if not sizes:
            raise Malformed("photo")
        largest = max(sizes, key=lambda size: whole(size.get("width", 0)) * whole(size.get("height", 0)))
        found.append(_file("photo", largest))
    # An animation also has a `document` with the same file, for old clients.
    skipped = ("document",) if "animation" in message else ()
    found += [_file(kind, table(message[kind])) for kind in FILES if kind in message and kind not in skipped]
    return tuple(found)


def _file(kind: str, file: Raw) -> Attachment:
    file_id = string(file, "file_id")
    if not file_id:
        raise Malformed("file_id")
    size = whole(file["file_size"]) if "file_size" in file else None
    return Attachment(kind, file_id, size, string(file, "file_name"), string(file, "mime_type"))
