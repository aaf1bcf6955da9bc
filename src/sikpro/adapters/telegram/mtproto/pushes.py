"""What Telegram says unasked: a reason to ask, and the presses, which cannot be asked for."""

import asyncio
from collections.abc import Iterable
from typing import Any

from attrs import define, field
from telethon.tl import types

from sikpro.adapters.telegram.mtproto.peers import addresses_of

_PRESSES = (types.UpdateBotCallbackQuery, types.UpdateInlineBotCallbackQuery)
_KEPT = 1000


@define
class Press:
    """A press as it came, with the people that came along; `given` is the cursor's number it was given with, or 0."""

    update: Any
    users: tuple[Any, ...]
    given: int = 0


@define
class Pushes:
    """Takes what the sender receives beside answers.

    Telethon's `MTProtoSender` hands each pushed `Updates` to the `put_nowait` of the queue that it is given (1.45:
    `_handle_update`, and `_store_own_updates` for what our own requests made, marked `_self_outgoing`). It keeps no
    state beside it; what does is its client, which is not used here. So nothing that is dropped here is lost: but
    for presses, all of it comes again with the next difference.

    `woken` is set when there is a reason to ask. `channels` are those to ask about: the pts from which on, as the
    push tells it, or None when it does not. `addresses` are the access hashes seen so far, by chat id.
    """

    woken: asyncio.Event = field(factory=asyncio.Event)
    presses: list[Press] = field(factory=list[Press])
    channels: dict[int, int | None] = field(factory=dict[int, "int | None"])
    addresses: dict[int, str] = field(factory=dict[int, str])

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
        self.woken.set()

    def look_for_channels(self, updates: Iterable[Any]) -> None:
        """Note the supergroups that updates are about, so that each is asked from before the first of them."""
        for update in updates:
            channel = channel_in(update)
            if channel is None:
                continue
            start = _before(update)
            known = self.channels.setdefault(channel, start)
            if known is not None and start is not None:
                self.channels[channel] = min(known, start)

    def forget(self) -> None:
        """Drop what is here: somebody else serves the bot."""
        self.presses.clear()
        self.channels.clear()
        self.woken.clear()


def channel_in(update: Any) -> int | None:
    """The supergroup that an update is about, if it belongs to that one's own sequence."""
    if isinstance(update, types.UpdateChannelTooLong):
        return int(update.channel_id)
    message = getattr(update, "message", None)
    if isinstance(update, types.UpdateNewChannelMessage | types.UpdateEditChannelMessage) and message is not None:
        peer = getattr(message, "peer_id", None)
        return int(peer.channel_id) if isinstance(peer, types.PeerChannel) else None
    return None


def _before(update: Any) -> int | None:
    """The channel's pts before an update."""
    pts, count = getattr(update, "pts", None), getattr(update, "pts_count", None)
    return max(pts - count, 0) if type(pts) is int and type(count) is int else None
