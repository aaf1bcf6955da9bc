"""Whole transactions in threads: one writer, so that writers do not wait for a lock, and separate readers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Self, TypeVar

from attrs import frozen

from sikpro.application.ports.storage import Transactions, UnitOfWork

T = TypeVar("T")


@frozen(kw_only=True)
class ThreadedTransactions:
    """`AsyncTransactions` over synchronous ones, in its own executors, never in the event loop's default one."""

    transactions: Transactions
    writer: ThreadPoolExecutor
    readers: ThreadPoolExecutor

    @classmethod
    def over(cls, transactions: Transactions, *, writers: int = 1, readers: int = 4) -> Self:
        """Return transactions with this many threads; use several writers only if the database has row locks."""
        return cls(
            transactions=transactions,
            writer=ThreadPoolExecutor(writers, thread_name_prefix="sikpro-writer"),
            readers=ThreadPoolExecutor(readers, thread_name_prefix="sikpro-reader"),
        )

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the whole work in one transaction in a writer thread, in the caller's context."""
        return await asyncio.get_running_loop().run_in_executor(
            self.writer, copy_context().run, self.transactions.write, work
        )

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the whole work on one view in a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self.readers, self.transactions.read, work)

    def close(self) -> None:
        """End the threads after their work."""
        self.writer.shutdown()
        self.readers.shutdown()
