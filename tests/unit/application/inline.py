"""Transactions without threads, for loops under test."""

from collections.abc import Callable
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
