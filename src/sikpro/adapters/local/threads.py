"""Whole transactions in threads: one writer, so that writers do not wait for a lock, and separate readers."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Self, TypeVar

from attrs import define, field

from sikpro.application.ports.storage import StorageCrowded, StorageDamaged, Transactions, UnitOfWork

T = TypeVar("T")

LONG_AT_ONCE = 2
"""How many long reads run at once; more would take the processor from everything else."""

LONG_WAITING = 8
"""How many more may wait: as many people wait a minute at most where one takes some seconds."""


def _room() -> threading.Semaphore:
    return threading.Semaphore(LONG_AT_ONCE + LONG_WAITING)


@define(kw_only=True)
class ThreadedTransactions:
    """`AsyncTransactions` over synchronous ones, in its own executors, never in the event loop's default one.

    `damage` is called with each damage that the store met, in the event loop's thread.
    """

    transactions: Transactions
    writer: ThreadPoolExecutor
    readers: ThreadPoolExecutor
    long_readers: ThreadPoolExecutor
    damage: Callable[[StorageDamaged], None] = field(default=lambda _: None)
    _room: threading.Semaphore = field(factory=_room, init=False)

    @classmethod
    def over(
        cls,
        transactions: Transactions,
        *,
        writers: int = 1,
        readers: int = 4,
    ) -> Self:
        """Return transactions with this many threads; use several writers only if the database has row locks."""
        return cls(
            transactions=transactions,
            writer=ThreadPoolExecutor(writers, thread_name_prefix="sikpro-writer"),
            readers=ThreadPoolExecutor(readers, thread_name_prefix="sikpro-reader"),
            long_readers=ThreadPoolExecutor(LONG_AT_ONCE, thread_name_prefix="sikpro-long-reader"),
        )

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the whole work in one transaction in a writer thread, in the caller's context."""
        return await self._noticing(self.writer.submit(copy_context().run, self.transactions.write, work))

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the whole work on one view in a reader thread."""
        return await self._noticing(self.readers.submit(self.transactions.read, work))

    async def read_long(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the whole work on one view in a thread for long reads. Raises `StorageCrowded`.

        Work that has begun keeps its place until it ends, also if nobody awaits it any more.
        """
        if not self._room.acquire(blocking=False):
            raise StorageCrowded(f"{LONG_WAITING} long reads wait")
        future = self.long_readers.submit(self.transactions.read, work)
        future.add_done_callback(lambda _: self._room.release())
        return await self._noticing(future)

    async def _noticing(self, result: Future[T]) -> T:
        try:
            return await asyncio.wrap_future(result)
        except StorageDamaged as error:
            self.damage(error)
            raise

    def close(self) -> None:
        """End the threads after their work."""
        self.writer.shutdown()
        self.readers.shutdown()
        self.long_readers.shutdown(cancel_futures=True)
