"""The fakes of ports that store nothing: the port's contract suite runs against each, as against the real one.

Fakes of stores are the shipped ones in `sikpro.adapters.memory`.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import TypeVar

from attrs import define, evolve, field, frozen

from sikpro.adapters.excel.reader import DirectTables
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.backups import Backup
from sikpro.application.ports.barcodes import PhotoReading, Refusal
from sikpro.application.ports.chat import Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.health import Checked, Integrity, Space
from sikpro.application.ports.network import NeverSent, PerhapsSent
from sikpro.application.ports.storage import Hint, Transactions, UnitOfWork
from sikpro.application.ports.tables import ReadSoFar, TableSheet

T = TypeVar("T")

_LONGEST_DATA = 64
_REACTIONS = "👍👎❤🙏👌👀🎉🔥"


@define
class StoryClock:
    """A clock that stands still until a test moves it, and that is `pace` further after each look."""

    at: datetime
    pace: timedelta = timedelta()

    def now(self) -> datetime:
        """The story's time."""
        self.at += self.pace
        return self.at

    def later(self, span: timedelta = timedelta(), /, **parts: float) -> None:
        """Let time pass: a span, or its parts as `timedelta` names them."""
        self.at += span + timedelta(**parts)


class QuickPasswords:
    """Hashes at once: what a test is about is never the hash."""

    def hash(self, password: str) -> str:
        """The hash to keep."""
        return sha256(password.encode()).hexdigest()

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits."""
        return password_hash == self.hash(password)


class HeardEvents(LocalLiveEvents):
    """Live events that remember what was published."""

    def __init__(self) -> None:
        super().__init__()
        self.hints: list[Hint] = []

    def publish(self, hints: Sequence[Hint]) -> None:
        """Note the hints, and send them."""
        self.hints += hints
        super().publish(hints)


@define
class HeardMeasures:
    """Measures into lists: outcomes, fates, requests as `METHOD route status`, and the causes of these."""

    updates: list[str] = field(factory=list[str])
    messages: list[str] = field(factory=list[str])
    requests: list[str] = field(factory=list[str])
    causes: list[str] = field(factory=list[str])

    def update(self, outcome: str, seconds: float, cause: str = "") -> None:
        """Note an update."""
        assert seconds >= 0
        self.causes.append(cause)
        self.updates.append(str(outcome))

    def message(self, fate: str, seconds: float, cause: str = "") -> None:
        """Note a try."""
        assert seconds >= 0
        self.causes.append(cause)
        self.messages.append(str(fate))

    def request(self, method: str, route: str, status: int, seconds: float, cause: str = "") -> None:
        """Note a request."""
        assert seconds >= 0
        self.causes.append(cause)
        self.requests.append(f"{method} {route} {status}")

    def transaction(self, kind: str, seconds: float, cause: str = "") -> None:
        """Note nothing: there are too many."""
        assert seconds >= 0

    def close(self) -> None:
        """Hand on nothing."""


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


@frozen
class NoticingTables(DirectTables):
    """A table reader that notes what `look` says whenever it reads."""

    look: Callable[[], bool] = field(default=lambda: False, kw_only=True)
    noticed: list[bool] = field(factory=list[bool], kw_only=True)

    async def sheets(self, content: bytes, read_so_far: ReadSoFar = lambda _: None) -> tuple[TableSheet, ...]:
        """The sheets."""
        self.noticed.append(self.look())
        return await super().sheets(content, read_so_far)


@define
class FakePlace:
    """A place of data with as much room as a test says, and what a check of it finds."""

    room: Space | None = field(factory=lambda: Space(1000, 1000))
    checked: Checked = field(factory=lambda: Checked(Integrity.OK))
    fault: Exception | None = None
    checks: int = 0

    async def space(self) -> Space | None:
        """The room."""
        return self.room

    async def check_integrity(self) -> Checked:
        """What is found, or the fault."""
        if self.fault:
            raise self.fault
        self.checks += 1
        return self.checked


@define
class FakeBackups:
    """A place for backups, which may be full."""

    fault: Exception | None = None
    restored: bool = True
    tries: int = 0
    names: list[str] = field(factory=list[str])

    async def make(self, name: str) -> Backup:
        """Make one, or fail."""
        self.tries += 1
        if self.fault:
            raise self.fault
        self.names.append(name)
        return Backup(name=name, size=1, restored=self.restored)

    async def keep(self, most: int) -> None:
        """Keep the newest."""
        self.names = sorted(self.names)[-most:]


@define
class FakeBarcodes:
    """A reader of photos that knows what each picture shows; any other is judged by its first bytes.

    `look` is called at each reading, and `fault` raised while it is set.
    """

    known: dict[bytes, PhotoReading] = field(factory=dict[bytes, PhotoReading])
    fault: BaseException | None = None
    look: Callable[[], None] = field(default=lambda: None)

    async def read(self, content: bytes) -> PhotoReading:
        """What the picture shows."""
        self.look()
        if self.fault:
            raise self.fault
        if content in self.known:
            return self.known[content]
        if content.startswith(b"\x89PNG"):
            return PhotoReading(refused=Refusal.TOO_MANY_PIXELS)
        return PhotoReading(refused=Refusal.BROKEN if content.startswith(b"\xff\xd8") else Refusal.NO_PICTURE)


@define
class FailingTransactions:
    """Transactions that fail with `fault` while it is set; `open` has the threads that are in one."""

    inner: Transactions
    fault: Exception | None = None
    open: set[int] = field(factory=set[int])

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work, or fail."""
        with self._counted():
            return self.inner.write(work)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work, or fail."""
        with self._counted():
            return self.inner.read(work)

    @contextmanager
    def opened(self) -> Iterator[UnitOfWork]:
        """Open a transaction, or fail."""
        with self._counted(), self.inner.opened() as unit:
            yield unit

    @contextmanager
    def _counted(self) -> Iterator[None]:
        if self.fault:
            raise self.fault
        self.open.add(threading.get_ident())
        try:
            yield
        finally:
            self.open.discard(threading.get_ident())
