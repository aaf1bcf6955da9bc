"""What only a database can get wrong: a full disk, lost transactions, what its driver refuses."""

import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.errors import storage_error
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.storage import StorageBusy, StorageRejected, StorageUnavailable, UnitOfWork
from sikpro.testing.builders import (
    a_person,
    after,
    an_incoming,
    an_order,
    an_outgoing,
    stored_order,
)
from tests.integration.sqlite import migrated_sqlite


def test_a_number_too_large_is_rejected(databases: SqlTransactions) -> None:
    with pytest.raises(StorageRejected):
        databases.write(lambda unit: unit.people.add(a_person(telegram_id=2**70)))
    with pytest.raises(StorageRejected):
        databases.read(lambda unit: unit.people.by_telegram(2**70))


def test_text_that_is_no_text_is_rejected(databases: SqlTransactions) -> None:
    with pytest.raises(StorageRejected):
        databases.write(lambda unit: unit.people.add(a_person("\ud800", username="x")))


def test_a_rejected_statement_in_a_savepoint_leaves_the_unit_usable(databases: SqlTransactions) -> None:
    def work(unit: UnitOfWork) -> None:
        with pytest.raises(StorageRejected), unit.savepoint():
            unit.outbox.put(an_outgoing(), after(0), order_id=99)
        unit.people.add(a_person())

    databases.write(work)

    assert len(databases.read(lambda unit: unit.people.all())) == 1


def test_nothing_is_half_committed_after_an_error_passed_over_outside_a_savepoint(databases: SqlTransactions) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.people.add(a_person("Rina"))
        with pytest.raises(StorageRejected):
            unit.outbox.put(an_outgoing(), after(0), order_id=99)

    try:
        databases.write(work)
    except StorageRejected:
        assert databases.read(lambda unit: unit.people.all()) == ()
    else:
        assert len(databases.read(lambda unit: unit.people.all())) == 1


def test_an_order_id_given_twice_is_rejected_and_the_unit_stays_usable(databases: SqlTransactions) -> None:
    order = databases.write(stored_order)

    def work(unit: UnitOfWork) -> None:
        with pytest.raises(StorageRejected):
            unit.orders.add(an_order(order.id, "SC10000001"), "SC10000001")
        stored_order(unit, "SC10000002")

    databases.write(work)


