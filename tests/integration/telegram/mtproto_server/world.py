"""The bot's account as Telegram keeps it: users, groups, messages, and the numbered log of what happened."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telethon.tl import types
from telethon.utils import get_peer_id, resolve_id

from .faults import RpcFault

BOT_ID = 424242
BOT_USERNAME = "sikpro_uji_bot"


def access_hash(number: int) -> int:
    """The secret with which the bot may address a user or a supergroup."""
    return number * 7919 + 13


@dataclass
class OdpSummary:
    """One sequence of messages with its pts: the account's own, or one supergroup's.

    `log` holds the updates in order, each with its `pts`, which count from 1 in steps of one. `touched` is the
    date (in seconds) from which a difference says that something happened here.
    """

    messages: dict[int, Any] = field(default_factory=dict)
    log: list[Any] = field(default_factory=list)
    touched: int = 0
    last_id: int = 0

    @property
    def pts(self) -> int:
        """How far the log is."""
        return len(self.log)

    def next_id(self) -> int:
        """The number of a new message."""
        self.last_id += 1
        return self.last_id


@dataclass
class Stored:
    """A file as it lies in a data centre: its content, and the reference that opens it now."""

    content: bytes
    media: Any

    def bytes_of(self, size: str) -> bytes:
        """The content, or for the small size of a photo its first quarter."""
        return self.content[: len(self.content) // 4] if size == "m" else self.content


class World:
    """Everything the account knows. Chats have the ids of the Bot API: a supergroup's begins with -100.

    `push` is told every update as it happens; `now` gives the server's time in seconds.
    """

    def __init__(self) -> None:
        self.push: Callable[[Any], None] = lambda update: None
        self.clock_offset = 0.0
        self.account = OdpSummary()
        self.qts_log: list[Any] = []
        self.supergroups: dict[int, OdpSummary] = {}
        self.chats: dict[int, Any] = {}
        self.users: dict[int, Any] = {}
        self.blocked: set[int] = set()
        self.files: dict[int, Stored] = {}
        self.topics: dict[tuple[int, int], str] = {}
        self.left_out: set[tuple[int, int]] = set()
        self._date_told = 0
        self.users[BOT_ID] = types.User(
            BOT_ID,
            is_self=True,
            bot=True,
            bot_info_version=1,
            access_hash=access_hash(BOT_ID),
            first_name="SIKPRO",
            username=BOT_USERNAME,
        )

    def now(self) -> float:
        """The server's time, which `clock_offset` seconds set wrong."""
        return time.time() + self.clock_offset

    def date(self) -> datetime:
        """The server's time as Telegram writes it: whole seconds."""
        return datetime.fromtimestamp(int(self.now()), UTC)

    def box(self, chat: int) -> OdpSummary:
        """The sequence that a chat's messages are numbered in."""
        return self.supergroups.get(chat, self.account)

    def peer(self, chat: int) -> Any:
        """A chat's id as the protocol writes it."""
        number, kind = resolve_id(chat)
        return kind(number)

    def message(self, chat: int, message_id: int) -> Any:
        """A message of a chat. Raises `KeyError` when it is not there."""
        message = self.box(chat).messages[message_id]
        if get_peer_id(message.peer_id) != chat:
            raise KeyError(message_id)
        return message

    def write(self, chat: int, **content: Any) -> Any:
        """Put a new message into a chat, with its pts, and return it; pushing it is the caller's."""
        box = self.box(chat)
        message_id = box.next_id()
        reply_to, topic = content.pop("reply_to", None), content.pop("topic", None)
        if reply_to not in box.messages:
            reply_to = None
        if reply_to or topic:
            top = topic if reply_to else None
            content["reply_to"] = types.MessageReplyHeader(
                forum_topic=topic is not None, reply_to_msg_id=reply_to or topic, reply_to_top_id=top
            )
        kind = types.MessageService if "action" in content else types.Message
        message = kind(message_id, self.peer(chat), date=self.date(), **content)
        box.messages[message_id] = message
        self.record(
            chat, types.UpdateNewChannelMessage if chat in self.supergroups else types.UpdateNewMessage, message
        )
        return message

    def record(self, chat: int, kind: Any, message: Any) -> Any:
        """Log an update about a message under the next pts, and return it."""
        box = self.box(chat)
        update = kind(message, box.pts + 1, 1)
        box.log.append(update)
        box.touched = max(int(self.now()), self._date_told + 1)
        return update

    def tellable(self, updates: Iterable[Any]) -> list[Any]:
        """The updates without those about the messages of `left_out`, which this server forgets in a difference."""
        left_out = self.left_out
        return [
            one for one in updates if not left_out or (get_peer_id(one.message.peer_id), one.message.id) not in left_out
        ]

    def newest(self, chat: int) -> Any:
        """The update that a chat's sequence got last."""
        return self.box(chat).log[-1]

    def state(self, pts: int | None = None) -> Any:
        """`updates.state` at a pts, or as it is now; its date is later than that of all that it covers."""
        touched = max((box.touched for box in self.supergroups.values()), default=0)
        self._date_told = max(self._date_told, int(self.now()), touched)
        date = datetime.fromtimestamp(self._date_told, UTC)
        return types.updates.State(self.account.pts if pts is None else pts, len(self.qts_log), date, 0, 0)

    def touched_since(self, date: datetime | None) -> list[int]:
        """The supergroups in which something happened after a date."""
        since = int(date.timestamp()) if date else 0
        return [chat for chat, box in self.supergroups.items() if box.touched > since]

    def surroundings(self, updates: Iterable[Any]) -> tuple[list[Any], list[Any]]:
        """The users and the chats that updates or messages speak of."""
        users, chats = {}, {}
        for update in updates:
            about = update.message if hasattr(update, "pts") and hasattr(update, "message") else update
            peers = [getattr(about, name, None) for name in ("peer_id", "from_id", "peer")]
            if isinstance(about, types.UpdateChannelTooLong):
                peers.append(types.PeerChannel(about.channel_id))
            ids = {get_peer_id(peer) for peer in peers if peer is not None} | {getattr(about, "user_id", None), BOT_ID}
            users.update({one: self.users[one] for one in ids if one in self.users})
            chats.update({one: self.chats[one] for one in ids if one in self.chats})
        return list(users.values()), list(chats.values())

    def chat_of(self, peer: Any) -> int:
        """The chat that the bot means by an input peer. Raises `RpcFault` for one that it cannot address."""
        number = getattr(peer, "user_id", getattr(peer, "channel_id", getattr(peer, "chat_id", 0)))
        secret = getattr(peer, "access_hash", 0)
        if secret not in (0, access_hash(number)):
            raise RpcFault(400, "PEER_ID_INVALID")
        if hasattr(peer, "user_id") and number in self.users:
            return int(number)
        for kind, name in ((types.PeerChat, "chat_id"), (types.PeerChannel, "channel_id")):
            chat = int(get_peer_id(kind(number))) if hasattr(peer, name) else 0
            if chat in self.chats:
                return chat
        raise RpcFault(400, "CHANNEL_INVALID" if hasattr(peer, "channel_id") else "PEER_ID_INVALID")
