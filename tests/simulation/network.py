"""The line to Telegram with its faults, and a messenger that tells who sends what."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random

from attrs import define, field, frozen

from sikpro.application.ports.chat import Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.network import Messenger
from tests.simulation.loop import Life, must_live
from tests.simulation.plan import Fault
from tests.simulation.record import Record
from tests.simulation.telegram import ITEM

POLL = 50
LOOKED_AWAY = 15.0
"""How long a caller waits for an answer that does not come."""

_ON_THE_LINE = (Fault.LOST, Fault.SLOW, Fault.GATEWAY, Fault.SERVER, Fault.FLOOD, Fault.CONFLICT)
_MAY_BE_HEARD = (Fault.LOST, Fault.SLOW, Fault.GATEWAY)


@frozen
class Ill:
    """A fault of the line, in force: the share of the calls that it hits."""

    fault: Fault
    random: Random
    share: float


@define
class Line:
    """The line; `ill` are the faults in force."""

    record: Record
    random: Random
    ill: dict[int, Ill] = field(factory=dict[int, Ill])

    @staticmethod
    def bears(fault: Fault) -> bool:
        """Whether it is a fault of the line."""
        return fault in _ON_THE_LINE

    def fault_of(self, method: str) -> tuple[Fault, bool] | None:
        """Return the fault that hits this call, and whether it hits it after Telegram heard it."""
        must_live()
        for ill in self.ill.values():
            if ill.random.random() < ill.share and (ill.fault is not Fault.CONFLICT or method == "getUpdates"):
                self.record.faults[ill.fault] += 1
                if ill.fault is Fault.FLOOD:
                    self.record.reach("a pause that Telegram asked for")
                return ill.fault, ill.fault in _MAY_BE_HEARD and ill.random.random() < 0.5
        return None

    async def travel(self) -> None:
        """Take the time that a packet takes."""
        must_live()
        await asyncio.sleep(0.02 + self.random.random() * 0.15)


@define
class WatchedMessenger:
    """A messenger that tells who sends what, from the beginning of the send to its end."""

    inner: Messenger
    life: Life
    sending: dict[int, Life]
    twice: Callable[[Outgoing], None]
    sent: Callable[[Life], None]

    @property
    def sends_once(self) -> bool:
        """As the transport does."""
        return self.inner.sends_once

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send it, under its random id."""
        token = ITEM.set(message.random_id)
        other = self.sending.get(message.random_id)
        if other is not None and other is self.life:
            self.twice(message)
        self.sending[message.random_id] = self.life
        try:
            message_id = await self.inner.send(message, enclosure)
            self.sent(self.life)
            return message_id
        finally:
            ITEM.reset(token)
            if self.sending.get(message.random_id) is self.life:
                del self.sending[message.random_id]

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set it."""
        await self.inner.set_menu(language, entries, chat_id)

    async def aclose(self) -> None:
        """Close it."""
        await self.inner.aclose()
