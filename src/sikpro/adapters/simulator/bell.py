"""Wakes everything that waits for something new: held polls and the chat page."""

import asyncio
import time


class Bell:
    """Rung at every change; `version` only grows, over restarts too."""

    def __init__(self) -> None:
        self.version = time.time_ns() // 1000
        self.closed = False
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Something changed."""
        self.version += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def close(self) -> None:
        """End every wait, now and from now on: the server is going down."""
        self.closed = True
        self.ring()

    async def wait(self, version: int, seconds: float) -> None:
        """Return once `version` is not the present one any more, or after `seconds`."""
        if self.version != version or self.closed or seconds <= 0:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await asyncio.wait({waiter}, timeout=seconds)
        finally:
            self._waiting.discard(waiter)
            waiter.cancel()
