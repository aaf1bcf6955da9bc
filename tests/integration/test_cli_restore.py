"""`sikpro restore` and `db copy` with what is damaged, evil or too large: one sentence, and nothing else is changed."""

import json
import random
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.backups.archive import restore_backup
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.storage import StorageError
from sikpro.testing.builders import NOON, a_person
from tests.integration.postgres import NewDatabase
from tests.integration.sikpro_process import run_sikpro
from tests.integration.sqlite import migrated_sqlite

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that is well."""
    folder = tmp_path_factory.mktemp("whole")
    url = migrated_sqlite(folder)
    engine = create_engine_for(url)
    SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    engine.dispose()
    done = run_sikpro("backup", str(folder / "whole.zip"), "--data", str(folder))
    assert done.returncode == 0, done.stderr
    return folder / "whole.zip"


def contents(file: Path) -> Parts:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(to: Path, parts: Parts) -> None:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def paths(to: Path, parts: Parts) -> None:
    """Parts with names that lead out of the folder, instead of the right ones."""
    evil = {"../../sikpro.db": parts.pop("sikpro.db"), str(to.parent / "absolute.db"): b"evil", "..": b""}
    packed(to, parts | evil)


def link(to: Path, parts: Parts) -> None:
    """A symbolic link in the place of the database."""
    packed(to, {name: content for name, content in parts.items() if name != "sikpro.db"})
    entry = zipfile.ZipInfo("sikpro.db")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(to, "a") as archive:
        archive.writestr(entry, str(to.parent / "victim"))


def bomb(to: Path, parts: Parts) -> None:
    """A part that says it has more bytes than any disk."""
    manifest = json.loads(parts["manifest.json"])
    packed(to, parts | {"manifest.json": json.dumps(manifest | {"size": 1 << 60}).encode()})


def true_bomb(to: Path, parts: Parts) -> None:
    """A database of 60 MB of zeros in 60 KB, with the digest of another."""
    manifest = json.loads(parts["manifest.json"])
    packed(to, parts | {"sikpro.db": bytes(60_000_000), "manifest.json": json.dumps(manifest).encode()})


def digest(to: Path, parts: Parts) -> None:
    packed(to, parts | {"sikpro.db": parts["sikpro.db"][:-1] + b"?"})


def cut(to: Path, parts: Parts) -> None:
    packed(to, parts)
    to.write_bytes(to.read_bytes()[:-30])


def secret(to: Path, parts: Parts) -> None:
    """Every part says that it has a password."""
    packed(to, parts)
    raw = bytearray(to.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + offset] |= 1
            place = raw.find(mark, place + 4)
    to.write_bytes(raw)


def another_way(to: Path, parts: Parts) -> None:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    raw = to.read_bytes()
    to.write_bytes(raw.replace(raw[40:60], bytes(20), 1))


@pytest.mark.parametrize("evil", [paths, link, bomb, true_bomb, digest, cut, secret, another_way])
def test_an_evil_archive_is_refused_in_one_sentence_and_writes_nothing(
    evil: Callable[[Path, Parts], None], whole: Path, tmp_path: Path
) -> None:
    file, victim = tmp_path / "in" / "evil.zip", tmp_path / "in" / "victim"
    file.parent.mkdir()
    victim.write_text("precious")
    evil(file, contents(whole))
    before = {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
    done = run_sikpro("restore", str(file), "--data", str(tmp_path / "new"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("sikpro: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()} == before
    assert not (tmp_path / "new").exists(), "what the command made is gone with it"


def test_a_part_that_no_disk_holds_is_refused_before_it_is_unpacked(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(BackupFailed, match=r"no room to unpack the backup in .*: it needs 1 MB, and 0 MB are free"):
        restore_backup(whole, f"sqlite:///{tmp_path / 'sikpro.db'}")
    assert [one.name for one in tmp_path.iterdir() if one.suffix != ".server"] == []


def refusal(backup: Path, to: Path) -> str | None:
    """What the restore says against it, None if it restored; any other error is a traceback for the operator."""
    try:
        restore_backup(backup, f"sqlite:///{to}")
    except StorageError as error:
        return str(error)
    return None


@pytest.mark.audit
def test_a_backup_with_any_bytes_damaged_is_refused_in_words_or_whole(whole: Path, tmp_path: Path) -> None:
    restore_backup(whole, f"sqlite:///{tmp_path / 'right.db'}")
    right = (tmp_path / "right.db").read_bytes()
    chance, content = random.Random(16), whole.read_bytes()
    edges = [*range(400), *range(len(content) - 400, len(content))]
    for number in range(150):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.choice(edges)] = chance.randrange(256)
        file, place = tmp_path / "a.zip", tmp_path / str(number)
        file.write_bytes(damaged)
        place.mkdir()
        said, restored = refusal(file, place / "sikpro.db"), place / "sikpro.db"
        assert (said is None) == restored.exists(), said
        assert len(said) > 10 if said is not None else restored.read_bytes() == right


def test_a_failed_restore_leaves_a_folder_that_was_there_as_it_was(whole: Path, tmp_path: Path) -> None:
    digest(tmp_path / "a.zip", contents(whole))
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / "note").write_text("mine")
    assert run_sikpro("restore", str(tmp_path / "a.zip"), "--data", str(folder)).returncode == 1
    assert [one.name for one in folder.iterdir()] == ["note"]
    done = run_sikpro("restore", str(whole), "--data", str(folder))
    assert done.returncode == 0, done.stderr


@pytest.mark.audit
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("'a' || char(0) || 'b'", "the column name has a NUL character"),
        ("CAST(x'52696EC3' AS TEXT)", "the column name has bytes that are no text in UTF-8"),
    ],
    ids=["nul", "no utf-8"],
)
def test_a_text_that_postgres_cannot_hold_is_named_by_table_row_and_column_and_the_copy_goes_on_after_it_is_mended(
    text: str, words: str, new_postgres: NewDatabase, tmp_path: Path
) -> None:
    source, target = migrated_sqlite(tmp_path), new_postgres()
    engine = create_engine_for(source)
    for name in ("Rina", "Budi"):
        SqlTransactions(engine).write(lambda uow, name=name: uow.people.add(a_person(name)))  # type: ignore[misc]  # bound now
    engine.dispose()

    def write(statement: str) -> None:
        with driver.connect(tmp_path / "sikpro.db") as connection:
            connection.execute(statement)
        connection.close()

    write(f"UPDATE people SET name = {text} WHERE id = 2")
    done = run_sikpro("db", "copy", source, target)
    assert done.returncode == 1
    assert f"table people, row with id = 2: {words}" in done.stderr
    assert "run the command again" in done.stderr
    write("UPDATE people SET name = 'Budi' WHERE id = 2")
    done = run_sikpro("db", "copy", source, target)
    assert done.returncode == 0, done.stderr
    assert "Every table agrees" in done.stdout


def limited(size: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that can write no file beyond so many bytes, as on a disk that is full there."""
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "from sikpro.entrypoints.cli import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.audit
@pytest.mark.parametrize("size", [100_000, 300_000])
def test_a_backup_on_a_full_disk_says_so_and_leaves_nothing(size: int, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    migrated_sqlite(tmp_path / "data")
    done = limited(size, "backup", str(tmp_path / "a.zip"), "--data", str(tmp_path / "data"))
    assert done.returncode == 1
    assert done.stderr.startswith(f"sikpro: cannot write into {tmp_path}: ")
    assert done.stderr.count("\n") == 1
    assert [one.name for one in tmp_path.iterdir()] == ["data"]


@pytest.mark.audit
def test_a_copy_onto_a_full_disk_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    source, target = migrated_sqlite(tmp_path / "data"), f"sqlite:///{tmp_path / 'target.db'}"
    engine = create_engine_for(source)
    store = SqlTransactions(engine)
    store.write(lambda uow: uow.blobs.add("photo", "image/jpeg", [bytes(1_000_000)] * 3, NOON))
    engine.dispose()
    stopped = limited(2_000_000, "db", "copy", source, target)
    assert stopped.returncode == 1
    assert stopped.stderr.startswith("sikpro: the copy stopped: ")
    assert "run the same command again" in stopped.stderr
    done = run_sikpro("db", "copy", source, target)
    assert done.returncode == 0, done.stderr
    assert "Every table agrees" in done.stdout
