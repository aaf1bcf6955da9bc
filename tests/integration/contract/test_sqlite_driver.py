"""Which SQLite is used, and the turn that its writers take where it has the WAL-reset race."""

import importlib.util
import os
import threading
from pathlib import Path

import pytest
from filelock import FileLock

from sikpro.adapters.sql import SqlTransactions, create_engine_for, sqlite_driver, writers_turn
from sikpro.application.ports.storage import StorageBusy, StorageUnavailable, UnitOfWork
from sikpro.testing.builders import a_person
from tests.integration.sqlite import migrated_sqlite


@pytest.mark.parametrize(
    ("version", "loses"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.45.0", True),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.53.4", False),
        ("4.0.0", False),
    ],
)
def test_the_versions_with_the_race_are_known(version: str, loses: bool) -> None:
    assert sqlite_driver.may_lose_writes(tuple(map(int, version.split(".")))) is loses


def test_where_there_is_a_wheel_its_sqlite_is_used_and_has_no_race(tmp_path: Path) -> None:
    if importlib.util.find_spec("pysqlite3") is None:
        pytest.skip("needs the wheel pysqlite3, which this machine has none of: x86_64 Linux has one")
    engine = create_engine_for(migrated_sqlite(tmp_path))
    with engine.connect() as connection:
        used = connection.exec_driver_sql("SELECT sqlite_version()").scalar()
    engine.dispose()
    assert used == sqlite_driver.driver.sqlite_version
    assert not sqlite_driver.RACES


@pytest.fixture
def racing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_driver, "RACES", True)


@pytest.mark.usefixtures("racing")
def test_with_the_race_a_write_waits_for_the_other_process_and_then_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers_turn, "_SECONDS", 0.05)
    engine = create_engine_for(migrated_sqlite(tmp_path))
    store = SqlTransactions(engine)
    with FileLock(f"{tmp_path / 'sikpro.db'}.lock"):  # as another process holds it
        with pytest.raises(StorageBusy, match="another process"):
            store.write(lambda uow: uow.people.add(a_person("Rina")))
        assert store.read(lambda uow: uow.people.all()) == (), "reading waits for nobody"
    store.write(lambda uow: uow.people.add(a_person("Rina")))
    engine.dispose()


@pytest.mark.usefixtures("racing")
def test_with_the_race_the_last_connection_closes_in_its_turn(tmp_path: Path) -> None:
    engine = create_engine_for(migrated_sqlite(tmp_path))
    SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    turn = writers_turn.writers_turn(tmp_path / "sikpro.db")
    closing = threading.Thread(target=engine.dispose)
    with turn():
        closing.start()
        closing.join(0.02)
        assert closing.is_alive(), "it waits: its checkpoint may meet a commit"
    closing.join()


@pytest.mark.usefixtures("racing")
def test_with_the_race_no_two_writers_are_inside_at_once(tmp_path: Path) -> None:
    url = migrated_sqlite(tmp_path)
    engines = [create_engine_for(url) for _ in range(4)]
    inside, most = 0, 0

    def add(store: SqlTransactions, number: int) -> None:
        def work(uow: UnitOfWork) -> None:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            uow.people.add(a_person(f"Teknisi {number}"))
            inside -= 1

        store.write(work)

    stores = [SqlTransactions(engine) for engine in engines]
    threads = [threading.Thread(target=add, args=(store, n)) for n, store in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert len(stores[0].read(lambda uow: uow.people.all())) == 4
    for engine in engines:
        engine.dispose()


@pytest.mark.usefixtures("racing")
def test_with_the_race_who_reaches_the_file_by_a_link_waits_for_the_same_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers_turn, "_SECONDS", 0.05)
    link = tmp_path / "link.db"
    migrated_sqlite(tmp_path)
    link.symlink_to(tmp_path / "sikpro.db")
    engine = create_engine_for(f"sqlite:///{link}")
    with FileLock(f"{tmp_path / 'sikpro.db'}.lock"), pytest.raises(StorageBusy):
        SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    engine.dispose()


@pytest.mark.usefixtures("racing")
def test_with_the_race_a_lock_that_cannot_be_made_is_a_fault_of_the_store_with_its_place(tmp_path: Path) -> None:
    engine = create_engine_for(migrated_sqlite(tmp_path))
    (tmp_path / "sikpro.db.lock").mkdir()
    with pytest.raises(StorageUnavailable, match=r"cannot lock .*sikpro\.db\.lock"):
        SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))


@pytest.mark.usefixtures("racing")
def test_with_the_race_a_lock_that_root_makes_is_the_owners_of_the_database(tmp_path: Path) -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root, who may give files away")
    url = migrated_sqlite(tmp_path)
    os.chown(tmp_path / "sikpro.db", 65534, 65534)
    engine = create_engine_for(url)
    SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    engine.dispose()
    assert (tmp_path / "sikpro.db.lock").stat().st_uid == 65534
