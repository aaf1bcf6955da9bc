"""Transactions of one process, in one thread: they take time, and the process may end before, in and after them."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import TypeVar

from attrs import define, field

from sikpro.application.ports.storage import StorageBusy, StorageDamaged, StorageError, Transactions, UnitOfWork
from tests.simulation.holding import Holding
from tests.simulation.loop import Life, must_live, never
from tests.simulation.plan import Fault
from tests.simulation.record import Record

T = TypeVar("T")


class _Killed(BaseException):
    """Ends the transaction of a process that is killed in it."""


@define(eq=False)
class SimulatedTransactions:
    """`AsyncTransactions` of one process: a hop that takes time, the work inline, and places to be killed at."""

    transactions: Transactions
    life: Life
    record: Record
    holding: Holding
    faults: set[Fault]
    random: Random
    now: Callable[[], float]
    damage: Callable[[StorageDamaged], None] = field(default=lambda _: None)

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work, or fail, or end with the process."""
        await self._hop()
        await self.life.survive("before a commit")
        ends_inside = self.life.doomed("in a transaction")

        def watched(uow: UnitOfWork) -> T:
            self.holding.begin()
            result = work(self.holding.watched(uow, self.life))
            if ends_inside:
                raise _Killed
            return result

        try:
            result = self.transactions.write(watched)
        except _Killed:
            self.life.kill("in a transaction")
            await never()
        except StorageError as error:
            self._failed(error)
            raise
        self.holding.commit(self.life)
        self.record.step(self.now(), f"{self.life.name} commits")
        await self.life.survive("after a commit")
        await self._hop()
        return result

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read."""
        await self._hop()
        try:
            result = self.transactions.read(work)
        except StorageError as error:
            self._failed(error)
            raise
        await self._hop()
        return result

    async def read_long(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read."""
        return await self.read(work)

    def close(self) -> None:
        """Nothing is open between two transactions."""

    async def _hop(self) -> None:
        must_live()
        longest = 3.0 if Fault.DISK_SLOW in self.faults else 0.004
        await asyncio.sleep(self.random.random() * longest)

    def _failed(self, error: StorageError) -> None:
        self.record.step(self.now(), f"{self.life.name} fails: {type(error).__name__}")
        if isinstance(error, StorageBusy):
            self.record.reach("a database that was busy")
        elif Fault.GONE in self.faults:
            self.record.reach("a database that was gone")
        elif Fault.DISK_FULL in self.faults:
            self.record.reach("a disk that was full in a transaction")
