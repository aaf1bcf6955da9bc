"""While Litestream copies a SQLite file, SIKPRO leaves every checkpoint to it, whichever way it writes."""

import os
from pathlib import Path

import pytest

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.health import SqlPlace
from sikpro.adapters.sql.litestream import litestreams_folder
from sikpro.entrypoints.doctor import machine
from sikpro.entrypoints.doctor.machine import litestream_at
from sikpro.testing.builders import NOON
from tests.integration.sqlite import migrated_sqlite

PAGES = 1000
"""SQLite checkpoints by itself after so many pages."""


def write_much(store: SqlTransactions, name: str) -> None:
    """Write more than SQLite keeps without a checkpoint."""
    content = b"\xa5" * 4096 * (PAGES + 200)
    store.write(lambda uow: uow.blobs.add(name, "image/jpeg", [content], NOON))
    store.write(lambda uow: uow.blobs.add(f"{name} 2", "image/jpeg", [b"end"], NOON))


def test_what_litestream_copies_is_not_checkpointed_also_when_it_begins_or_ends_under_way(tmp_path: Path) -> None:
    file = tmp_path / "sikpro.db"
    engine = create_engine_for(migrated_sqlite(tmp_path))
    store = SqlTransactions(engine)
    write_much(store, "before")
    checkpointed = file.stat().st_size
    assert checkpointed > PAGES * 4096, "without Litestream it is checkpointed"

    litestreams_folder(file).mkdir()
    write_much(store, "copied")
    assert file.stat().st_size == checkpointed
    other = create_engine_for(f"sqlite:///{file}")
    write_much(SqlTransactions(other), "by another door")
    assert file.stat().st_size == checkpointed
    other.dispose()
    assert file.stat().st_size == checkpointed, "somebody else still has it open"

    litestreams_folder(file).rmdir()
    write_much(store, "after")
    assert file.stat().st_size > 3 * checkpointed
    engine.dispose()


def test_who_comes_by_a_link_sees_litestream_too(tmp_path: Path) -> None:
    migrated_sqlite(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.db").symlink_to(tmp_path / "sikpro.db")
    assert litestreams_folder(tmp_path / "elsewhere" / "link.db") == tmp_path / ".sikpro.db-litestream"


async def test_the_doctor_and_the_watch_say_when_nobody_takes_what_waits_for_litestream(tmp_path: Path) -> None:
    file = tmp_path / "sikpro.db"
    litestreams_folder(file).mkdir()
    assert (litestream_at(file).verdict, litestream_at(file).code) == ("ok", "ok")
    (tmp_path / "sikpro.db-wal").touch()
    os.truncate(tmp_path / "sikpro.db-wal", 150_000_000)
    assert (litestream_at(file).verdict, litestream_at(file).code, litestream_at(file).facts["size"]) == (
        "!",
        "waits",
        150,
    )
    place = SqlPlace(f"sqlite:///{file}")
    space = await place.space()
    assert space is not None
    assert space.copy_waits
    litestreams_folder(file).rmdir()
    space = await place.space()
    assert space is not None
    assert not space.copy_waits, "without Litestream SQLite makes it small by itself"


def test_the_doctor_refuses_litestream_beside_an_sqlite_that_may_lose_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "RACES", True)
    assert (litestream_at(tmp_path / "sikpro.db").verdict, litestream_at(tmp_path / "sikpro.db").code) == ("X", "races")
