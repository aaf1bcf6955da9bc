"""Wakes held polls and the chat page after a change."""

import asyncio
import time


class Bell:
    """A signal of changes; `version` only grows, also after restarts."""

    def __init__(self) -> None:
        self.version = time.time_ns() // 1000
        self.closed = False
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Report a change."""
        self.version += 1
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def close(self) -> None:
        """End every present and later wait: the server stops."""
        self.closed = True
        self.ring()

    async def wait(self, version: int, seconds: float) -> None:
        """Return when `version` is no longer the present one, or after `seconds`."""
        if self.version != version or self.closed or seconds <= 0:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await asyncio.wait({waiter}, timeout=seconds)
        finally:
            self._waiting.discard(waiter)
            waiter.cancel()
