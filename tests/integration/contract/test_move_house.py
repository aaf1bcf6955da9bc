"""A database is copied into one of another kind, to the last row and number, and an interrupted copy goes on."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import sikpro.adapters.sql.unit_of_work  # noqa: F401  # loads every table
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate, move_house
from sikpro.adapters.sql.columns import Microseconds, UtcDateTime
from sikpro.adapters.sql.move_house import Copied, copy_database
from sikpro.adapters.sql.only_server import only_server
from sikpro.adapters.sql.tables import metadata
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.storage import StorageBusy, StorageUnavailable, UnitOfWork
from sikpro.testing.builders import a_person, an_outgoing, stored_order
from tests.integration.contract.conftest import POSTGRES
from tests.integration.postgres import NewDatabase
from tests.integration.sqlite import migrated_sqlite

ROWS = 3
FIRST = datetime(2026, 11, 1, 23, 59, 59, 999_999, tzinfo=UTC)

NewPlace = Callable[[], str]


@pytest.fixture(params=["sqlite", POSTGRES])
def new_target(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Gives the address of an empty place."""
    if request.param == "postgres":
        new: NewDatabase = request.getfixturevalue("new_postgres")
        return lambda: new()
    (tmp_path / "target").mkdir()
    return lambda: f"sqlite:///{tmp_path / 'target' / 'sikpro.db'}"


def value(column: sa.Column[Any], number: int) -> object:
    """Something of the column's type, another one for each row, with what databases like to change."""
    kind = column.type
    if column.foreign_keys:
        return number if isinstance(kind, sa.Integer | sa.BigInteger) else f"FK {number}"
    if isinstance(kind, UtcDateTime):
        return FIRST + timedelta(days=number)
    if isinstance(kind, Microseconds):
        return timedelta(days=400, microseconds=number)
    if isinstance(kind, sa.Boolean):
        return number == 2
    if isinstance(kind, sa.Integer | sa.BigInteger):
        return number
    if isinstance(kind, sa.LargeBinary):
        return b"\x00\xff" + bytes([number])
    if isinstance(kind, sa.JSON):
        return {"b": [number, 1.5, None], "a": "ä ✓"}
    if isinstance(kind, sa.Float):
        return number / 3
    return f"{column.name} {number} ä ✓ '"


def fill(url: str) -> None:
    """Put three rows into every table that there is, also those of next year."""
    engine = create_engine_for(url)
    with move_house.writing(engine) as connection:
        for table in metadata.sorted_tables:
            if connection.scalar(sa.select(sa.exists(sa.select(table)))):
                connection.execute(sa.delete(table))  # the first rows of a migration
            for number in range(1, ROWS + 1):
                connection.execute(sa.insert(table), {one.name: value(one, number) for one in table.columns})
    engine.dispose()


def test_the_orders_of_the_copy_are_found_by_search(tmp_path: Path, new_target: NewPlace) -> None:
    source, target = migrated_sqlite(tmp_path), new_target()
    engine = create_engine_for(source)
    SqlTransactions(engine).write(lambda unit: stored_order(unit, "SC32232558"))
    engine.dispose()
    copied(source, target)
    here = create_engine_for(target)
    which = OrderFilter(text="32232558")
    found = SqlTransactions(here).read(lambda unit: unit.order_queries.count(which, 9))
    here.dispose()
    assert found == 1


def copied(source: str, target: str) -> dict[str, Copied]:
    found: dict[str, Copied] = {}
    copy_database(source, target, lambda one: found.update({one.table: one}))
    return found


def rows(url: str) -> dict[str, list[Any]]:
    engine = create_engine_for(url)
    try:
        with engine.connect() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }
    finally:
        engine.dispose()


def test_every_row_of_every_table_is_copied(database_url: str, new_target: NewPlace) -> None:
    fill(database_url)
    target = new_target()
    found = copied(database_url, target)
    assert {one.rows for one in found.values()} == {ROWS}
    assert set(found) == set(metadata.tables)
    assert rows(target) == rows(database_url)
    migrate(target)  # which refuses what cannot be used


def _schedule(uow: UnitOfWork, key: str) -> None:
    uow.jobs.schedule("x", key, FIRST)


