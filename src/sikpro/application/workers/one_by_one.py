"""A worker that does one thing after the other until none is left, then waits for a wake-up or a pause."""

import asyncio
from abc import ABC, abstractmethod

import structlog
from attrs import define, field

from sikpro.application.ports.storage import StorageError
from sikpro.application.workers.lately import Lately

_log = structlog.get_logger(__name__)


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
        """Work until cancelled. An unreachable store is logged and retried."""
        while True:
            self._wake.clear()
            try:
                while await self.next():
                    self.store.worked()
                self.store.worked()
            except StorageError as error:
                self.store.failed("storage")
                _log.warning("store out of reach", worker=type(self).__name__, error=str(error))
            try:
                async with asyncio.timeout(self.pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    @abstractmethod
    async def next(self) -> bool:
        """Do the next thing. Return False when there is none. Raises `StorageError`."""
