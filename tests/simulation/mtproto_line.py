"""MTProto: its ports over the same truth. Telethon itself is not simulated."""

import asyncio
from collections.abc import Sequence
from typing import Any

from attrs import define, evolve

from sikpro.adapters.telegram.compose import cut
from sikpro.adapters.telegram.translate import translate
from sikpro.application.ports.chat import Enclosure, Incoming, MenuEntry, Outgoing, Transport
from sikpro.application.ports.network import (
    Batch,
    FileGone,
    Identity,
    NeverSent,
    NotSent,
    PerhapsSent,
    RemoteFile,
    RetryAfter,
    SourceError,
    Trouble,
)
from tests.simulation.loop import Life
from tests.simulation.network import LOOKED_AWAY, POLL, Line
from tests.simulation.plan import Fault
from tests.simulation.telegram import BOT, Body, Telegram


@define
class MtprotoLine:
    """`UpdateSource`, `Messenger` and `FileSource` as MTProto promises them: its own cursor, and a message once."""

    telegram: Telegram
    line: Line
    life: Life
    now: Any
    transport: Transport = Transport.MTPROTO
    sends_once: bool = True
    understands: frozenset[Transport] = frozenset({Transport.MTPROTO})

    async def identify(self) -> Identity:
        """Return who the bot is."""
        await self._ask("getMe")
        return Identity(BOT, "sikpro_bot")

    async def fetch(self, cursor: str) -> Batch:
        """Return the updates after the cursor: Telegram keeps them all."""
        at = int(cursor or 1)
        after = await self._ask("getUpdates")
        updates = await self.telegram.wait_after(at, POLL, confirm=False)
        if updates is None:
            raise SourceError(Trouble.CONFLICT)
        if after:
            raise SourceError(Trouble.UNREACHABLE, "after")
        read = tuple(self._read(update) for update in updates)
        return Batch(read, str(updates[-1]["update_id"] + 1) if updates else cursor, len(updates))

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send, or fail."""
        fault, after = self.line.fault_of("send") or (None, False)
        await self.life.survive("before a send")
        await self.line.travel()
        if fault is not None and not after:
            await self._refuse(fault)
        message_id = self._take(message)
        await self.life.survive("after a send")
        if fault is not None and after:
            raise PerhapsSent(f"{fault} after it was heard")
        await self.line.travel()
        return message_id

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set a menu that nobody looks at."""
        await self.line.travel()

    async def download(self, file: RemoteFile, limit: int) -> bytes:
        """Return a file."""
        if await self._ask("getFile"):
            raise SourceError(Trouble.UNREACHABLE, "after")
        if file.reference not in self.telegram.files:
            raise FileGone("gone")
        return self.telegram.files[file.reference]

    async def aclose(self) -> None:
        """Nothing is open."""

    async def _ask(self, method: str) -> bool:
        """Begin a question. Return whether its answer will be lost."""
        fault, after = self.line.fault_of(method) or (None, False)
        await self.line.travel()
        if fault is None or after:
            return after
        if fault is Fault.FLOOD:
            raise SourceError(Trouble.SLOW_DOWN, "flood", 7)
        raise SourceError(Trouble.SERVER if fault is Fault.SERVER else Trouble.UNREACHABLE, str(fault))

    async def _refuse(self, fault: Fault) -> None:
        if fault is Fault.FLOOD:
            raise RetryAfter(7, "flood", everywhere=True)
        if fault is Fault.SLOW:
            await asyncio.sleep(LOOKED_AWAY)
        raise NotSent(str(fault))

    def _read(self, update: Body) -> Incoming:
        incoming = translate(update, BOT, self.now)
        return evolve(incoming, transport=Transport.MTPROTO)

    def _take(self, message: Outgoing) -> int | None:
        if message.press_id is not None:
            if not self.telegram.ends_press(message.press_id):
                raise NeverSent("press_expired")
            return None
        if message.is_gesture:
            if not self.telegram.knows(message.chat_id, message.reply_to or 0):
                raise NeverSent("rejected")
            return None
        buttons = [(button.label, button.data) for row in message.buttons for button in row if button.data]
        message_id = self.telegram.takes(message.chat_id, cut(message.text), buttons, once=True)
        if message_id is None:
            raise NeverSent("blocked")
        return message_id
