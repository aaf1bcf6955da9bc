"""Live hints within one process, from any thread to every subscriber's event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager

from attrs import define, field

from sikpro.application.ports.storage import Hint, Kind


@define(eq=False)
class _Subscriber:
    loop: asyncio.AbstractEventLoop
    wake: asyncio.Event = field(factory=asyncio.Event)
    waiting: dict[Kind, dict[int, None]] = field(factory=dict[Kind, dict[int, None]])
    closed: bool = False

    def note(self, hints: Sequence[Hint]) -> None:
        for hint in hints:
            self.waiting.setdefault(hint.kind, {}).update(dict.fromkeys(hint.ids))
        self.wake.set()

    def close(self) -> None:
        self.closed = True
        self.wake.set()

    async def hints(self) -> AsyncIterator[Hint]:
        while True:
            await self.wake.wait()
            self.wake.clear()
            waiting, self.waiting = self.waiting, {}
            for kind, ids in waiting.items():
                yield Hint(kind, tuple(ids))
            if self.closed:
                return


class LocalLiveEvents:
    """Delivers hints; waiting hints of the same kind are merged, so that a slow subscriber does not use more memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: set[_Subscriber] = set()
        self._closed = False

    def publish(self, hints: Sequence[Hint]) -> None:
        """Send the hints to all subscribers; works from any thread."""
        if hints:
            self._each(lambda subscriber: subscriber.note(hints))

    @contextmanager
    def subscribe(self) -> Iterator[AsyncIterator[Hint]]:
        """Return the hints from now until the block ends or `close` is called; needs a running event loop."""
        subscriber = _Subscriber(asyncio.get_running_loop())
        with self._lock:
            if self._closed:
                subscriber.close()
            self._subscribers.add(subscriber)
        try:
            yield subscriber.hints()
        finally:
            with self._lock:
                self._subscribers.discard(subscriber)
            subscriber.close()

    def close(self) -> None:
        """End every subscription, also later ones."""
        with self._lock:
            self._closed = True
        self._each(_Subscriber.close)

    def _each(self, tell: Callable[[_Subscriber], None]) -> None:
        with self._lock:
            subscribers = tuple(self._subscribers)
        for subscriber in subscribers:
            if not subscriber.loop.is_closed():
                subscriber.loop.call_soon_threadsafe(tell, subscriber)
