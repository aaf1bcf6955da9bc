"""A real SQLite file with its faults, and a power cut that leaves a torn log."""

import shutil
import tempfile
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from attrs import define, field
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import migrate
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.storage import Transactions
from tests.simulation.loop import LIFE, Life
from tests.simulation.plan import Fault

_NO_LIMIT = 1_000_000_000


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
        if fault is Fault.BUSY and self._other is None and self.file.exists():  # else it would be made, empty
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
