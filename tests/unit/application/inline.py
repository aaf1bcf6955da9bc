"""Transactions without threads, for loops under test."""

from collections.abc import Callable
from typing import TypeVar

from attrs import frozen

from sikpro.application.ports.storage import Transactions, UnitOfWork

T = TypeVar("T")


@frozen
class InlineTransactions:
    """`AsyncTransactions` that do the work where they are asked to."""

    transactions: Transactions

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do it at once."""
        return self.transactions.write(work)

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read at once."""
        return self.transactions.read(work)
