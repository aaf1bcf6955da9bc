"""A backup is one file that was restored before it is called one, and a restore never touches what is there."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.backups import archive
from sikpro.adapters.sql.backups.archive import restore_backup, write_backup
from sikpro.adapters.sql.backups.manifest import Manifest
from sikpro.adapters.sql.backups.sqlite_copy import must_be_readable
from sikpro.adapters.sql.engine import sqlite_file
from sikpro.adapters.sql.migrate import current, downgrade
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.storage import StorageUnavailable, UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.testing.builders import a_person
from tests.integration.needs import need
from tests.integration.postgres import NewDatabase
from tests.integration.sqlite import migrated_sqlite

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)

NewPlace = Callable[[], str]
CLIENTS = "needs pg_dump and pg_restore: apt install postgresql-client"


@pytest.fixture
def new_place(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Gives the address of an empty place of the same kind as the database."""
    if sqlite_file(database_url) is None:
        need(shutil.which("pg_dump") and shutil.which("pg_restore"), CLIENTS)
        new: NewDatabase = request.getfixturevalue("new_postgres")
        return lambda: new()
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return lambda: f"sqlite:///{folder / 'sikpro.db'}"


def backed_up(url: str, to: Path) -> Manifest:
    manifest, restored = write_backup(url, to, NOW, "0.1.0")
    assert restored
    return manifest


def names(url: str) -> list[str]:
    engine = create_engine_for(url)
    try:
        return [person.name for person in SqlTransactions(engine).read(lambda uow: uow.people.all())]
    finally:
        engine.dispose()


def test_what_is_restored_is_what_was_there(database_url: str, new_place: NewPlace, tmp_path: Path) -> None:
    engine = create_engine_for(database_url)
    store = SqlTransactions(engine)
    store.write(create_first_catalogue)
    store.write(lambda uow: uow.people.add(a_person("Rina ✓")))
    store.write(lambda uow: uow.blobs.add("photo", "image/jpeg", [b"\0\xff" * 1000, b"rest"], NOW))
    manifest = backed_up(database_url, tmp_path / "a.zip")
    assert manifest.census.rows["people"] == 1
    assert manifest.census.rows["blobs"] == 1
    assert manifest.census.schema == current(database_url)
    store.write(lambda uow: uow.people.add(a_person("Later")))
    engine.dispose()

    place = new_place()
    assert restore_backup(tmp_path / "a.zip", place) == manifest
    assert names(place) == ["Rina ✓"]
    # What was restored is a database to go on with.
    again = create_engine_for(place)
    SqlTransactions(again).write(lambda uow: uow.people.add(a_person("Budi")))
    again.dispose()
    assert names(place) == ["Budi", "Rina ✓"]