def test_a_table_that_never_gave_a_number_is_copied_too(new_target: NewPlace, tmp_path: Path) -> None:
    source = migrated_sqlite(tmp_path, "source.db")
    engine = create_engine_for(source)
    with move_house.writing(engine) as connection:  # as a migration leaves it that rebuilt an empty table
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'jobs'"))
        connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', 0)"))
    engine.dispose()
    target = new_target()
    copied(source, target)
    engine = create_engine_for(target)
    store = SqlTransactions(engine)
    store.write(partial(_schedule, key="a"))
    assert len(store.read(lambda uow: uow.jobs.all())) == 1
    engine.dispose()


def test_the_numbers_go_on_where_they_were_also_after_rows_that_are_gone(
    database_url: str, new_target: NewPlace
) -> None:
    engine = create_engine_for(database_url)
    store = SqlTransactions(engine)
    kept = store.write(lambda uow: uow.outbox.put(an_outgoing(), FIRST))
    for key in "abc":
        store.write(partial(_schedule, key=key))
        store.write(lambda uow: uow.orders.next_id())
    with move_house.writing(engine) as connection:
        connection.execute(sa.text("DELETE FROM jobs"))
    engine.dispose()
    target = new_target()
    copied(database_url, target)
    engine = create_engine_for(target)
    store = SqlTransactions(engine)
    assert store.write(lambda uow: uow.outbox.put(an_outgoing(), FIRST)) > kept
    assert store.write(lambda uow: uow.orders.next_id()) == 4
    store.write(lambda uow: uow.jobs.schedule("y", "", FIRST))
    [job] = store.read(lambda uow: uow.jobs.all())
    engine.dispose()
    assert job.id == 4, "a number that was given is not given again"


def test_an_interrupted_copy_is_not_served_and_goes_on_where_it_stopped(
    database_url: str, new_target: NewPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database_url)
    target = new_target()
    monkeypatch.setattr(move_house, "_ROWS", 2)
    real, pages = move_house.writing, [0]

    def interrupted(engine: sa.Engine) -> Any:
        pages[0] += 1
        if pages[0] == 40:
            raise KeyboardInterrupt
        return real(engine)

    with monkeypatch.context() as patched:
        patched.setattr(move_house, "writing", interrupted)
        with pytest.raises(KeyboardInterrupt):
            copied(database_url, target)
    with pytest.raises(StorageUnavailable, match="interrupted"):
        migrate(target)
    copied(database_url, target)
    assert rows(target) == rows(database_url)


def test_a_target_that_is_not_empty_is_refused_and_left_as_it_is(database_url: str, new_target: NewPlace) -> None:
    target = new_target()
    migrate(target)
    engine = create_engine_for(target)
    SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    with pytest.raises(BackupFailed, match="not empty"):
        copied(database_url, target)
    assert [one.name for one in SqlTransactions(engine).read(lambda uow: uow.people.all())] == ["Rina"]
    engine.dispose()


def test_a_row_that_came_in_meanwhile_is_noticed(
    database_url: str, new_target: NewPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, real = new_target(), move_house._compared

    def after_another(there: sa.Engine, here: sa.Engine, table: sa.Table) -> Copied:
        if table.name == "people":
            engine = create_engine_for(database_url)
            SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Later")))
            engine.dispose()
        return real(there, here, table)

    monkeypatch.setattr(move_house, "_compared", after_another)
    with pytest.raises(BackupFailed, match="people differs: 1 rows in the source, 0 in the target"):
        copied(database_url, target)
    with pytest.raises(StorageUnavailable, match="interrupted"):
        migrate(target)


@pytest.mark.parametrize("used", ["source", "target"])
def test_a_file_that_a_server_uses_is_neither_read_nor_written(tmp_path: Path, used: str) -> None:
    source = migrated_sqlite(tmp_path)
    target = f"sqlite:///{tmp_path / 'new.db'}"
    locked = threading.Event()
    done = threading.Event()

    def serve() -> None:
        with only_server(source if used == "source" else target):
            locked.set()
            done.wait(30)

    server = threading.Thread(target=serve)
    server.start()
    assert locked.wait(30)
    try:
        with pytest.raises(StorageBusy):
            copied(source, target)
    finally:
        done.set()
        server.join()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_does_not_hold_every_text_is_refused_before_anything_is_written(
    new_postgres: NewDatabase, tmp_path: Path, encoding: str
) -> None:
    beside, name = new_postgres(), f"test_{encoding.lower()}"
    target = beside.replace(sa.make_url(beside).database or "", name)
    engine = create_engine_for(beside, pooled=False).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
        try:
            with pytest.raises(StorageUnavailable, match="ENCODING 'UTF8'"):
                copy_database(migrated_sqlite(tmp_path), target, print)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name}")
    engine.dispose()
