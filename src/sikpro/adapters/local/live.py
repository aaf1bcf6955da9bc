"""Live hints within one process, from any thread to every subscriber's event loop."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile

from attrs import define, field

from sikpro.application.ports.chance import UNFORESEEN, Chance
from sikpro.application.ports.runtime import News
from sikpro.application.ports.storage import Hint, Kind

KEPT = 8192
"""How many ids of past hints are kept, so that a page whose connection broke gets what it missed."""


@define(eq=False)
class _Subscriber:
    loop: asyncio.AbstractEventLoop
    position: int
    wake: asyncio.Event = field(factory=asyncio.Event)
    closed: bool = False

    def close(self) -> None:
        self.closed = True
        self.wake.set()


class LocalLiveEvents:
    """Delivers hints from one bounded record of them; a subscriber is only a position in it and needs no memory.

    `kept` is the number of ids that the record holds.
    """

    def __init__(self, kept: int = KEPT, chance: Chance = UNFORESEEN) -> None:
        self._lock = threading.Lock()
        self._subscribers: set[_Subscriber] = set()
        self._closed = False
        self._streams = 0
        self._kept = kept
        self._name = chance.hexadecimal(4)
        self._record: deque[tuple[int, tuple[Hint, ...]]] = deque()
        self._weight = 0
        self._last = self._forgotten = 0

    def publish(self, hints: Sequence[Hint]) -> None:
        """Send the hints to all subscribers; works from any thread."""
        if not hints:
            return
        with self._lock:
            self._last += 1
            self._record.append((self._last, tuple(hints)))
            self._weight += _weight(hints)
            while self._weight > self._kept:
                self._forgotten, old = self._record.popleft()
                self._weight -= _weight(old)
        self._wake()

    def miss(self) -> None:
        """Tell all subscribers that anything may have changed: hints of other processes were lost. From any thread."""
        with self._lock:
            self._last += 1
            self._forgotten = self._last
            self._record.clear()
            self._weight = 0
        self._wake()

    @contextmanager
    def subscribe(self) -> Iterator[AsyncIterator[Hint]]:
        """Return the hints from now until the block ends or `close` is called; needs a running event loop."""
        with self._subscriber(None) as subscriber:
            yield self._hints(subscriber)

    @contextmanager
    def follow(self, after: str = "") -> Iterator[AsyncIterator[News]]:
        """Return the news after a position, beginning with what was missed, until the block ends or `close` is called.

        Needs a running event loop.
        """
        with self._subscriber(self._known(after)) as subscriber:
            self._streams += 1
            try:
                yield self._news(subscriber, known=self._known(after) is not None)
            finally:
                self._streams -= 1

    @property
    def streams(self) -> int:
        """How many follow the news now; all in the thread of one event loop."""
        return self._streams

    def close(self) -> None:
        """End every subscription, also later ones."""
        with self._lock:
            self._closed = True
        self._wake()

    @contextmanager
    def _subscriber(self, position: int | None) -> Iterator[_Subscriber]:
        with self._lock:
            subscriber = _Subscriber(asyncio.get_running_loop(), self._last if position is None else position)
            self._subscribers.add(subscriber)
            if self._closed:
                subscriber.close()
        try:
            yield subscriber
        finally:
            with self._lock:
                self._subscribers.discard(subscriber)
            subscriber.close()

    async def _hints(self, subscriber: _Subscriber) -> AsyncIterator[Hint]:
        async for news in self._news(subscriber, known=True):
            for hint in (Hint(kind) for kind in Kind) if news.missed else news.hints:
                yield hint

    async def _news(self, subscriber: _Subscriber, *, known: bool) -> AsyncIterator[News]:
        first = True
        while True:
            subscriber.wake.clear()
            hints, missed = self._since(subscriber)
            missed = missed or (first and not known)
            if hints or missed or first:
                yield News(f"{self._name}-{subscriber.position}", hints, missed=missed)
            first = False
            if subscriber.closed or self._closed:
                return
            await subscriber.wake.wait()

    def _since(self, subscriber: _Subscriber) -> tuple[tuple[Hint, ...], bool]:
        """Return the hints after the subscriber's position, merged by kind, and whether some are forgotten.

        A kind of which one hint has no ids has none: all of it may have changed. The subscriber's position is then the
        newest.
        """
        merged: dict[Kind, dict[int, None]] = {}
        whole: set[Kind] = set()
        with self._lock:
            # From the newest back: what a subscriber has not got yet is short, the record is long.
            fresh = [*takewhile(lambda entry: entry[0] > subscriber.position, reversed(self._record))][::-1]
            missed = subscriber.position < self._forgotten
            subscriber.position = self._last
        for _, hints in fresh:
            for hint in hints:
                merged.setdefault(hint.kind, {}).update(dict.fromkeys(hint.ids))
                if not hint.ids:
                    whole.add(hint.kind)
        return tuple(Hint(kind, () if kind in whole else tuple(ids)) for kind, ids in merged.items()), missed

    def _known(self, position: str) -> int | None:
        """Return the number of a position of this process, None for any other text."""
        name, _, number = position.partition("-")
        if name != self._name or not (number.isascii() and number.isdecimal() and len(number) <= 15):
            return None
        return int(number) if int(number) <= self._last else None

    def _wake(self) -> None:
        with self._lock:
            subscribers = tuple(self._subscribers)
        for subscriber in subscribers:
            if not subscriber.loop.is_closed():
                subscriber.loop.call_soon_threadsafe(subscriber.wake.set)


def _weight(hints: Sequence[Hint]) -> int:
    return sum(max(len(hint.ids), 1) for hint in hints)
