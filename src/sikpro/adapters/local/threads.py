"""Whole transactions in threads: one writer, so that writers do not wait for a lock, and separate readers."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from time import monotonic
from typing import Any, Self, TypeVar

import structlog
from attrs import define, field

from sikpro.application.ports.cause import cause
from sikpro.application.ports.measures import NO_MEASURES, Measures
from sikpro.application.ports.storage import (
    StorageBusy,
    StorageCrowded,
    StorageDamaged,
    StorageUnavailable,
    Transactions,
    UnitOfWork,
)
from sikpro.application.workers.repeated import Repeated
from sikpro.application.workers.vitals import Use

T = TypeVar("T")

_log = structlog.get_logger(__name__)

LONG_AT_ONCE = 2
"""How many long reads run at once; more would take the processor from everything else."""

LONG_WAITING = 8
"""How many more may wait: as many people wait a minute at most where one takes some seconds."""


def _faults() -> Repeated:
    return Repeated(log=_log, event="the store does not work", over="the store works again", calm=15.0)


def _room() -> threading.Semaphore:
    return threading.Semaphore(LONG_AT_ONCE + LONG_WAITING)


class CountedThreads(ThreadPoolExecutor):
    """Threads that know how many of them are busy, and how much waits for one."""

    def __init__(self, most: int, thread_name_prefix: str) -> None:
        super().__init__(most, thread_name_prefix)
        self._most = most
        self._count = threading.Lock()
        self._unfinished = 0

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Do it in a thread as soon as one is free."""
        future = super().submit(fn, *args, **kwargs)
        self._add(1)
        future.add_done_callback(lambda _: self._add(-1))
        return future

    @property
    def use(self) -> Use:
        """How much is going on now."""
        unfinished = self._unfinished
        return Use(busy=min(unfinished, self._most), waiting=max(unfinished - self._most, 0), most=self._most)

    def _add(self, change: int) -> None:
        with self._count:
            self._unfinished += change


@define(kw_only=True)
class ThreadedTransactions:
    """`AsyncTransactions` over synchronous ones, in its own executors, never in the event loop's default one.

    `damage` is called with each damage that the store met, in the event loop's thread. Here, where all work with the
    store passes, a store that does not work is said once for all who use it.
    """

    transactions: Transactions
    writer: CountedThreads
    readers: CountedThreads
    long_readers: CountedThreads
    damage: Callable[[StorageDamaged], None] = field(default=lambda _: None)
    measures: Measures = NO_MEASURES
    faults: Repeated = field(factory=_faults)
    _room: threading.Semaphore = field(factory=_room, init=False)

    @classmethod
    def over(
        cls,
        transactions: Transactions,
        *,
        writers: int = 1,
        readers: int = 4,
        measures: Measures = NO_MEASURES,
    ) -> Self:
        """Return transactions with this many threads; use several writers only if the database has row locks."""
        return cls(
            transactions=transactions,
            measures=measures,
            writer=CountedThreads(writers, thread_name_prefix="sikpro-writer"),
            readers=CountedThreads(readers, thread_name_prefix="sikpro-reader"),
            long_readers=CountedThreads(LONG_AT_ONCE, thread_name_prefix="sikpro-long-reader"),
        )

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the whole work in one transaction in a writer thread, in the caller's context."""
        submitted = self.writer.submit(copy_context().run, self.transactions.write, work)
        written: T = await self._noticing("write", submitted)
        self.faults.worked()  # who can write can read too
        return written

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the whole work on one view in a reader thread."""
        return await self._noticing("read", self.readers.submit(self.transactions.read, work))

    async def read_long(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the whole work on one view in a thread for long reads. Raises `StorageCrowded`.

        Work that has begun keeps its place until it ends, also if nobody awaits it any more.
        """
        if not self._room.acquire(blocking=False):
            raise StorageCrowded(f"{LONG_WAITING} long reads wait")
        future = self.long_readers.submit(self.transactions.read, work)
        future.add_done_callback(lambda _: self._room.release())
        return await self._noticing("long_read", future)

    async def _noticing(self, kind: str, result: Future[T]) -> T:
        begun = monotonic()
        try:
            return await asyncio.wrap_future(result)
        except (StorageUnavailable, StorageBusy) as error:
            self.faults.failed(type(error).__name__, error=str(error))
            if isinstance(error, StorageDamaged):
                self.damage(error)
            raise
        finally:
            self.measures.transaction(kind, monotonic() - begun, cause())

    @property
    def use(self) -> Mapping[str, Use]:
        """How much is going on in the threads of each kind."""
        return {"writers": self.writer.use, "readers": self.readers.use, "long_readers": self.long_readers.use}

    def close(self) -> None:
        """End the threads after their work."""
        self.writer.shutdown()
        self.readers.shutdown()
        self.long_readers.shutdown(cancel_futures=True)
