"""The place of the nightly backups: what is made was verified, the newest stay, and other files are left alone."""

import os
import sys
import time
from pathlib import Path

import pytest
from attrs import define, field

from sikpro.adapters.local.backup_process import FolderBackups
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.backups.archive import read_manifest
from sikpro.application.ports.backups import Backup, BackupFailed, Backups
from tests.builders import a_person
from tests.fakes import FakeBackups
from tests.integration.sqlite import migrated_sqlite


@define
class Kept:
    """A place for backups, and how to look into it."""

    backups: Backups
    folder: Path
    names: list[str] = field(factory=list[str])

    def there(self) -> list[str]:
        """The backups that are there."""
        if isinstance(self.backups, FakeBackups):
            return sorted(self.backups.names)
        return sorted(one.name for one in self.folder.iterdir() if one.suffix == ".zip")


def a_folder(tmp_path: Path) -> FolderBackups:
    (tmp_path / "backups").mkdir()
    url = migrated_sqlite(tmp_path)
    engine = create_engine_for(url)
    SqlTransactions(engine).write(lambda uow: uow.people.add(a_person("Rina")))
    engine.dispose()
    command = (sys.executable, "-m", "sikpro.entrypoints.backup_child")
    return FolderBackups(command=command, database=url, folder=tmp_path / "backups")


@pytest.fixture(params=["memory", "folder"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    backups = FakeBackups() if request.param == "memory" else a_folder(tmp_path)
    return Kept(backups, tmp_path / "backups")


async def test_what_is_made_is_there_under_its_name(kept: Kept) -> None:
    made = await kept.backups.make("sikpro-20261128-190000.zip")
    assert made.name == "sikpro-20261128-190000.zip"
    assert made.restored
    assert made.size > 0
    assert kept.there() == ["sikpro-20261128-190000.zip"]


async def test_the_newest_stay(kept: Kept) -> None:
    for day in (28, 26, 27):
        await kept.backups.make(f"sikpro-202611{day}-190000.zip")
    await kept.backups.keep(2)
    assert kept.there() == ["sikpro-20261127-190000.zip", "sikpro-20261128-190000.zip"]


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
