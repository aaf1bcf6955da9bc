"""Incoming updates: pure functions from MTProto's updates to `Incoming`.

The keys are the same as in `sikpro.adapters.telegram.translate`, so that the inbox recognises updates of the other
transport.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from attrs import define, evolve, field
from telethon.tl import types

from sikpro.adapters.telegram.addressing import Address
from sikpro.adapters.telegram.compose import storable
from sikpro.adapters.telegram.mtproto.media import attachments_of, place_name_of, place_of
from sikpro.adapters.telegram.mtproto.peers import channel_chat_id, chat_id_of, target_of, topic_of
from sikpro.application.ports.chat import Contact, Incoming, IncomingKind, Transport

_MALFORMED = (AttributeError, TypeError, ValueError, OverflowError)
_NEW = (types.UpdateNewMessage, types.UpdateNewChannelMessage)
_EDITED = (types.UpdateEditMessage, types.UpdateEditChannelMessage)


@define
class Translator:
    """Translates updates for one bot, with the people of the answers.

    `now` returns the time (UTC, aware) for updates without a date.
    """

    bot_id: int
    username: str
    now: Callable[[], datetime]
    names: dict[int, str] = field(factory=dict[int, str])
    titles: dict[int, str] = field(factory=dict[int, str])
    bots: set[int] = field(factory=set[int])

    def meet(self, users: Iterable[Any], chats: Iterable[Any] = ()) -> None:
        """Record the people and the names of groups in the next updates."""
        for chat in chats:
            if isinstance(chat, types.Chat | types.Channel):
                number = channel_chat_id(chat.id) if isinstance(chat, types.Channel) else -int(chat.id)
                self.titles[number] = storable(chat.title or "")
        for user in users:
            if isinstance(user, types.User):
                full = f"{storable(user.first_name or '')} {storable(user.last_name or '')}".strip()
                self.names[int(user.id)] = full or storable(user.username or "")
                if user.bot:
                    self.bots.add(int(user.id))

    def message(self, message: object) -> Incoming | None:
        """Translate a new message; None for the bot's own, kind OTHER if no person wrote it."""
        if getattr(message, "out", False) is True or isinstance(message, types.MessageEmpty):
            return None
        return self._guarded(self._message, message)

    def update(self, update: object) -> Incoming | None:
        """Translate any other update; None for irrelevant ones (typing, reading, reactions)."""
        if isinstance(update, _NEW):
            return self.message(update.message)
        if isinstance(update, _EDITED):
            # A hidden edit is a reaction, or a preview that came later.
            hidden = getattr(update.message, "out", False) or getattr(update.message, "edit_hide", False)
            return None if hidden else self._guarded(self._edit, update.message)
        for kind, translator in _OTHERS.items():
            if isinstance(update, kind):
                return self._guarded(partial(translator, self), update)
        return None

    def _guarded(self, how: Callable[[Any], Incoming | None], what: object) -> Incoming | None:
        """Translate, or make a key from the content of a malformed update."""
        try:
            return how(what)
        except _MALFORMED:
            digest = hashlib.sha256(repr(what).encode(errors="replace")).hexdigest()
            return self._other(f"o:{self.bot_id}:{digest}")

    def _other(self, key: str) -> Incoming:
        return Incoming(
            key=key,
            kind=IncomingKind.OTHER,
            chat_id=0,
            message_id=None,
            sender_id=None,
            sent_at=self.now(),
            private=False,
            transport=Transport.MTPROTO,
        )

    def _message(self, message: Any) -> Incoming:
        chat_id, message_id = chat_id_of(message.peer_id), _whole(message.id)
        if not self._by_a_person(message):
            return evolve(self._other(f"o:{self.bot_id}:{chat_id}:{message_id}"), **self._named_topic(message))
        return self._said(message, IncomingKind.MESSAGE, f"m:{self.bot_id}:{chat_id}:{message_id}", message.date)

    def _named_topic(self, message: Any) -> dict[str, Any]:
        """Return the fields that a topic's new name is known by; none for other messages."""
        match getattr(message, "action", None):
            case types.MessageActionTopicCreate(title=title):
                topic: int | None = _whole(message.id)
            case types.MessageActionTopicEdit(title=str(title)):
                topic = topic_of(message.reply_to)
            case _:
                return {}
        chat_id = chat_id_of(message.peer_id)
        named = {"chat_title": self.titles.get(chat_id, ""), "topic_title": storable(title)}
        return {} if topic is None else {"chat_id": chat_id, "topic": topic, **named}

    def _edit(self, message: Any) -> Incoming:
        chat_id, message_id = chat_id_of(message.peer_id), _whole(message.id)
        if not self._by_a_person(message):
            return self._other(f"o:{self.bot_id}:{chat_id}:{message_id}:edit")
        edited = message.edit_date or message.date
        content = hashlib.sha256(_text(message).encode()).hexdigest()[:12]
        key = f"e:{self.bot_id}:{chat_id}:{message_id}:{_seconds(edited)}:{content}"
        return self._said(message, IncomingKind.EDIT, key, edited)

    def _by_a_person(self, message: Any) -> bool:
        """Return whether a person wrote it in their own name: no service, channel, anonymous administrator or bot."""
        sender = _sender(message)
        return not isinstance(message, types.MessageService) and sender is not None and sender not in self.bots

    def _said(self, message: Any, kind: IncomingKind, key: str, sent_at: datetime) -> Incoming:
        sender, private = _sender(message), isinstance(message.peer_id, types.PeerUser)
        spoken = Address.of(_text(message), self.username)
        return Incoming(
            key=key,
            kind=kind,
            chat_id=chat_id_of(message.peer_id),
            message_id=_whole(message.id),
            sender_id=sender,
            sent_at=_time(sent_at),
            sender_name=self.names.get(sender or 0, ""),
            private=private,
            chat_title=self.titles.get(chat_id_of(message.peer_id), ""),
            text=spoken.text or place_name_of(message.media),
            reply_to=_reply_to(message.reply_to),
            topic=topic_of(message.reply_to),
            contact=_contact(message.media),
            place=place_of(message.media),
            live=isinstance(message.media, types.MessageMediaGeoLive),
            attachments=attachments_of(message.media),
            album=str(message.grouped_id) if message.grouped_id else None,
            forwarded=message.fwd_from is not None,
            addressed=spoken.addressed,
            mentioned=spoken.mentioned,
            transport=Transport.MTPROTO,
        )

    def _press(self, query: Any) -> Incoming:
        return Incoming(
            key=f"p:{self.bot_id}:{_whole(query.query_id)}",
            kind=IncomingKind.PRESS,
            chat_id=chat_id_of(query.peer),
            message_id=_whole(query.msg_id),
            sender_id=_whole(query.user_id),
            sent_at=self.now(),
            sender_name=self.names.get(query.user_id, ""),
            private=isinstance(query.peer, types.PeerUser),
            press_id=str(query.query_id),
            data=storable((query.data or b"").decode(errors="replace")),
            transport=Transport.MTPROTO,
        )

    def _stopped(self, update: Any) -> Incoming:
        status = "kicked" if update.stopped else "member"
        return self._membership(_whole(update.user_id), update, update.user_id, status)

    def _in_group(self, update: Any) -> Incoming | None:
        if update.user_id != self.bot_id:
            return None
        return self._membership(-_whole(update.chat_id), update, update.actor_id, _status(update.new_participant))

    def _in_channel(self, update: Any) -> Incoming | None:
        if update.user_id != self.bot_id:
            return None
        chat_id = channel_chat_id(update.channel_id)
        return self._membership(chat_id, update, update.actor_id, _status(update.new_participant))

    def _membership(self, chat_id: int, update: Any, actor: int, status: str) -> Incoming:
        return Incoming(
            key=f"c:{self.bot_id}:{chat_id}:{_seconds(update.date)}:{status}",
            kind=IncomingKind.MEMBERSHIP,
            chat_id=chat_id,
            message_id=None,
            sender_id=_whole(actor),
            sent_at=_time(update.date),
            sender_name=self.names.get(actor, ""),
            private=chat_id > 0,
            chat_title=self.titles.get(chat_id, ""),
            blocked=status in ("kicked", "left"),
            transport=Transport.MTPROTO,
        )


