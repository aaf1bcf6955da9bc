"""MTProto as the application's source of updates: a push wakes us, only the difference counts."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from attrs import evolve
from telethon.errors import RPCError

from sikpro.adapters.telegram.client import LineBroken
from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.cursor import Cursor
from sikpro.adapters.telegram.mtproto.difference import Differences, Slice
from sikpro.adapters.telegram.mtproto.directory import Directory
from sikpro.adapters.telegram.mtproto.errors import source_error
from sikpro.adapters.telegram.mtproto.peers import addresses_of
from sikpro.adapters.telegram.mtproto.translate import Translator
from sikpro.application.ports.chat import Transport
from sikpro.application.ports.network import Batch, Identity, SourceError, Trouble

_ACCOUNT = 0
"""The account's own sequence in the list of requests; all other values are numbers of supergroups."""


def _now() -> datetime:
    return datetime.now(UTC)


class MtprotoSource:
    """`UpdateSource` over updates.getDifference; the cursor is `Cursor.text`.

    It requests after a push, on a new connection, if its last batch was not committed (it is called with another cursor
    than the last one it returned), and every `poll_timeout` seconds. Presses come only with pushes; they are returned
    first, and again until a cursor shows that they were committed. `client` is shared; its creator closes it.
    """

    transport = Transport.MTPROTO

    def __init__(self, client: MtprotoClient, *, poll_timeout: float = 50, now: Callable[[], datetime] = _now) -> None:
        self._client = client
        self._poll_timeout = poll_timeout
        self._now = now
        self._differences = Differences(client, Directory(client), now)
        self._to_ask: list[int] = []
        self._given = ""
        self._connection = 0

    async def identify(self) -> Identity:
        """Return the bot's identity, from the login. Raises `SourceError`."""
        await self._client.connect()
        return Identity(self._client.bot_id, self._client.username)

    async def fetch(self, cursor: str) -> Batch:
        """Return the updates after `cursor`, as soon as there are some; an empty batch after the poll's time.

        Raises `SourceError`.
        """
        try:
            return await self._fetch(cursor)
        except LineBroken as broken:
            raise SourceError(Trouble.UNREACHABLE, broken.detail) from None
        except RPCError as error:
            raise source_error(error) from None

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _fetch(self, text: str) -> Batch:
        await self._client.connect()
        cursor = Cursor.parse(text) or await self._differences.begin()
        if text != self._given or self._client.connections != self._connection:
            self._given, self._connection = text, self._client.connections
            self._to_ask = self._everything(cursor)
        for waited in (False, True):
            if waited and await self._woken():
                self._to_ask = [_ACCOUNT]
            elif waited:
                self._to_ask = self._everything(cursor)
            presses = self._presses(cursor)
            if presses is not None:
                return presses
            batch = await self._request(cursor, text) or await self._left_out(cursor)
            if batch is not None:
                return batch
        return Batch((), text)

    async def _request(self, cursor: Cursor, text: str) -> Batch | None:
        """Request the pending sequences, up to the first one with updates."""
        pushes = self._client.pushes
        while self._to_ask or pushes.channels:
            self._to_ask += [channel for channel in pushes.channels if channel not in self._to_ask]
            target = self._to_ask[0]
            slice_ = await self._slice(cursor, target)
            if not slice_.more:
                self._to_ask.remove(target)
            if slice_.cursor.text != text or slice_.updates:
                self._given = slice_.cursor.text
                return Batch(slice_.updates, self._given, slice_.fetched, slice_.addresses, slice_.gap)
            if slice_.more:
                raise SourceError(Trouble.SERVER, "a difference that goes on and tells nothing")
            if target not in cursor.channels:
                pushes.channels.pop(target, None)
        return None

    async def _left_out(self, cursor: Cursor) -> Batch | None:
        """Return the messages of a sequence that pushes told and its differences left out, as the cursor passed them.

        Like presses they are returned again until a cursor shows that they were committed.
        """
        pushes = self._client.pushes
        for key, one in list(pushes.held.items()):
            if 0 < one.given <= cursor.presses:
                pushes.held.pop(key)
        for sequence in sorted({sequence for sequence, _ in pushes.held}):
            reached = cursor.channels.get(sequence) if sequence else max(cursor.pts, 1)
            numbers = pushes.up_to(sequence, reached or 0)
            if not numbers:
                continue
            waiting = {number: pushes.held[sequence, number] for number in numbers}
            slice_ = await self._differences.left_out(cursor, sequence, numbers)
            after = evolve(cursor, presses=cursor.presses + 1)
            for number, one in waiting.items():
                one.given = after.presses
                pushes.held[sequence, number] = one
            self._given = after.text
            return Batch(slice_.updates, self._given, slice_.fetched, slice_.addresses, slice_.gap)
        return None

    async def _slice(self, cursor: Cursor, target: int) -> Slice:
        """Request one sequence; a push meanwhile is a reason to request it again.

        A supergroup stays recorded, with its first pts, until the committed cursor contains it.
        """
        pushes = self._client.pushes
        if target == _ACCOUNT:
            pushes.woken.clear()
            return await self._differences.of_account(cursor)
        start = pushes.channels.get(target)
        if target in cursor.channels:
            pushes.channels.pop(target, None)
        return await self._differences.of_channel(cursor, target, start)

    def _everything(self, cursor: Cursor) -> list[int]:
        return [_ACCOUNT, *cursor.channels]

    async def _woken(self) -> bool:
        """Wait for a push or a broken line; return False if the poll's time passed without one."""
        try:
            async with asyncio.timeout(self._poll_timeout):
                await self._client.pushes.woken.wait()
        except TimeoutError:
            return False
        return True

    def _presses(self, cursor: Cursor) -> Batch | None:
        """Return the presses that no cursor has yet, with the number that shows their commit."""
        presses = self._client.pushes.presses
        presses[:] = [press for press in presses if not 0 < press.given <= cursor.presses]
        if not presses:
            return None
        translator = Translator(self._client.bot_id, self._client.username, self._now)
        addresses: dict[int, str] = {}
        for press in presses:
            translator.meet(press.users)
            addresses |= addresses_of(press.users, ())
        translated = tuple(one for press in presses if (one := translator.update(press.update)) is not None)
        after = evolve(cursor, presses=cursor.presses + 1)
        for press in presses:
            press.given = after.presses
        self._given = after.text
        return Batch(translated, self._given, len(presses), addresses)
