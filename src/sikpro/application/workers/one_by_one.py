"""A worker that does one thing after the other: as long as there is any, then when it is woken or after a pause."""

import asyncio

import structlog
from attrs import define, field

from sikpro.application.ports.storage import StorageError

_log = structlog.get_logger(__name__)


@define(kw_only=True)
class OneByOne:
    """A loop over `next`; `pause` is how long it waits, in seconds, when there was nothing and nobody wakes it."""

    pause: float
    _wake: asyncio.Event = field(factory=asyncio.Event, init=False)

    def wake(self) -> None:
        """Look for work now; from the event loop's thread."""
        self._wake.set()

    async def run(self) -> None:
        """Do what there is until cancelled; a store out of reach is logged and asked again."""
        while True:
            self._wake.clear()
            try:
                while await self.next():
                    pass
            except StorageError as error:
                _log.warning("store out of reach", worker=type(self).__name__, error=str(error))
            try:
                async with asyncio.timeout(self.pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def next(self) -> bool:
        """Do the next thing; False when there is none. Raises `StorageError`."""
        raise NotImplementedError
