"""A worker that does one thing after the other until none is left, then waits for a wake-up or a pause."""

import asyncio
from abc import ABC, abstractmethod

from attrs import define, field

from sikpro.application.ports.storage import StorageError
from sikpro.application.workers.lately import Lately


@define(kw_only=True)
class OneByOne(ABC):
    """A loop over `next`. `pause` is the wait in seconds when there is no work and no wake-up."""

    pause: float
    store: Lately = field(factory=Lately, init=False)
    _wake: asyncio.Event = field(factory=asyncio.Event, init=False)

    def wake(self) -> None:
        """Check for work now. Call it in the event loop's thread."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled. An unreachable store is tried again; who reaches it for all says so."""
        while True:
            self._wake.clear()
            try:
                while await self.next():
                    self.store.worked()
                self.store.worked()
            except StorageError:
                self.store.failed("storage")
            try:
                async with asyncio.timeout(self.pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    @abstractmethod
    async def next(self) -> bool:
        """Do the next thing. Return False when there is none. Raises `StorageError`."""