def test_a_backup_beside_a_writer_holds_whole_transactions_only(
    database_url: str, new_place: NewPlace, tmp_path: Path
) -> None:
    engine, done = create_engine_for(database_url), threading.Event()
    store = SqlTransactions(engine)
    begun = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():

            def pair(uow: UnitOfWork, number: int = number) -> None:
                uow.people.add(a_person(f"A {number}"))
                uow.people.add(a_person(f"B {number}"))

            store.write(pair)
            number += 1
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        manifest = backed_up(database_url, tmp_path / "a.zip")
        before = len(names(database_url))
        begun.clear()
        assert begun.wait(30), "the writer goes on"
    finally:
        done.set()
        writer.join()
        engine.dispose()
    assert 2 <= manifest.census.rows["people"] <= before
    place = new_place()
    restore_backup(tmp_path / "a.zip", place)
    found = names(place)
    assert len(found) == manifest.census.rows["people"]
    assert sorted(found) == sorted(f"{letter} {number}" for number in range(len(found) // 2) for letter in "AB")


def test_a_database_of_an_older_version_is_backed_up_before_its_upgrade(
    database_url: str, new_place: NewPlace, tmp_path: Path
) -> None:
    downgrade(database_url, "0033")
    assert backed_up(database_url, tmp_path / "a.zip").census.schema == "0033"
    place = new_place()
    restore_backup(tmp_path / "a.zip", place)
    assert current(place) == "0033"


def test_nothing_that_is_there_is_replaced(database_url: str, new_place: NewPlace, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_text("precious")
    with pytest.raises(BackupFailed, match="is there already"):
        write_backup(database_url, file, NOW, "0.1.0")
    assert file.read_text() == "precious"

    backed_up(database_url, tmp_path / "b.zip")
    place = new_place()
    restore_backup(tmp_path / "b.zip", place)
    engine = create_engine_for(place)
    SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    engine.dispose()
    with pytest.raises(BackupFailed, match="nothing was restored"):
        restore_backup(tmp_path / "b.zip", place)
    assert names(place) == ["Rina"]


def test_a_backup_that_does_not_hold_what_it_should_is_none(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine_for(database_url)
    SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    engine.dispose()
    copying = "copy_sqlite" if sqlite_file(database_url) else "dump_postgres"
    real = getattr(archive, copying)

    def with_a_row_more(source: object, to: Path) -> object:
        census = real(source, to)
        return type(census)(schema=census.schema, rows={**census.rows, "people": 2}, newest=census.newest)

    monkeypatch.setattr(archive, copying, with_a_row_more)
    with pytest.raises(BackupFailed, match="people"):
        write_backup(database_url, tmp_path / "a.zip", NOW, "0.1.0")
    assert not (tmp_path / "a.zip").exists()
    assert not list(tmp_path.glob(".sikpro-*")), "nothing is left beside it"


@pytest.mark.parametrize("damage", ["cut", "bit", "no zip", "another zip", "newer", "gone"])
def test_a_damaged_backup_is_refused_in_words_and_nothing_is_made(
    database_url: str, new_place: NewPlace, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "a.zip"
    backed_up(database_url, file)
    whole = file.read_bytes()
    if damage == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "bit":
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    elif damage == "no zip":
        file.write_text("a text")
    elif damage == "another zip":
        with zipfile.ZipFile(file, "w") as other:
            other.writestr("holiday.jpg", b"x")
    elif damage == "newer":
        with zipfile.ZipFile(file, "w") as other:
            other.writestr("manifest.json", json.dumps({"format": 2}))
    else:
        file.unlink()
    place = new_place()
    with pytest.raises(BackupFailed):
        restore_backup(file, place)
    if there := sqlite_file(place):
        assert [one.name for one in there.parent.iterdir() if one.suffix != ".server"] == []
    else:
        assert current(place) is None


def test_a_backup_of_one_kind_is_not_restored_into_the_other(database_url: str, tmp_path: Path) -> None:
    backed_up(database_url, tmp_path / "a.zip")
    other = "postgresql://nobody@127.0.0.1:1/x" if sqlite_file(database_url) else f"sqlite:///{tmp_path / 'n' / 'x.db'}"
    with pytest.raises(BackupFailed, match="which the place is not"):
        restore_backup(tmp_path / "a.zip", other)


def test_a_backup_and_a_restored_database_are_readable_by_their_owner_alone(
    database_url: str, new_place: NewPlace, tmp_path: Path
) -> None:
    backed_up(database_url, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600
    place = new_place()
    restore_backup(tmp_path / "a.zip", place)
    if file := sqlite_file(place):
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "lie",
    [
        {"kind": "oracle"},
        {"kind": ["sqlite"]},
        {"size": "x"},
        {"made_at": "2026-11-28T10:00"},
        {"rows": None},
        {"n": 1},
    ],
    ids=str,
)
def test_a_manifest_with_what_cannot_be_is_refused_in_words(database_url: str, tmp_path: Path, lie: object) -> None:
    written = json.loads(backed_up(database_url, tmp_path / "a.zip").written())
    assert isinstance(lie, dict)
    if "rows" in lie:
        written["census"] |= lie
    else:
        written |= lie
    with pytest.raises(BackupFailed, match="manifest of the backup cannot be read"):
        Manifest.read(json.dumps(written).encode())


def _rewritten(file: Path, **instead: bytes) -> None:
    with zipfile.ZipFile(file) as whole:
        contents = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as other:
        for name, content in contents.items():
            other.writestr(name, next((new for start, new in instead.items() if name.startswith(start)), content))


@pytest.mark.parametrize("part", ["sikpro", "manifest"])
def test_what_would_unpack_to_more_than_it_says_is_not_unpacked(
    database_url: str, new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    file = tmp_path / "a.zip"
    backed_up(database_url, file)
    _rewritten(file, **{part: b" " * 20_000_000})
    monkeypatch.setattr(zipfile.ZipExtFile, "read", _few(zipfile.ZipExtFile.read))
    with pytest.raises(BackupFailed, match=r"not the one that was written|cannot be read"):
        restore_backup(file, new_place())


def _few(read: Callable[..., bytes]) -> Callable[..., bytes]:
    def checked(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        content = read(self, n)
        assert len(content) <= 1_000_000, "a part that is too large was unpacked"
        return content

    return checked


def test_a_full_disk_is_not_said_to_be_the_backup(
    database_url: str, new_place: NewPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(database_url, tmp_path / "a.zip")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(BackupFailed, match=r"cannot write into .*: No space left"):
        restore_backup(tmp_path / "a.zip", new_place())


def test_a_source_that_the_disk_does_not_give_is_not_said_to_be_a_full_target(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="/proc/self/mem cannot be read: Input/output error"):
        must_be_readable(Path("/proc/self/mem"))
    (tmp_path / "a.db").write_bytes(b"x" * 3_000_000)
    must_be_readable(tmp_path / "a.db")


def test_what_root_restores_is_for_the_owner_of_the_folder_to_serve(tmp_path: Path) -> None:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("needs root, who may give files away")
    source = f"sqlite:///{tmp_path / 'sikpro.db'}"
    migrate(source)
    backed_up(source, tmp_path / "a.zip")
    folder = tmp_path / "service"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    restore_backup(tmp_path / "a.zip", f"sqlite:///{folder / 'sikpro.db'}")
    assert {one.name: one.stat().st_uid for one in folder.iterdir()} == {"sikpro.db": 12345, "sikpro.db.server": 12345}


def test_a_backup_that_is_ended_by_sigterm_leaves_no_copy_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    migrated_sqlite(tmp_path / "data")
    program = (
        "import os, signal\n"
        "from sikpro.adapters.sql.backups import archive\n"
        "archive._pack = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        "from sikpro.entrypoints.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", program, "backup", str(tmp_path / "a.zip"), "--data", str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 128 + signal.SIGTERM, done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["data"]
