"""How every store writes: one write of a thread at a time, and the whole again while the database is busy."""

import threading
from collections.abc import Callable
from typing import TypeVar

from sikpro.application.ports.storage import StorageBusy

T = TypeVar("T")

TRIES = 3
"""How often the same work is tried in all."""


class OneWrite:
    """Runs writes as `Transactions.write` promises; a store of your own can use it too."""

    def __init__(self) -> None:
        self._thread = threading.local()

    def run(self, write_once: Callable[[], T]) -> T:
        """What the write returns. Raises `StorageBusy` after three tries, `RuntimeError` for a write inside a write."""
        if getattr(self._thread, "writing", False):
            raise RuntimeError("a write inside a write")
        self._thread.writing = True
        try:
            for _ in range(TRIES - 1):
                try:
                    return write_once()
                except StorageBusy:
                    continue
            return write_once()
        finally:
            self._thread.writing = False
