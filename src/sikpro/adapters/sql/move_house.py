"""Copies a whole database into an empty one of another kind, table by table, and compares both."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy import LargeBinary, Table
from sqlalchemy.engine import Connection, Engine, Row

import sikpro.adapters.sql.unit_of_work  # noqa: F401  # loads every table
from sikpro.adapters.sql.broken_texts import must_be_texts, must_be_unicode
from sikpro.adapters.sql.engine import WRITES, create_engine_for, sqlite_file
from sikpro.adapters.sql.migrate import BEING_COPIED, current, is_half_copied, is_newest, migrate, pending
from sikpro.adapters.sql.only_server import only_server
from sikpro.adapters.sql.orders import go_on_with_orders_after, last_order_id
from sikpro.adapters.sql.search import fill_index
from sikpro.adapters.sql.tables import metadata
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.storage import StorageError

MARK = Table(BEING_COPIED, sa.MetaData(), sa.Column("since", sa.Text, primary_key=True))

_ROWS = 500
_LARGE_ROWS = 8
"""Rows in a transaction; of a table with files, whose rows have up to a megabyte."""


@frozen
class Copied:
    """A table that is copied: its rows, and the digest of all of them, which both databases have."""

    table: str
    rows: int
    digest: str


def copy_database(source: str, target: str, tell: Callable[[Copied], None]) -> None:
    """Copy everything from `source` into `target`, which must be empty; no server may use either.

    After an interruption the same call goes on where it stopped. `tell` gets each table once it is compared. Raises
    `BackupFailed` where the target is not empty or a table differs, and `StorageError`.
    """
    if pending(source, read_only=True):
        raise BackupFailed("the source is not up to date: run `sikpro migrate` on it first")
    with only_server(source), _prepared(target):
        there = create_engine_for(source, pooled=False, read_only=sqlite_file(source) is not None)
        here = create_engine_for(target, pooled=False)
        try:
            for table in metadata.sorted_tables:
                _copy(there, here, table)
            for table in metadata.sorted_tables:
                tell(_compared(there, here, table))
            with there.connect() as source_connection, writing(here) as connection:
                go_on_with_orders_after(connection, last_order_id(source_connection))
                fill_index(connection)
                MARK.drop(connection)
        finally:
            there.dispose()
            here.dispose()


@contextmanager
def _prepared(target: str) -> Iterator[None]:
    """Make the schema in an empty target, or find a copy that was interrupted; keep servers away meanwhile."""
    with only_server(target):
        if current(target) is None:
            _make_schema(target)
        else:
            _must_be_begun(target)
        yield


def _make_schema(target: str) -> None:
    migrate(target)
    engine = create_engine_for(target, pooled=False)
    try:
        with writing(engine) as connection:
            MARK.create(connection)
            clear(connection)
    finally:
        engine.dispose()


def clear(connection: Connection) -> None:
    """Delete the first rows that some migrations write: what is copied has its own."""
    for table in reversed(metadata.sorted_tables):
        if connection.scalar(sa.select(sa.exists(sa.select(table)))):
            connection.execute(sa.delete(table))


def _must_be_begun(target: str) -> None:
    if not is_half_copied(target) or not is_newest(target):
        raise BackupFailed("the target is not empty: nothing was copied; make an empty database")


def writing(engine: Engine) -> Any:
    """Return a context with a connection that writes one transaction."""
    return engine.execution_options(**{WRITES: True}).begin()


def _copy(there: Engine, here: Engine, table: Table) -> None:
    """Copy the rows after the last one that is here, some in each transaction."""
    key = list(table.primary_key)
    with here.connect() as connection:
        last = connection.execute(sa.select(*key).order_by(*(one.desc() for one in key)).limit(1)).one_or_none()
    with there.connect() as reading:
        for rows in _readable(reading, table, last):
            if here.dialect.name != "sqlite":
                must_be_texts(table, rows)
            with writing(here) as connection:
                connection.execute(sa.insert(table), [dict(row._mapping) for row in rows])
        number = _last_number(reading, table)
    if number:  # 0 of SQLite: no number was given yet
        with writing(here) as connection:
            _go_on_after(connection, table, number)


def _pages(connection: Connection, table: Table, last: Sequence[Any] | None = None) -> Iterator[Sequence[Row[Any]]]:
    """Yield all rows after a key, in the order of the keys."""
    key = list(table.primary_key)
    count = _LARGE_ROWS if any(isinstance(column.type, LargeBinary) for column in table.columns) else _ROWS
    while True:
        query = sa.select(table).order_by(*key).limit(count)
        if last is not None:
            after = (sa.literal(value, column.type) for value, column in zip(last, key, strict=True))
            query = query.where(sa.tuple_(*key) > sa.tuple_(*after))
        rows = connection.execute(query).all()
        if rows:
            yield rows
            last = [rows[-1]._mapping[column.name] for column in key]
        if len(rows) < count:
            return


def _readable(connection: Connection, table: Table, last: Sequence[Any] | None) -> Iterator[Sequence[Row[Any]]]:
    """Yield all rows after a key, as `_pages`. Raises `BackupFailed` naming the row that is not to be read as text."""
    try:
        yield from _pages(connection, table, last)
    except StorageError:
        if connection.dialect.name == "sqlite":
            must_be_unicode(connection, table)
        raise


def _compared(there: Engine, here: Engine, table: Table) -> Copied:
    with there.connect() as one, here.connect() as other:
        found, copied = _digest(one, table), _digest(other, table)
    if found != copied:
        raise BackupFailed(
            f"{table.name} differs: {found.rows} rows in the source, {copied.rows} in the target; "
            "did somebody write meanwhile? Make an empty target and begin again"
        )
    return copied


def _digest(connection: Connection, table: Table) -> Copied:
    return digest_of(table.name, (row for rows in _pages(connection, table) for row in rows))


def digest_of(table: str, rows: Iterable[Row[Any]]) -> Copied:
    """Return the count and the digest of rows, the same from every kind of database."""
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(repr([_plain(value) for value in row]).encode())
        count += 1
    return Copied(table, count, digest.hexdigest())


def _plain(value: object) -> object:
    """Return a value that looks the same from both databases."""
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return bytes(value) if isinstance(value, memoryview) else value


def _last_number(connection: Connection, table: Table) -> int | None:
    """Return the last number that the database gave to a row by itself, also to a row that is gone; None for none."""
    column = table.autoincrement_column
    if column is None:
        return None
    number: int | None
    if connection.dialect.name == "sqlite":
        query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name").bindparams(name=table.name)
        number = connection.scalar(query if _is_counted(table) else sa.select(sa.func.max(column)))
    else:
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
        number = connection.scalar(sa.text(f"SELECT last_value FROM {sequence} WHERE is_called")) if sequence else None
    return number


def _go_on_after(connection: Connection, table: Table, number: int) -> None:
    """Let the database number the next row after this one."""
    column = table.autoincrement_column
    if column is not None and connection.dialect.name != "sqlite":
        sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(sa.select(sa.func.setval(sequence, number)))
    elif column is not None and _is_counted(table):
        values = {"name": table.name, "seq": number}
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), values)


def _is_counted(table: Table) -> bool:
    """Return whether SQLite keeps the last number of a table, so that none is given twice."""
    return bool(table.dialect_options["sqlite"]["autoincrement"])
