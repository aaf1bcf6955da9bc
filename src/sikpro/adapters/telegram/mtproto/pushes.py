"""Pushed updates: a reason to request a difference, and the presses, which no request returns."""

import asyncio
from collections.abc import Iterable
from typing import Any

from attrs import define, field
from telethon.tl import types

from sikpro.adapters.telegram.mtproto.peers import addresses_of

_PRESSES = (types.UpdateBotCallbackQuery,)
_SHORT = (types.UpdateShortMessage, types.UpdateShortChatMessage)
_TELLING = (*_SHORT, types.UpdateNewMessage, types.UpdateNewChannelMessage)
_KEPT = 1000


@define
class Press:
    """A received press with its people; `given` is the cursor number of the batch that returned it, or 0."""

    update: Any
    users: tuple[Any, ...]
    given: int = 0


@define
class Held:
    """A pushed message: its pts, and the cursor number of the batch that returned it by its number, or 0."""

    pts: int
    given: int = 0


@define
class Pushes:
    """Takes the updates that the sender receives beside answers.

    Telethon's `MTProtoSender` passes each pushed `Updates` to `put_nowait` of its queue (1.45: `_handle_update`, and
    `_store_own_updates` for the results of our own requests, marked `_self_outgoing`). It keeps no other state; only
    Telethon's client does, which is not used here. So a dropped push is not lost: except for presses, the next
    difference contains it again.

    What a push tells is held against the differences: `held` are the pushed messages that no difference has contained
    yet, by sequence (the supergroup's number, 0 for the account's own) and message number.

    `woken` is set if there is a reason to request. `channels` are the supergroups to request, with the first pts from
    the push, or None if the push has none. `addresses` are the access hashes received so far, by chat id.
    """

    woken: asyncio.Event = field(factory=asyncio.Event)
    presses: list[Press] = field(factory=list[Press])
    channels: dict[int, int | None] = field(factory=dict[int, "int | None"])
    addresses: dict[int, str] = field(factory=dict[int, str])
    held: dict[tuple[int, int], Held] = field(factory=dict[tuple[int, int], Held])
    _contained: dict[tuple[int, int], None] = field(factory=dict[tuple[int, int], None])

    def put_nowait(self, pushed: Any) -> None:
        """Take one push of any kind."""
        if getattr(pushed, "_self_outgoing", False):
            return
        users, chats = tuple(getattr(pushed, "users", ())), tuple(getattr(pushed, "chats", ()))
        self.addresses.update(addresses_of((), chats))
        single = getattr(pushed, "update", None)
        for update in getattr(pushed, "updates", ()) if single is None else (single,):
            if isinstance(update, _PRESSES):
                self.presses.append(Press(update, users))
                del self.presses[:-_KEPT]
        self.look_for_channels(getattr(pushed, "updates", ()) if single is None else (single,))
        for update in (pushed,) if isinstance(pushed, _SHORT) else getattr(pushed, "updates", (single,)):
            self._tell(update)
        self.woken.set()

    def _tell(self, update: Any) -> None:
        """Hold a pushed message of a person until a difference contains it."""
        message = update if isinstance(update, _SHORT) else getattr(update, "message", None)
        if not isinstance(update, _TELLING) or getattr(message, "out", False) or type(update.pts) is not int:
            return
        key = _key(message)
        if key not in self._contained:
            self.held.setdefault(key, Held(update.pts))
            for oldest in list(self.held)[: max(len(self.held) - _KEPT, 0)]:
                del self.held[oldest]

    def up_to(self, sequence: int, pts: int) -> tuple[int, ...]:
        """Return the numbers of the messages of a sequence up to a pts that no difference has contained."""
        return tuple(number for (where, number), one in self.held.items() if where == sequence and one.pts <= pts)

    def saw(self, messages: Iterable[Any]) -> None:
        """Record that a difference contained messages."""
        for message in messages:
            key = _key(message)
            self.held.pop(key, None)
            self._contained[key] = None
        for oldest in list(self._contained)[: max(len(self._contained) - _KEPT, 0)]:
            del self._contained[oldest]

    def saw_deleted(self, updates: Iterable[Any]) -> None:
        """Record that a difference told of deleted messages: nobody can request them any more."""
        for update in updates:
            if isinstance(update, types.UpdateDeleteMessages | types.UpdateDeleteChannelMessages):
                for number in update.messages:
                    self.held.pop((getattr(update, "channel_id", 0), number), None)

    def look_for_channels(self, updates: Iterable[Any]) -> None:
        """Record the supergroups of updates, so that each is requested from before its first update."""
        for update in updates:
            channel = channel_in(update)
            if channel is None:
                continue
            start = _before(update)
            known = self.channels.setdefault(channel, start)
            if known is not None and start is not None:
                self.channels[channel] = min(known, start)

    def forget(self) -> None:
        """Drop all pushes: another process serves the bot."""
        self.presses.clear()
        self.channels.clear()
        self.held.clear()
        self.woken.clear()


def channel_in(update: Any) -> int | None:
    """Return the supergroup of an update, if the update belongs to the supergroup's own sequence."""
    if isinstance(update, types.UpdateChannelTooLong):
        return int(update.channel_id)
    message = getattr(update, "message", None)
    if isinstance(update, types.UpdateNewChannelMessage | types.UpdateEditChannelMessage) and message is not None:
        peer = getattr(message, "peer_id", None)
        return int(peer.channel_id) if isinstance(peer, types.PeerChannel) else None
    return None


def _key(message: Any) -> tuple[int, int]:
    peer = getattr(message, "peer_id", None)
    return int(peer.channel_id) if isinstance(peer, types.PeerChannel) else 0, int(message.id)


def _before(update: Any) -> int | None:
    """Return the channel's pts before an update."""
    pts, count = getattr(update, "pts", None), getattr(update, "pts_count", None)
    return max(pts - count, 0) if type(pts) is int and type(count) is int else None
