"""The write rule of every store: one write per thread at a time, retried as a whole while the database is busy."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sikpro.application.ports.storage import StorageBusy

T = TypeVar("T")

TRIES = 3
"""How often the same work is tried in all."""


class OneWrite:
    """Runs writes as `Transactions.write` promises. Your own store can use it too."""

    def __init__(self) -> None:
        self._thread = threading.local()

    def run(self, write_once: Callable[[], T]) -> T:
        """Return the result of the write.

        Raises `StorageBusy` after three tries, `RuntimeError` for a write inside a write.
        """
        with self.alone():
            for _ in range(TRIES - 1):
                try:
                    return write_once()
                except StorageBusy:
                    continue
            return write_once()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the thread's one write, without a repetition. Raises `RuntimeError` for a write inside a write."""
        if getattr(self._thread, "writing", False):
            raise RuntimeError("a write inside a write")
        self._thread.writing = True
        try:
            yield
        finally:
            self._thread.writing = False
