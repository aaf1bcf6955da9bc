"""Engines: open SQLite and PostgreSQL, and set up each connection."""

import json
import os
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from attrs import define
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext, make_url
from sqlalchemy.pool import NullPool, QueuePool

from sikpro.adapters.sql.chosen_index import WithHints
from sikpro.adapters.sql.errors import storage_error
from sikpro.adapters.sql.litestream import litestreams_folder
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.sql.writers_turn import connections_that_close_in_turn
from sikpro.application.ports.storage import StorageDamaged, StorageUnavailable
from sikpro.application.workers.vitals import Use

WRITES = "sikpro_writes"
"""The execution option of connections that take the write lock at the beginning."""

_BUSY_SECONDS = 10
_COPIED = "sikpro_copied"
_OVERFLOW = 10
"""How many connections more than the kept ones may be open."""

_FREE = ("BEGIN", "PRAGMA")
_ALONE = "vfs=unix-none"
"""Without locks. Only with `locking_mode=EXCLUSIVE` SQLite then reads a `-wal` without making a file beside it."""


def create_engine_for(
    url: str | URL, *, foreign_keys: bool = True, pooled: bool = True, read_only: bool = False
) -> Engine:
    """Return an engine for `sqlite:///path` or `postgresql+psycopg://…`, without a connection yet.

    The first connect makes a SQLite file, readable only by its owner. Errors of statements become `StorageError`.
    `foreign_keys` and `pooled` are off for migrations. `read_only` opens a SQLite file without a right to write it, and
    makes none; on PostgreSQL the transactions for reading see to it. Raises `ValueError` for an invalid URL; the
    message does not contain the URL, because it may hold a password.
    """
    try:
        parsed = _normal(make_url(url))
    except exc.ArgumentError:
        raise ValueError("the database's address cannot be read") from None
    connect_args: dict[str, Any]
    options: dict[str, Any] = {"json_serializer": partial(json.dumps, ensure_ascii=False)}
    options |= {"max_overflow": _OVERFLOW, "poolclass": QueuePool} if pooled else {"poolclass": NullPool}
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("SQLite needs a file; memory: keeps everything in memory")
        connect_args = {"timeout": _BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}
        file = Path(parsed.database)
        address = _for_reading(file) if read_only else parsed
        connect_args |= {} if read_only else connections_that_close_in_turn(file.absolute())
        engine = sa.create_engine(address, module=driver, connect_args=connect_args, **options)
        engine.dialect.statement_compiler = WithHints
        # FULL costs 1.5 times NORMAL and loses nothing.
        first: tuple[str, ...] = ("journal_mode=WAL", "synchronous=FULL")
        if read_only:
            first = ("locking_mode=EXCLUSIVE",) if _ALONE in str(address) else ()
        # Without foreign_keys=ON SQLite does not check references.
        _prepare_sqlite(engine, (*first, f"foreign_keys={'ON' if foreign_keys else 'OFF'}"))
        if not read_only:
            _leave_checkpoints_to_litestream(engine, file)
    else:
        # Whatever the database or the environment says: texts are Unicode here.
        connect_args = {"client_encoding": "utf8"}
        engine = sa.create_engine(parsed, pool_pre_ping=pooled, connect_args=connect_args, **options)
        event.listen(engine, "connect", _prepare_postgres)
    event.listen(engine, "handle_error", _translate)
    return engine


def is_pooled_elsewhere(connection: Any) -> bool:
    """Return whether a pooler, as PgBouncer, is between a connection of psycopg and PostgreSQL.

    It tells another process number than the server that answers.
    """
    answered = connection.execute("SELECT pg_backend_pid()").fetchone()
    return bool(answered[0] != connection.info.backend_pid)


def connections_of(engine: Engine) -> Use:
    """Return how many connections are in use, of how many; none for an engine that keeps no connections."""
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        return Use()
    return Use(busy=pool.checkedout(), most=pool.size() + _OVERFLOW)


def sqlite_file(url: str | URL) -> Path | None:
    """Return the absolute path of a SQLite database, None for other databases."""
    parsed = make_url(url)
    return Path(parsed.database or "").absolute() if parsed.get_backend_name() == "sqlite" else None


def _normal(url: URL) -> URL:
    """Return the URL with the driver that SIKPRO uses."""
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    return url


