"""The place of the nightly backups: what is made was verified, the newest stay, and other files are left alone.

A folder, and a folder of a bucket.
"""

import os
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from attrs import evolve

from sikpro.adapters.local.backup_process import FolderBackups
from sikpro.adapters.s3.backups import BucketBackups
from sikpro.adapters.s3.bucket import Bucket
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.backups.archive import read_manifest
from sikpro.application.ports.backups import Backup, BackupFailed
from sikpro.testing.builders import a_person
from sikpro.testing.contracts.backup_folder import BackupsContract, Kept
from sikpro.testing.fakes import FakeBackups
from tests.integration.loopback import free_port
from tests.integration.s3 import KEY, S3
from tests.integration.sqlite import migrated_sqlite


def a_folder(tmp_path: Path) -> FolderBackups:
    (tmp_path / "backups").mkdir()
    url = migrated_sqlite(tmp_path)
    engine = create_engine_for(url)
    SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    engine.dispose()
    command = (sys.executable, "-m", "sikpro.entrypoints.backup_child")
    return FolderBackups(command=command, database=url, folder=tmp_path / "backups")


def a_bucket(tmp_path: Path, s3: S3) -> BucketBackups:
    folder = a_folder(tmp_path)
    return BucketBackups(made_in=lambda path: evolve(folder, folder=path), bucket=s3.bucket())


