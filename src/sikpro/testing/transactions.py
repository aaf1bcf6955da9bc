"""Transactions for tests: without threads, and such that fail."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from attrs import define, field

from sikpro.application.ports.storage import Transactions, UnitOfWork

T = TypeVar("T")


@define
class InlineTransactions:
    """`AsyncTransactions` that do the work where they are asked to; `writing` says whether a write is open."""

    transactions: Transactions
    writing: bool = field(default=False, init=False)

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do it at once."""
        self.writing = True
        try:
            return self.transactions.write(work)
        finally:
            self.writing = False

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read at once."""
        return self.transactions.read(work)

    async def read_long(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read at once."""
        return self.transactions.read(work)


@define
class FailingTransactions:
    """Transactions that fail with `fault` while it is set; `open` has the threads that are in one."""

    inner: Transactions
    fault: Exception | None = None
    open: set[int] = field(factory=set[int])

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work, or fail."""
        with self._counted():
            return self.inner.write(work)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work, or fail."""
        with self._counted():
            return self.inner.read(work)

    @contextmanager
    def opened(self) -> Iterator[UnitOfWork]:
        """Open a transaction, or fail."""
        with self._counted(), self.inner.opened() as unit:
            yield unit

    @contextmanager
    def _counted(self) -> Iterator[None]:
        if self.fault:
            raise self.fault
        self.open.add(threading.get_ident())
        try:
            yield
        finally:
            self.open.discard(threading.get_ident())
