"""The updates since our cursor, requested in slices, each with the next cursor."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from attrs import evolve, field, frozen
from telethon.errors import RPCError
from telethon.tl import functions, types

from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.cursor import Cursor
from sikpro.adapters.telegram.mtproto.directory import Directory
from sikpro.adapters.telegram.mtproto.errors import CHAT_GONE, code_of
from sikpro.adapters.telegram.mtproto.peers import addresses_of, channel_chat_id, channel_of
from sikpro.adapters.telegram.mtproto.pushes import channel_in
from sikpro.adapters.telegram.mtproto.translate import Translator
from sikpro.application.ports.chat import Incoming
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

LIMIT = 100
"""Updates per slice, the same as in a batch of the Bot API."""

LOOK_BACK = timedelta(hours=24)
"""How far a first start goes back: as long as the Bot API keeps updates, so that both start in the same way."""

MOST_BACK = 10_000
"""The most updates that a first start goes back: a hundred slices."""

_AGAIN_LATER = frozenset({"PERSISTENT_TIMESTAMP_OUTDATED", "HISTORY_GET_FAILED", "TIMEOUT"})


@frozen
class Slice:
    """A part of the updates; `more` means that the next part should be requested at once."""

    cursor: Cursor
    updates: tuple[Incoming, ...] = ()
    addresses: dict[int, str] = field(factory=dict[int, str])
    fetched: int = 0
    gap: str = ""
    more: bool = False


@frozen
class _Found:
    """Messages requested by their numbers, with their people; empty if there are none or if nothing requested them."""

    messages: tuple[Any, ...] = ()
    users: tuple[Any, ...] = ()
    chats: tuple[Any, ...] = ()


class Differences:
    """Requests the difference of the account, and those of supergroups, which have their own pts.

    A sequence at pts 0 (of a new bot or supergroup) is requested from 1, because Telegram refuses 0. Then no difference
    contains its first message, so this message is requested by its number: 1 at Telegram; on another server the one
    that a push told, or the one before the first of the difference. Methods raise the errors of `MtprotoClient.call`.
    """

    def __init__(self, client: MtprotoClient, directory: Directory, now: Callable[[], datetime]) -> None:
        self._client = client
        self._directory = directory
        self._now = now
        self._not_ready = Repeated(log=_log, event="a supergroup is not ready, asking again later")

    async def begin(self) -> Cursor:
        """Return the first cursor: one day back, so that earlier messages are answered too.

        The whole history would answer messages that another program answered long ago; the present state would lose the
        orders sent during the setup of SIKPRO.
        """
        state = await self._client.call(functions.updates.GetStateRequest())
        since = int(state.date.timestamp() - LOOK_BACK.total_seconds())
        return Cursor(pts=max(state.pts - MOST_BACK, 0), qts=state.qts, date=since, since=since)

    async def of_account(self, cursor: Cursor) -> Slice:
        """Return the next slice of the account's sequence; its supergroups are added to the cursor."""
        date = datetime.fromtimestamp(cursor.date, UTC)
        request = functions.updates.GetDifferenceRequest(max(cursor.pts, 1), date, cursor.qts, pts_limit=LIMIT)
        try:
            found = await self._client.call(request)
        except RPCError as error:
            if code_of(error) != "PERSISTENT_TIMESTAMP_INVALID":
                raise
            state = await self._client.call(functions.updates.GetStateRequest())
            gap = f"updates after pts {cursor.pts}: Telegram is at {state.pts}"
            return Slice(_moved(cursor, state), gap=gap, more=True)
        match found:
            case types.updates.DifferenceEmpty():
                state = await self._client.call(functions.updates.GetStateRequest()) if cursor.pts < 1 else None
                if state is None or state.pts < 1:
                    self._client.sent.saw(0, cursor.pts, cursor.pts)
                    return Slice(cursor)
                self._client.sent.saw(0, cursor.pts, 1)
                return await self._with_first(evolve(cursor, pts=1), cursor, ())
            case types.updates.DifferenceTooLong():
                self._client.sent.saw(0, found.pts, found.pts)
                gap = f"updates from pts {cursor.pts} to {found.pts}"
                return Slice(evolve(cursor, pts=found.pts), gap=gap, more=True)
        final = isinstance(found, types.updates.Difference)
        after = _moved(cursor, found.state if final else found.intermediate_state)
        self._client.sent.saw(0, cursor.pts, after.pts)
        self._client.pushes.look_for_channels(found.other_updates)
        named = {channel for update in found.other_updates if (channel := channel_in(update)) is not None}
        for channel in named - set(cursor.channels):
            after = after.at_channel(channel, self._client.pushes.channels.get(channel) or 0)
        if cursor.pts < 1:
            return evolve(await self._with_first(after, cursor, (found,)), more=not final)
        return evolve(self._slice(after, cursor, (found,)), more=not final)

    async def _with_first(self, after: Cursor, before: Cursor, answers: tuple[Any, ...]) -> Slice:
        """Translate the content of answers after the account's very first message; one that is not found is a gap.

        It is none where the first message would be too old to be answered.
        """
        messages = [one for answer in answers for one in answer.new_messages]
        first = await self._first_message(None, messages)
        slice_ = self._slice(after, before, (first, *answers))
        if first.messages or any(one.date.timestamp() < before.since for one in messages):
            return slice_
        return evolve(slice_, gap="the first update of the bot")

    async def of_channel(self, cursor: Cursor, channel: int, start: int | None) -> Slice:
        """Return the next slice of a supergroup; a new one starts at `start`, or as in a first start.

        A supergroup without the bot is removed from the cursor.
        """
        chat_id = channel_chat_id(channel)
        pts = cursor.channels.get(channel, start or 0)
        try:
            peer = await self._directory.channel(chat_id)
            # Without `force`: with it Telegram leaves out updates that it considers useless.
            everything = types.ChannelMessagesFilterEmpty()
            request = functions.updates.GetChannelDifferenceRequest(peer, everything, max(pts, 1), LIMIT)
            found = await self._client.call(request)
            later = getattr(found, "new_messages", ())
            first = await self._first_message(chat_id, later) if pts < 1 else _Found()
        except RPCError as error:
            code = code_of(error)
            if code in CHAT_GONE:
                return Slice(cursor.at_channel(channel, None))
            if code in _AGAIN_LATER:
                self._not_ready.failed(code, chat=chat_id)
                return Slice(cursor.at_channel(channel, pts))
            raise
        since = self._since(cursor) if pts <= 1 else cursor.since
        match found:
            case types.updates.ChannelDifferenceEmpty():
                return self._slice(cursor.at_channel(channel, found.pts), cursor, (first,), since)
            case types.updates.ChannelDifferenceTooLong():
                self._client.sent.saw(channel, found.dialog.pts, found.dialog.pts)
                after = cursor.at_channel(channel, found.dialog.pts)
                slice_ = self._slice(after, cursor, (first, found), since)
                gap = f"updates of {chat_id} from pts {pts} to {found.dialog.pts}" if pts > 1 else ""
                return evolve(slice_, gap=gap, more=not found.final)
        self._client.sent.saw(channel, max(pts, 1), found.pts)
        after = cursor.at_channel(channel, found.pts)
        return evolve(self._slice(after, cursor, (first, found), since), more=not found.final)

    async def left_out(self, cursor: Cursor, sequence: int, numbers: Collection[int]) -> Slice:
        """Return messages that pushes told and no difference, requested by their numbers; what is not there is a gap.

        `sequence` is the number of their supergroup, 0 for the account's own.
        """
        chat_id = channel_chat_id(sequence) if sequence else None
        try:
            found = await self._numbered(chat_id, numbers)
        except RPCError as error:
            if code_of(error) not in CHAT_GONE:
                raise
            return Slice(cursor)
        missing = sorted(set(numbers) - {one.id for one in found.messages})
        gap = f"told by a push and not found: message {', '.join(map(str, missing))}" if missing else ""
        where = f" of {chat_id}" if gap and chat_id is not None else ""
        _log.warning("messages that no difference contained", chat=chat_id, found=len(found.messages), missing=missing)
        return evolve(self._slice(cursor, cursor, (found,)), gap=gap + where)

    async def _first_message(self, chat_id: int | None, later: Iterable[Any]) -> _Found:
        """Return the very first message of the account or of a supergroup, if it is found; `later` are the next ones.

        All numbers that may be its own are requested.
        """
        sequence = 0 if chat_id is None else channel_of(chat_id) or 0
        before = min((one.id for one in later), default=2) - 1
        return await self._numbered(chat_id, {1, max(before, 1), *self._client.pushes.up_to(sequence, 1)})

    async def _numbered(self, chat_id: int | None, numbers: Collection[int]) -> _Found:
        wanted = [types.InputMessageID(number) for number in sorted(numbers)]
        if chat_id is None:
            found = await self._client.call(functions.messages.GetMessagesRequest(wanted))
        else:
            peer = await self._directory.channel(chat_id)
            found = await self._client.call(functions.channels.GetMessagesRequest(peer, wanted))
        there = tuple(message for message in found.messages if not isinstance(message, types.MessageEmpty))
        return _Found(there, tuple(found.users), tuple(found.chats))

    def _since(self, cursor: Cursor) -> int:
        return max(cursor.since, int((self._now() - LOOK_BACK).timestamp()))

    def _slice(self, after: Cursor, before: Cursor, answers: tuple[Any, ...], since: int | None = None) -> Slice:
        """Translate the content of answers, without messages before `since`."""
        translator = Translator(self._client.bot_id, self._client.username, self._now)
        addresses: dict[int, str] = {}
        translated: list[Incoming | None] = []
        for answer in answers:
            translator.meet(answer.users, answer.chats)
            addresses |= addresses_of(answer.users, answer.chats)
            messages = answer.messages if hasattr(answer, "messages") else answer.new_messages
            self._client.sent.note(messages)
            self._client.pushes.saw(messages)
            translated += [translator.message(one) for one in messages]
            others = getattr(answer, "other_updates", ())
            self._client.pushes.saw_deleted(others)
            translated += [translator.update(one) for one in others]
        self._directory.learn(addresses)
        oldest = datetime.fromtimestamp(before.since if since is None else since, UTC)
        updates = tuple(one for one in translated if one is not None and one.sent_at >= oldest)
        return Slice(after, updates, addresses, len(translated))


def _moved(cursor: Cursor, state: Any) -> Cursor:
    return evolve(cursor, pts=state.pts, qts=state.qts, date=int(state.date.timestamp()))
