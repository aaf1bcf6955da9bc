"""Map MTProto's peers to the Bot API's chat ids, which the application uses."""

from collections.abc import Iterable
from typing import Any

from telethon.tl import types

_CHANNELS_FROM = -1_000_000_000_000
"""The Bot API id of a supergroup or channel is this minus its MTProto id
(https://core.telegram.org/api/bots/ids)."""


def chat_id_of(peer: object) -> int:
    """Return the Bot API id of a peer. Raises `ValueError` if it is not a peer.

    >>> chat_id_of(types.PeerUser(7)), chat_id_of(types.PeerChat(8)), chat_id_of(types.PeerChannel(9))
    (7, -8, -1000000000009)
    """
    match peer:
        case types.PeerUser():
            return int(peer.user_id)
        case types.PeerChat():
            return -int(peer.chat_id)
        case types.PeerChannel():
            return channel_chat_id(peer.channel_id)
    raise ValueError("not a peer")


def channel_chat_id(channel: int) -> int:
    """Return the Bot API id of a supergroup or channel.

    >>> channel_chat_id(55)
    -1000000000055
    """
    return _CHANNELS_FROM - int(channel)


def channel_of(chat_id: int) -> int | None:
    """Return the MTProto id of a supergroup; None for users and basic groups.

    >>> channel_of(-1000000000055), channel_of(-55), channel_of(55)
    (55, None, None)
    """
    return _CHANNELS_FROM - chat_id if chat_id < _CHANNELS_FROM else None


def input_peer(chat_id: int, access_hash: int) -> Any:
    """Return the `InputPeer` of a chat id; basic groups need no access hash."""
    channel = channel_of(chat_id)
    if channel is not None:
        return types.InputPeerChannel(channel, access_hash)
    return types.InputPeerUser(chat_id, access_hash) if chat_id > 0 else types.InputPeerChat(-chat_id)


def topic_of(header: object) -> int | None:
    """Return the topic in a message's reply header; None outside topics and in *General*.

    >>> topic_of(types.MessageReplyHeader(forum_topic=True, reply_to_msg_id=9, reply_to_top_id=4))
    4
    >>> topic_of(types.MessageReplyHeader(forum_topic=True, reply_to_msg_id=4)), topic_of(None)
    (4, None)
    """
    if not isinstance(header, types.MessageReplyHeader) or not header.forum_topic:
        return None
    topic: int | None = header.reply_to_top_id or header.reply_to_msg_id
    return topic


def target_of(header: Any) -> int | None:
    """Return the message that a reply header names, if it is a reply: not the one with which its topic began.

    >>> target_of(types.MessageReplyHeader(forum_topic=True, reply_to_msg_id=9, reply_to_top_id=4))
    9
    >>> target_of(types.MessageReplyHeader(forum_topic=True, reply_to_msg_id=4))
    """
    target: int | None = header.reply_to_msg_id
    return None if target == topic_of(header) else target


def addresses_of(users: Iterable[Any], chats: Iterable[Any]) -> dict[int, str]:
    """Return the access hashes of an answer, by chat id.

    The hash of a `min` user or channel works only for its picture (https://core.telegram.org/api/min).
    """
    found: dict[int, str] = {}
    for user in users:
        if isinstance(user, types.User) and not user.min and user.access_hash is not None:
            found[int(user.id)] = str(user.access_hash)
    for chat in chats:
        if isinstance(chat, types.Channel) and not chat.min and chat.access_hash is not None:
            found[channel_chat_id(chat.id)] = str(chat.access_hash)
    return found
