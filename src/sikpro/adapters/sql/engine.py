"""Engines: how SQLite and PostgreSQL are opened, and what each connection is told first."""

import json
import os
import sqlite3
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from attrs import define
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext, make_url
from sqlalchemy.pool import NullPool

from sikpro.adapters.sql.errors import storage_error
from sikpro.application.ports.storage import StorageUnavailable

WRITES = "sikpro_writes"
"""The execution option of connections that begin with the write lock."""

_BUSY_SECONDS = 10
_FREE = ("BEGIN", "PRAGMA")


def create_engine_for(url: str | URL, *, foreign_keys: bool = True, pooled: bool = True) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`; nothing is opened yet.

    A SQLite file is made on the first connect, readable by its owner alone. Errors of every statement come as
    `StorageError`. `foreign_keys` and `pooled` are off for migrations. Raises `ValueError` for an address that cannot
    be read, without the address in it: it may hold a password.
    """
    try:
        parsed = _normal(make_url(url))
    except exc.ArgumentError:
        raise ValueError("the database's address cannot be read") from None
    options: dict[str, Any] = {"json_serializer": partial(json.dumps, ensure_ascii=False)}
    if not pooled:
        options["poolclass"] = NullPool
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("SQLite needs a file; memory: keeps everything in memory")
        connect_args = {"timeout": _BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}
        engine = sa.create_engine(parsed, connect_args=connect_args, **options)
        _prepare_sqlite(engine, foreign_keys)
    else:
        engine = sa.create_engine(parsed, pool_pre_ping=pooled, **options)
    event.listen(engine, "handle_error", _translate)
    return engine


def _normal(url: URL) -> URL:
    """The URL with the driver that SIKPRO comes with."""
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    return url


def _translate(context: ExceptionContext) -> None:
    error = storage_error(context.original_exception)
    if error is not None:
        raise error from context.original_exception


def _prepare_sqlite(engine: Engine, foreign_keys: bool) -> None:
    file = _File()

    @event.listens_for(engine, "do_connect")
    def make_file(_dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
        if not str(arguments[0]).startswith("file:"):
            file.open(Path(arguments[0]))

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.create_function("local_hour", 2, _local_hour, deterministic=True)
        try:
            # FULL costs 1.5 times NORMAL and loses nothing; without foreign_keys=ON references are decoration.
            for pragma in ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={'ON' if foreign_keys else 'OFF'}"):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            connection.close()
            raise storage_error(error) or error from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        file.must_be_there()
        writes = connection.get_execution_options().get(WRITES)
        # Without IMMEDIATE a writer that read first fails at once when another wrote meanwhile.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def must_be_in_transaction(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        # A full disk ends the whole transaction silently, savepoints included; the next statement would commit alone.
        if not in_transaction(connection) and not statement.startswith(_FREE):
            raise StorageUnavailable("the database gave up the transaction")


@define
class _File:
    """The database's file, known again by its place on the disk.

    One that was moved away can still be written to, and all of it would be lost with the process.
    """

    path: Path | None = None
    identity: tuple[int, int] | None = None

    def open(self, path: Path) -> None:
        """Make it where it is not there, the first time. Raises `StorageUnavailable`."""
        if self.path is None:
            try:
                if not path.exists():
                    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise StorageUnavailable(f"cannot make the database file {path}: {error.strerror}") from error
            self.path, self.identity = path, _identity(path)
        self.must_be_there()

    def must_be_there(self) -> None:
        """Raises `StorageUnavailable` when it is gone, or another is in its place."""
        if self.path is not None and _identity(self.path) != self.identity:
            raise StorageUnavailable(f"the database file {self.path} is gone or another: put it back, or start again")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def in_transaction(connection: Connection) -> bool:
    """Whether SQLite still has the transaction that was begun."""
    driver = connection.connection.driver_connection
    return isinstance(driver, sqlite3.Connection) and driver.in_transaction


def _local_hour(utc_text: str | None, zone: str) -> str | None:
    """SQL function: a kept UTC time as `YYYY-MM-DD HH` of the zone."""
    if utc_text is None:
        return None
    return _hour_of_quarter(utc_text[:14], int(utc_text[14:16]) // 15, zone)


@lru_cache(maxsize=50_000)
def _hour_of_quarter(hour: str, quarter: int, zone: str) -> str:
    # Every zone's hours begin at a quarter of UTC's, so a quarter has one answer: a year of them fits the cache.
    utc = datetime.fromisoformat(f"{hour}{quarter * 15:02}").replace(tzinfo=UTC)
    return utc.astimezone(ZoneInfo(zone)).isoformat(" ")[:13]