@pytest.fixture(params=["memory", "folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "memory":
        memory = FakeBackups()
        return Kept(memory, lambda: sorted(memory.names))
    if request.param == "folder":
        folder = a_folder(tmp_path)
        return Kept(folder, lambda: sorted(one.name for one in folder.folder.iterdir()))
    s3: S3 = request.getfixturevalue("s3")
    return Kept(a_bucket(tmp_path, s3), lambda: [name.removeprefix("sikpro/") for name in s3.there()])


async def test_the_file_is_a_backup_of_the_database_and_other_files_stay(tmp_path: Path) -> None:
    backups = a_folder(tmp_path)
    others = ("holiday.zip", "sikpro-before-the-upgrade.zip", "sikpro.db")
    for name in others:
        (backups.folder / name).touch()
    made = await backups.make("sikpro-20261128-190000.zip")
    assert made == Backup(name=made.name, size=(backups.folder / made.name).stat().st_size, restored=True)
    assert read_manifest(backups.folder / made.name).census.rows["people"] == 1
    await backups.keep(1)
    assert {one.name for one in backups.folder.iterdir()} == {made.name, *others}


async def test_a_backup_that_cannot_be_made_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    backups = a_folder(tmp_path)
    (tmp_path / "sikpro.db").write_bytes(b"this is a text and no database" * 200)
    with pytest.raises(BackupFailed, match="not a database"):
        await backups.make("sikpro-20261128-190000.zip")
    assert list(backups.folder.iterdir()) == []
    backups.folder.rmdir()
    with pytest.raises(BackupFailed, match="No such file or directory"):
        await backups.make("sikpro-20261128-190000.zip")


async def test_what_a_killed_backup_left_is_deleted_the_day_after(tmp_path: Path) -> None:
    backups = a_folder(tmp_path)
    for name, hours in ((".sikpro-old", 25), (".sikpro-new", 1)):
        (backups.folder / name).mkdir()
        (backups.folder / name / "sikpro.db").touch()
        then = time.time() - hours * 3600
        os.utime(backups.folder / name, (then, then))
    await backups.keep(14)
    assert [one.name for one in backups.folder.iterdir()] == [".sikpro-new"]


async def test_what_a_backup_that_was_killed_on_its_way_to_the_bucket_left_is_deleted_the_day_after(
    tmp_path: Path, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "tmp"
    here.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(here))
    for name, hours in ((".sikpro-old", 25), (".sikpro-new", 1), ("others", 99)):
        (here / name).mkdir()
        os.utime(here / name, (time.time() - hours * 3600,) * 2)
    await a_bucket(tmp_path, s3).keep(14)
    assert sorted(one.name for one in here.iterdir()) == [".sikpro-new", "others"]


async def test_what_is_in_the_bucket_is_the_backup_and_what_others_put_there_stays(tmp_path: Path, s3: S3) -> None:
    others = ["sikpro/holiday.zip", "sikpro/old/sikpro-20250101-190000.zip", "sikpro-20250101-190000.zip"]
    for name in others:
        s3.put(name, b"another")
    backups = a_bucket(tmp_path, s3)
    made = await backups.make("sikpro-20261128-190000.zip")
    await backups.make("sikpro-20261129-190000.zip")
    await backups.keep(1)
    assert s3.there() == sorted([*others, "sikpro/sikpro-20261129-190000.zip"])
    s3.bucket().fetch("sikpro-20261129-190000.zip", tmp_path / "fetched.zip")
    assert read_manifest(tmp_path / "fetched.zip").census.rows["people"] == 1
    assert (tmp_path / "fetched.zip").stat().st_mode & 0o777 == 0o600
    assert made.restored


async def test_what_is_in_the_bucket_is_never_replaced(tmp_path: Path, s3: S3) -> None:
    s3.put("sikpro/sikpro-20261128-190000.zip", b"precious")
    with pytest.raises(BackupFailed, match="is there already"):
        await a_bucket(tmp_path, s3).make("sikpro-20261128-190000.zip")
    s3.bucket().fetch("sikpro-20261128-190000.zip", tmp_path / "fetched.zip")
    assert (tmp_path / "fetched.zip").read_bytes() == b"precious"


async def test_what_does_not_come_back_from_the_bucket_as_it_was_sent_is_no_backup(tmp_path: Path, s3: S3) -> None:
    class ChangesOnTheWay(Bucket):
        async def _digest(self, name: str) -> bytes:
            return (await super()._digest(name))[:-1]

    backups = evolve(a_bucket(tmp_path, s3), bucket=ChangesOnTheWay(address=s3.address, store=s3.bucket().store))
    with pytest.raises(BackupFailed, match="did not come back as it was sent"):
        await backups.make("sikpro-20261128-190000.zip")
    assert s3.there() == []


async def test_who_sends_the_name_of_another_server_at_once_does_not_delete_the_others_backup(
    tmp_path: Path, s3: S3
) -> None:
    class Sent(Bucket):
        async def _digest(self, name: str) -> bytes:
            s3.put(f"sikpro/{name}", b"of the other")  # it saw no such name a moment ago
            return await super()._digest(name)

    (tmp_path / "a.zip").write_bytes(b"ours")
    with pytest.raises(BackupFailed, match="of another server"):
        await Sent(address=s3.address, store=s3.bucket().store).put(tmp_path / "a.zip", "a.zip")
    s3.bucket().fetch("a.zip", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"of the other"


class Refuses(BaseHTTPRequestHandler):
    """A service that says why in two lines."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.end_headers()
        self.wfile.write(b"<?xml version='1.0'?><Error><Message>Wrong key.\n  Ask the owner.</Message></Error>")

    def log_request(self, *_: object) -> None:
        """Say nothing."""


async def test_what_a_service_says_in_two_lines_is_said_in_one() -> None:
    with HTTPServer(("127.0.0.1", 0), Refuses) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        bucket = Bucket.at("s3://b/a", endpoint=f"http://127.0.0.1:{server.server_port}", **KEY)
        with pytest.raises(BackupFailed, match=r"403 Forbidden: Wrong key\. Ask the owner\.$"):
            await bucket.names()
        server.shutdown()
        thread.join()


async def test_a_name_that_a_bucket_cannot_have_is_refused_in_words(tmp_path: Path, s3: S3) -> None:
    (tmp_path / "a.zip").touch()
    with pytest.raises(BackupFailed, match=r"illegal character sequence"):
        await s3.bucket().put(tmp_path / "a.zip", "..")


async def test_a_file_of_many_parts_comes_back_whole(tmp_path: Path, s3: S3) -> None:
    content = os.urandom(20_000_000)
    (tmp_path / "a.zip").write_bytes(content)
    await s3.bucket().put(tmp_path / "a.zip", "a.zip")
    s3.bucket().fetch("a.zip", tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == content


@pytest.mark.parametrize("trouble", ["no bucket", "no service"])
async def test_what_the_bucket_refuses_is_said_in_one_line_without_a_secret(
    tmp_path: Path, s3: S3, trouble: str
) -> None:
    if trouble == "no bucket":
        s3.name, s3.address = "not-there", "s3://not-there"
    else:
        s3.endpoint = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(BackupFailed) as said:
        await a_bucket(tmp_path, s3).make("sikpro-20261128-190000.zip")
    assert "bucket does not exist" in str(said.value) or "error sending request" in str(said.value)
    assert "\n" not in str(said.value)
    assert "secret-word" not in str(said.value)


class TestBackups(BackupsContract):
    pass
