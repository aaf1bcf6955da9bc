"""Writes an archive: a SQLite file with orders, all that belongs to them, and what it takes to read them."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import LargeBinary, Table
from sqlalchemy.engine import Connection, CursorResult, Engine

from sikpro.adapters.sql.archives import archived_orders, archived_rows
from sikpro.adapters.sql.backups.archive import put_new
from sikpro.adapters.sql.backups.sqlite_copy import examine_sqlite
from sikpro.adapters.sql.disturbances import disturbances, tied_orders
from sikpro.adapters.sql.engine import create_engine_for, sqlite_file
from sikpro.adapters.sql.inbox import inbox
from sikpro.adapters.sql.jobs import alerts
from sikpro.adapters.sql.journal import journal
from sikpro.adapters.sql.mentions import mentions
from sikpro.adapters.sql.migrate import migrate
from sikpro.adapters.sql.months import closed_months, opened_months
from sikpro.adapters.sql.move_house import Copied, clear, digest_of, writing
from sikpro.adapters.sql.only_server import only_server
from sikpro.adapters.sql.orders import go_on_with_orders_after
from sikpro.adapters.sql.outbox import outbox
from sikpro.adapters.sql.seals import ledger_facts
from sikpro.adapters.sql.search import fill_index
from sikpro.adapters.sql.set_aside import set_aside
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.adapters.sql.tables import (
    holidays,
    installation,
    makers,
    metadata,
    order_types,
    orders,
    people,
    provider_codes,
    site_operations,
    statuses,
    stos,
    totals,
)
from sikpro.adapters.sql.undo_and_views import undo_steps
from sikpro.application.ports.archives import Archive
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.storage import StorageError
from sikpro.domain.seals import ABOUT_INCOMING, ABOUT_ORDERS, ABOUT_OUTGOING

_WHOLE = (
    *(people, statuses, order_types, site_operations, stos, makers, provider_codes, holidays, installation),
    *(closed_months, opened_months),
)
"""What it takes to read an order and the figures of its month."""

_ABOUT = (undo_steps, alerts, set_aside, mentions, tied_orders)
_ROWS, _LARGE_ROWS = 500, 8
_COPY = "sikpro.db"


def write_archive(url: str, archive: Archive, to: Path) -> tuple[Copied, ...]:
    """Write the orders of an archive and all that belongs to them to a new file, and compare each row with its source.

    It is one moment of the database, which others may use meanwhile. The file appears when it is verified; one that is
    there is never replaced, and is right if it has the same. Passwords are not in it. Return what is in each table.
    Raises `StorageError`.
    """
    contents = dict(_contents(archive))
    with _part(to) as part:
        if to.exists():
            return _already_written(url, to, contents)
        target = f"sqlite:///{part}"
        part.touch(mode=0o600, exist_ok=False)
        migrate(target)
        there = create_engine_for(url, pooled=False, read_only=sqlite_file(url) is not None)
        here = create_engine_for(target, pooled=False)
        try:
            with _one_moment(there) as source:
                copied = _fill(source, here, contents)
        finally:
            there.dispose()
            here.dispose()
        with closing(driver.connect(part)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        examine_sqlite(part)
        put_new(part, to)
    return copied


@contextmanager
def _part(to: Path) -> Iterator[Path]:
    """Return the file to write, in a folder beside its place that another try may have left; one try at a time."""
    folder = to.absolute().parent / f".{to.name}.part"
    try:
        with only_server(f"sqlite:///{to.absolute()}"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            try:
                yield folder / _COPY
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                with suppress(OSError):
                    Path(f"{to.absolute()}.server").unlink()
    except OSError as error:
        raise BackupFailed(f"cannot write into {to.absolute().parent}: {error.strerror or error}") from error


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    steady = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**steady) as connection:
        yield connection


def _already_written(url: str, to: Path, contents: Mapping[Table, Any]) -> tuple[Copied, ...]:
    """Compare a file that another try has finished. Raises `BackupFailed` for any other file."""
    there, here = (create_engine_for(one, pooled=False, read_only=True) for one in (url, f"sqlite:///{to.absolute()}"))
    try:
        with _one_moment(there) as source:
            return tuple(_compared(source, here, table, which) for table, which in contents.items())
    except StorageError as error:
        raise BackupFailed(f"{to} is there already, and is never replaced: choose another name") from error
    finally:
        there.dispose()
        here.dispose()


def _fill(source: Connection, here: Engine, contents: Mapping[Table, Any]) -> tuple[Copied, ...]:
    tables = [table for table in metadata.sorted_tables if table in contents]
    with writing(here) as connection:
        clear(connection)
    for table in tables:
        for rows in _rows(source, table, contents[table]).partitions():
            with writing(here) as connection:
                connection.execute(sa.insert(table), [dict(row._mapping) for row in rows])
    copied = tuple(_compared(source, here, table, contents[table]) for table in tables)
    with writing(here) as connection:
        fill_index(connection)
        _add_up(connection)
        go_on_with_orders_after(connection, connection.scalar(sa.select(sa.func.max(orders.c.id))) or 0)
    return copied


def _compared(source: Connection, here: Engine, table: Table, which: Any) -> Copied:
    with here.connect() as connection:
        found = digest_of(table.name, _rows(source, table, which))
        written = digest_of(table.name, _rows(connection, table, sa.true()))
    if found != written:
        raise BackupFailed(f"{table.name} is not in the archive as it is in the database: nothing was moved; try again")
    return found


def _rows(connection: Connection, table: Table, which: Any) -> CursorResult[Any]:
    secret = people.c.password_hash
    columns = [sa.null().label(one.name) if one is secret else one for one in table.columns]
    selected = sa.select(*columns).where(which).order_by(*table.primary_key)
    return connection.execute(selected.execution_options(yield_per=_many(table)))


def _many(table: Table) -> int:
    return _LARGE_ROWS if any(isinstance(column.type, LargeBinary) for column in table.columns) else _ROWS


def _contents(archive: Archive) -> Iterator[tuple[Table, sa.ColumnElement[bool]]]:
    """Yield the tables of an archive, each with the condition of the rows that belong into it."""
    ids = sa.select(archived_orders.c.order_id).where(archived_orders.c.archive_id == archive.id)
    rows = dict(archived_rows(ids, archive.before))
    yield from rows.items()
    yield from ((table, sa.true()) for table in _WHOLE)
    yield orders, orders.c.id.in_(ids)
    yield from ((table, table.c.order_id.in_(ids)) for table in _ABOUT)
    theirs = sa.select(tied_orders.c.disturbance_id).where(tied_orders.c.order_id.in_(ids))
    yield disturbances, disturbances.c.id.in_(theirs)
    about = ((journal, ABOUT_ORDERS), (inbox, ABOUT_INCOMING), (outbox, ABOUT_OUTGOING))
    f = ledger_facts.c
    yield (
        ledger_facts,
        sa.or_(
            *(
                sa.and_(f.kind.in_(sorted(kinds)), f.row_id.in_(sa.select(table.c.id).where(rows[table])))
                for table, kinds in about
            )
        ),
    )


def _add_up(connection: Connection) -> None:
    """Count the orders as the totals have them."""
    c = orders.c
    key = (c.type, c.status, c.phase, c.sto)
    counted = sa.select(*key, sa.func.count()).where(c.deleted_at.is_(None)).group_by(*key)
    connection.execute(sa.insert(totals).from_select(["type", "status", "phase", "sto", "count"], counted))