def full_disk(engine: Engine) -> None:
    """Let the database grow by a few pages from now on, and no further."""
    engine.dispose()

    @event.listens_for(engine, "connect")
    def limit(connection: Any, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")


@pytest.fixture
def sqlite(tmp_path: Path) -> Any:
    """An engine on a SQLite file."""
    engine = create_engine_for(migrated_sqlite(tmp_path))
    yield engine
    engine.dispose()


def test_a_full_disk_is_unavailable_and_the_transaction_is_wholly_gone(sqlite: Engine) -> None:
    store = SqlTransactions(sqlite)
    full_disk(sqlite)

    def work(unit: UnitOfWork) -> None:
        unit.people.add(a_person("Rina"))
        unit.inbox.receive(an_incoming("x" * 100_000), after(0))

    with pytest.raises(StorageUnavailable):
        store.write(work)

    assert store.read(lambda unit: unit.people.all()) == ()
    store.write(lambda unit: unit.people.add(a_person("Sari")))


def test_a_full_disk_inside_a_savepoint_undoes_that_alone_or_everything(sqlite: Engine) -> None:
    store = SqlTransactions(sqlite)
    full_disk(sqlite)

    def work(unit: UnitOfWork) -> None:
        unit.people.add(a_person("Rina"))
        with pytest.raises(StorageUnavailable), unit.savepoint():
            unit.inbox.receive(an_incoming("x" * 100_000), after(0))
        unit.people.add(a_person("Sari"))

    try:
        store.write(work)
    except StorageUnavailable:
        kept = []
    else:
        kept = ["Rina", "Sari"]

    assert [person.name for person in store.read(lambda unit: unit.people.all())] == kept
    assert store.read(lambda unit: unit.inbox.page(before=None, limit=9)) == ()


def test_a_transaction_that_sqlite_gave_up_inside_a_savepoint_cannot_be_passed_over(sqlite: Engine) -> None:
    store = SqlTransactions(sqlite)

    def lose(unit: UnitOfWork) -> None:
        connection = unit._transaction.connection  # type: ignore[attr-defined]  # as a full disk does
        connection.connection.driver_connection.rollback()
        raise driver.OperationalError("database or disk is full")

    def work(unit: UnitOfWork) -> None:
        unit.people.add(a_person("Rina"))
        with pytest.raises(StorageUnavailable, match="the transaction is gone"), unit.savepoint():
            lose(unit)
        with pytest.raises(StorageUnavailable):
            unit.people.add(a_person("Sari"))

    with pytest.raises(StorageUnavailable):
        store.write(work)

    assert store.read(lambda unit: unit.people.all()) == ()


def test_a_sqlite_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    migrate(f"sqlite:///{path}")
    engine = create_engine_for(f"sqlite:///{path}")
    try:
        SqlTransactions(engine).write(lambda unit: unit.people.add(a_person()))
        files = [path, path.with_name(path.name + "-wal")]
        assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    finally:
        engine.dispose()


@pytest.mark.parametrize("another", [False, True])
def test_nothing_is_written_to_a_sqlite_file_that_was_moved_away(sqlite: Engine, another: bool) -> None:
    transactions, path = SqlTransactions(sqlite), Path(str(sqlite.url.database))
    transactions.write(lambda unit: unit.people.add(a_person("Rina")))
    away = path.rename(path.with_suffix(".away"))
    if another:
        path.write_bytes(b"")

    with pytest.raises(StorageUnavailable, match="gone or another"):
        transactions.write(lambda unit: unit.people.add(a_person("Tono")))
    with pytest.raises(StorageUnavailable, match="gone or another"):
        transactions.read(lambda unit: unit.people.all())

    away.rename(path)
    transactions.write(lambda unit: unit.people.add(a_person("Dewi")))
    assert [person.name for person in transactions.read(lambda unit: unit.people.all())] == ["Dewi", "Rina"]


def test_a_sqlite_file_in_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    engine = create_engine_for(f"sqlite:///{tmp_path / 'no' / 'sikpro.db'}")
    with pytest.raises(StorageUnavailable, match="No such file"):
        SqlTransactions(engine).read(lambda unit: unit.people.all())
    engine.dispose()


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "sikpro.db"
    path.write_bytes(b"no database at all" * 1000)
    engine = create_engine_for(f"sqlite:///{path}")
    with pytest.raises(StorageUnavailable):
        SqlTransactions(engine).read(lambda unit: unit.people.all())
    engine.dispose()


def test_a_database_without_its_schema_is_unavailable(empty_url: str) -> None:
    engine = create_engine_for(empty_url)
    with pytest.raises(StorageUnavailable):
        SqlTransactions(engine).read(lambda unit: unit.people.all())
    engine.dispose()


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    engine = create_engine_for(f"postgresql://nobody@/nothing?host={tmp_path}")
    with pytest.raises(StorageUnavailable):
        SqlTransactions(engine).write(lambda unit: unit.people.all())
    engine.dispose()


def test_a_connection_that_breaks_is_unavailable_and_the_next_write_succeeds(databases: SqlTransactions) -> None:
    def broken(unit: UnitOfWork) -> None:
        unit.people.add(a_person("Rina"))
        transaction = unit._transaction  # type: ignore[attr-defined]  # the test breaks what no port shows
        driver = transaction.connection.connection.driver_connection
        if transaction.on_sqlite:
            driver.rollback()
        else:
            driver.close()
        unit.people.add(a_person("Sari"))

    with pytest.raises(StorageUnavailable):
        databases.write(broken)

    databases.write(lambda unit: unit.people.add(a_person("Tono")))
    assert [person.name for person in databases.read(lambda unit: unit.people.all())] == ["Tono"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StorageBusy),
        (sqlite3.SQLITE_LOCKED, StorageBusy),
        (sqlite3.SQLITE_FULL, StorageUnavailable),
        (sqlite3.SQLITE_READONLY_DBMOVED, StorageUnavailable),
        (sqlite3.SQLITE_IOERR_FSYNC, StorageUnavailable),
        (sqlite3.SQLITE_CANTOPEN, StorageUnavailable),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, StorageRejected),
        (sqlite3.SQLITE_TOOBIG, StorageRejected),
    ],
)
def test_each_code_of_sqlite_means_what_can_be_done_about_it(code: int, expected: type[Exception]) -> None:
    error = driver.OperationalError("it says no")
    error.sqlite_errorcode = code

    assert isinstance(storage_error(error), expected)


def test_an_error_that_is_none_of_a_database_means_nothing_to_it() -> None:
    assert storage_error(ValueError("x")) is None
