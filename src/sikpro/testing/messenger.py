"""A messenger that keeps what it is given to send."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count

from attrs import define, evolve, field

from sikpro.application.ports.chat import Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.network import NeverSent, PerhapsSent

_LONGEST_DATA = 64
_REACTIONS = "👍👎❤🙏👌👀🎉🔥"


@define
class FakeMessenger:
    """A messenger into lists.

    Each call fails with the next of `failures`, while there are any; a call about a chat in `lost` fails with what is
    said there. After a `PerhapsSent` of `failures` the message has arrived if `cut_after` is set. While `answers` is
    not set, no answer comes; after `patience` seconds that is a doubt.
    """

    failures: list[Exception] = field(factory=list[Exception])
    lost: dict[int, Exception] = field(factory=dict[int, Exception])
    sends_once: bool = False
    cut_after: bool = False
    patience: float = 1.0
    answers: asyncio.Event = field(init=False)
    ids: Iterator[int] = field(factory=lambda: count(1))
    asked: int = field(default=0, init=False)
    said: set[int] = field(factory=set[int])
    pressed: set[str] = field(factory=set[str])
    arrived: dict[int, tuple[Outgoing, Enclosure | None]] = field(factory=dict, init=False)
    reactions: dict[int, str] = field(factory=dict, init=False)
    menus: dict[tuple[str, int | None], list[str]] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Let answers come."""
        self.answers = asyncio.Event()
        self.answers.set()

    @property
    def sent(self) -> list[Outgoing]:
        """What arrived, answers to presses among it, in order."""
        return [message for message, _ in self.arrived.values()]

    @property
    def enclosures(self) -> list[Enclosure | None]:
        """The files that arrived with these."""
        return [enclosure for _, enclosure in self.arrived.values()]

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send, or fail."""
        self.asked += 1
        await self._answer()
        if self.failures:
            failure = self.failures.pop(0)
            if self.cut_after and isinstance(failure, PerhapsSent):
                self._arrive(message, enclosure)
            raise failure
        return self._arrive(message, enclosure)

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set a menu, or fail; an empty one is one that was taken away."""
        self.asked += 1
        await self._answer()
        if self.failures:
            raise self.failures.pop(0)
        if chat_id in self.lost:
            raise self.lost[chat_id]
        self.menus[language, chat_id] = [entry.command for entry in entries]

    async def aclose(self) -> None:
        """Nothing to close."""

    def _change(self, message: Outgoing) -> None:
        target = message.reply_to or 0
        ours = self.arrived.get(target)
        if message.reaction:
            if message.reaction not in _REACTIONS or not (ours or target in self.said):
                raise NeverSent("rejected")
            self.reactions[target] = message.reaction
            return
        if ours is None:
            raise NeverSent("rejected")
        self.arrived[target] = evolve(ours[0], buttons=()), ours[1]

    async def _answer(self) -> None:
        try:
            async with asyncio.timeout(self.patience):
                await self.answers.wait()
        except TimeoutError:
            raise PerhapsSent("no answer") from None

    def _arrive(self, message: Outgoing, enclosure: Enclosure | None) -> int | None:
        if message.is_gesture:
            if message.chat_id in self.lost:
                raise self.lost[message.chat_id]
            self._change(message)
            self.arrived[next(self.ids)] = message, enclosure
            return None
        if message.press_id is not None:
            if message.press_id not in self.pressed:
                raise NeverSent("press_expired")
            self.arrived[next(self.ids)] = message, enclosure
            return None
        if message.chat_id in self.lost:
            raise self.lost[message.chat_id]
        if any(len(button.data.encode()) > _LONGEST_DATA for row in message.buttons for button in row):
            raise NeverSent("rejected")
        for message_id, (earlier, _) in self.arrived.items():
            if self.sends_once and message.random_id and earlier.random_id == message.random_id:
                return message_id
        if message.reply_to not in self.said | self.arrived.keys():
            message = evolve(message, reply_to=None)
        message_id = next(self.ids)
        self.arrived[message_id] = message, enclosure
        return message_id