def _for_reading(path: Path) -> URL:
    """Return the address of a SQLite file that nothing may write.

    Where SQLite can neither use nor make its files for concurrent reading, nobody can be writing; it reads without. A
    `-wal` that was left there is read too: alone and without locks, its index is kept in memory.
    """
    ready = os.access(path.parent, os.W_OK) or Path(f"{path}-shm").exists()
    left = os.name == "posix" and Path(f"{path}-wal").exists()
    how = "mode=ro" if ready else f"mode=ro&{_ALONE}" if left else "mode=ro&immutable=1"
    return make_url(f"sqlite:///file:{quote(str(path.absolute()))}?{how}&uri=true")


def _translate(context: ExceptionContext) -> None:
    error = storage_error(context.original_exception)
    # A pooled connection that does not answer any more is replaced by the pool, which must see its own kind of error.
    if error is not None and not context.is_pre_ping:
        raise error from context.original_exception


def _prepare_postgres(connection: Any, _record: Any) -> None:
    """Let nothing be kept prepared behind a pooler: the next transaction may run at another of its connections."""
    try:
        if is_pooled_elsewhere(connection):
            connection.prepare_threshold = None
        connection.commit()
    except Exception as error:
        connection.close()
        raise storage_error(error) or error from error


def _prepare_sqlite(engine: Engine, pragmas: tuple[str, ...]) -> None:
    file = _File()

    @event.listens_for(engine, "do_connect")
    def make_file(_dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
        if not str(arguments[0]).startswith("file:"):
            file.open(Path(arguments[0]))

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.create_function("local_hour", 2, _local_hour, deterministic=True)
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except driver.Error as error:
            connection.close()
            raise storage_error(error) or error from error
        except UnicodeError as error:  # a damaged schema: its message quotes bytes that are no text
            connection.close()
            raise StorageDamaged(str(error)) from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        file.must_be_there()
        writes = connection.get_execution_options().get(WRITES)
        # Without IMMEDIATE a writer that reads first fails at once if another wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def must_be_in_transaction(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        # A full disk silently ends the whole transaction with its savepoints; the next statement would commit alone.
        if not in_transaction(connection) and not statement.startswith(_FREE):
            raise StorageUnavailable("the database gave up the transaction")


def _leave_checkpoints_to_litestream(engine: Engine, file: Path) -> None:
    """Let a write never end with a checkpoint while Litestream copies the file, also if it begins under way."""
    folder, pages = litestreams_folder(file), {False: 1000, True: 0}

    @event.listens_for(engine, "begin", insert=True)  # before the transaction
    def who_checkpoints(connection: Connection) -> None:
        info, copied = connection.connection.info, folder.is_dir()
        if info.get(_COPIED, False) is not copied:
            connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint={pages[copied]}")
            info[_COPIED] = copied


@define
class _File:
    """The file of the database, identified by its place on the disk.

    Writes to a file that was moved away still succeed, but they would be lost with the process.
    """

    path: Path | None = None
    identity: tuple[int, int] | None = None

    def open(self, path: Path) -> None:
        """Create the file the first time, if it does not exist. Raises `StorageUnavailable`."""
        if self.path is None:
            try:
                if not path.exists():
                    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise StorageUnavailable(f"cannot make the database file {path}: {error.strerror}") from error
            self.path, self.identity = path, _identity(path)
        self.must_be_there()

    def must_be_there(self) -> None:
        """Raise `StorageUnavailable` if the file is gone or replaced."""
        if self.path is not None and _identity(self.path) != self.identity:
            raise StorageUnavailable(f"the database file {self.path} is gone or another: put it back, or start again")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def in_transaction(connection: Connection) -> bool:
    """Return whether SQLite still has the open transaction."""
    opened = connection.connection.driver_connection
    return isinstance(opened, driver.Connection) and opened.in_transaction


def _local_hour(utc_text: str | None, zone: str) -> str | None:
    """SQL function: convert a saved UTC time to `YYYY-MM-DD HH` of the zone."""
    if utc_text is None:
        return None
    return _hour_of_quarter(utc_text[:14], int(utc_text[14:16]) // 15, zone)


@lru_cache(maxsize=50_000)
def _hour_of_quarter(hour: str, quarter: int, zone: str) -> str:
    # In every zone hours begin at a quarter of a UTC hour, so each quarter has one result: the cache holds a year.
    utc = datetime.fromisoformat(f"{hour}{quarter * 15:02}").replace(tzinfo=UTC)
    return utc.astimezone(ZoneInfo(zone)).isoformat(" ")[:13]
