"""The stores: the real ones, in one thread, with the faults of disk and database and points at which a process ends."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Protocol, TypeVar

from attrs import define, field
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import migrate
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.storage import (
    Hint,
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageUnavailable,
    Transactions,
    UnitOfWork,
)
from tests.simulation.holding import Holding
from tests.simulation.late_copies import late
from tests.simulation.loop import LIFE, Life, must_live, never
from tests.simulation.plan import Fault
from tests.simulation.record import Record

T = TypeVar("T")
_NO_LIMIT = 1_000_000_000


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

    def _fail(self) -> None:
        if Fault.GONE in self.faults:
            raise StorageUnavailable("gone")
        if Fault.BUSY in self.faults:
            raise StorageBusy("busy")


@define
class SqliteStore:
    """A real SQLite file. Its faults are real: a limit of pages, a lock of another program, a file that is away."""

    folder: Path
    chance: Chance
    faults: set[Fault] = field(factory=set[Fault])
    _engines: list[tuple[Life | None, Engine]] = field(factory=list)
    _other: Any = None

    def __attrs_post_init__(self) -> None:
        self.file.write_bytes(_empty_database())

    @property
    def file(self) -> Path:
        """The database."""
        return self.folder / "sikpro.db"

    @property
    def _url(self) -> str:
        return f"sqlite:///{self.file}"

    def open(self, live: LiveEvents) -> Transactions:
        """Open the file anew."""
        self._dispose(only_dead=True)
        engine = create_engine_for(self._url)

        @event.listens_for(engine, "connect")
        def at_once(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA busy_timeout=0")
            connection.execute("PRAGMA synchronous=OFF")  # the machine below does not fail, and nobody has its time

        @event.listens_for(engine, "begin")
        def limit(connection: Connection) -> None:
            most = 1 if Fault.DISK_FULL in self.faults else _NO_LIMIT
            if connection.info.get("most") != most:
                connection.exec_driver_sql(f"PRAGMA max_page_count={most}")
                connection.info["most"] = most

        life = LIFE.get()
        self._engines.append((life, engine))
        return SqlTransactions(engine, live, life.name if life else "", self.chance)

    def begin(self, fault: Fault) -> None:
        """Let a fault begin."""
        self.faults.add(fault)
        if fault is Fault.BUSY and self._other is None:
            self._other = driver.connect(self.file, isolation_level=None)
            with suppress(driver.OperationalError):
                self._other.execute("BEGIN IMMEDIATE")
        if fault is Fault.GONE and self.file.exists():
            self.file.rename(self._away)

    def end(self, fault: Fault) -> None:
        """Let it end."""
        self.faults.discard(fault)
        if fault is Fault.BUSY and self._other is not None:
            self._other.close()
            self._other = None
        if fault is Fault.GONE and self._away.exists():
            self._away.rename(self.file)

    def cut_power(self, random: Random) -> None:
        """Leave the log with half a frame at its end, and without its index."""
        for fault in (Fault.BUSY, Fault.GONE):
            self.end(fault)
        log, kept = Path(f"{self.file}-wal"), self.folder / "kept"
        kept.mkdir(exist_ok=True)
        for path in (self.file, log):
            if path.exists():
                shutil.copy(path, kept / path.name)
        self._dispose(only_dead=False)
        for path in self.folder.glob("sikpro.db*"):
            path.unlink()
        for path in kept.iterdir():
            shutil.move(path, self.folder / path.name)
        if log.exists():
            with log.open("ab") as file:
                file.write(random.randbytes(random.randrange(1, 4000)))

    def close(self) -> None:
        """Close all files."""
        for fault in (Fault.BUSY, Fault.GONE):
            self.end(fault)
        self._dispose(only_dead=False)

    @property
    def _away(self) -> Path:
        return self.folder / "away.db"

    def _dispose(self, *, only_dead: bool) -> None:
        for life, engine in self._engines:
            if not only_dead or (life is not None and life.dead):
                engine.dispose()
                engine.clear_compiled_cache()
        self._engines = [(life, engine) for life, engine in self._engines if only_dead and not (life and life.dead)]


@cache
def _empty_database() -> bytes:
    """Return a file of the newest schema. The migrations run once in each process of the operating system."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        migrate(f"sqlite:///{file}")
        with closing(driver.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return file.read_bytes()


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