_OTHERS: dict[Any, Callable[[Translator, Any], Incoming | None]] = {
    types.UpdateBotCallbackQuery: Translator._press,
    types.UpdateBotStopped: Translator._stopped,
    types.UpdateChatParticipant: Translator._in_group,
    types.UpdateChannelParticipant: Translator._in_channel,
}

_STATUSES = {
    types.ChatParticipantAdmin: "administrator",
    types.ChatParticipantCreator: "creator",
    types.ChannelParticipantAdmin: "administrator",
    types.ChannelParticipantCreator: "creator",
    types.ChannelParticipantLeft: "left",
}


def _status(participant: Any) -> str:
    """Return the Bot API's name for the bot's present status in a group."""
    if participant is None:
        return "left"
    if isinstance(participant, types.ChannelParticipantBanned):
        if participant.banned_rights.view_messages:
            return "kicked"
        return "left" if participant.left else "restricted"
    return _STATUSES.get(type(participant), "member")


def _sender(message: Any) -> int | None:
    """Return the writing person; None for a channel, an anonymous administrator or a service."""
    writer = message.from_id
    if writer is None and isinstance(message.peer_id, types.PeerUser):
        writer = message.peer_id
    return _whole(writer.user_id) if isinstance(writer, types.PeerUser) else None


def _text(message: Any) -> str:
    if not isinstance(message.message, str):
        raise TypeError("no text")
    return storable(message.message)


def _reply_to(header: Any) -> int | None:
    if not isinstance(header, types.MessageReplyHeader) or header.reply_to_peer_id is not None:
        return None
    target = target_of(header)
    return None if target is None else _whole(target)


def _contact(media: Any) -> Contact | None:
    if not isinstance(media, types.MessageMediaContact):
        return None
    name = f"{storable(media.first_name or '')} {storable(media.last_name or '')}".strip()
    return Contact(storable(media.phone_number or ""), _whole(media.user_id) or None, name)


def _whole(value: object) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError("not a number")
    return value


def _seconds(date: datetime) -> int:
    return int(date.timestamp())


def _time(date: datetime) -> datetime:
    return date.astimezone(UTC)
