"""What a store is to the simulation, and the one in memory, with a database's faults."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from random import Random
from typing import Any, Protocol, TypeVar

from attrs import define, field

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.storage import Hint, StorageBusy, StorageUnavailable, Transactions, UnitOfWork
from tests.simulation.late_copies import late
from tests.simulation.loop import LIFE, Life
from tests.simulation.plan import Fault

T = TypeVar("T")


class Store(Protocol):
    """A store that several processes share."""

    faults: set[Fault]

    def open(self, live: LiveEvents) -> Transactions:
        """Return transactions for one process, which hears their hints by `live`."""

    def begin(self, fault: Fault) -> None:
        """Let a fault begin."""

    def end(self, fault: Fault) -> None:
        """Let it end."""

    def cut_power(self, random: Random) -> None:
        """Tear what was being written. All processes are dead."""

    def close(self) -> None:
        """Close all files."""


class _LiveOfTheWriter:
    """Publishes to the process that commits: the memory store has one `live` for all."""

    def __init__(self) -> None:
        self.of: dict[Life, LiveEvents] = {}

    def publish(self, hints: Sequence[Hint]) -> None:
        """Send the hints."""
        life = LIFE.get()
        if life in self.of:
            self.of[life].publish(hints)


@define
class MemoryStore:
    """The store in memory; it outlives the processes, as a database server does."""

    chance: Chance
    faults: set[Fault] = field(factory=set[Fault])
    _live: Any = field(factory=_LiveOfTheWriter)
    _one: MemoryTransactions = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._one = MemoryTransactions(self._live, self.chance)
        self._one._state = late(self._one._state)

    def open(self, live: LiveEvents) -> Transactions:
        """Return the one store."""
        life = LIFE.get()
        if life is not None:
            self._live.of = {one: heard for one, heard in self._live.of.items() if not one.dead} | {life: live}
        return _Faulty(self._one, self.faults)

    def begin(self, fault: Fault) -> None:
        """Let it begin."""
        self.faults.add(fault)

    def end(self, fault: Fault) -> None:
        """Let it end."""
        self.faults.discard(fault)

    def cut_power(self, random: Random) -> None:
        """Nothing is on a disk."""

    def close(self) -> None:
        """Nothing is open."""


@define
class _Faulty:
    """The memory store with a database's faults."""

    inner: MemoryTransactions
    faults: set[Fault]

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work, or fail: a full disk is found out at the end."""

        def faulty(uow: UnitOfWork) -> T:
            self._fail()
            result = work(uow)
            if Fault.DISK_FULL in self.faults:
                raise StorageUnavailable("the disk is full")
            return result

        return self.inner.write(faulty)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read, or fail."""
        if Fault.GONE in self.faults:
            raise StorageUnavailable("gone")
        return self.inner.read(work)

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction, or fail."""
        self._fail()
        return self.inner.opened()

    def _fail(self) -> None:
        if Fault.GONE in self.faults:
            raise StorageUnavailable("gone")
        if Fault.BUSY in self.faults:
            raise StorageBusy("busy")
