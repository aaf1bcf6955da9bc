"""What an archive promises: history, messages and photos leave, every figure stays, and the facts still agree."""

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve
from sqlalchemy.engine import Engine

from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.archive_file import write_archive
from sikpro.adapters.sql.journal import journal
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.record_change import record_remark
from sikpro.application.use_cases.retention.archive_year import (
    begin_archive,
    mark_orders,
)
from sikpro.domain.errors import OrderArchived
from sikpro.domain.seals import FaultKind
from sikpro.testing.contracts.archives import (
    NOW,
    ArchivesContract,
    begun,
    closed_year,
    ended,
    move_all,
    over,
    still_here,
    verified,
)
from sikpro.testing.contracts.race import race
from sikpro.testing.histories import ZONE
from tests.integration.contract.conftest import POSTGRES
from tests.integration.contract.test_retention import floor

__all__ = ["floor"]


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
def test_an_order_is_either_changed_or_archived_when_both_happen_at_once(
    databases: SqlTransactions, database_url: str
) -> None:
    closed_year(databases)
    archive = databases.write(lambda unit: begin_archive(unit, 2026, "2026.db", NOW, ZONE))
    first, second = databases.read(lambda unit: [order_id for order_id, *_ in unit.orders.key_facts()])
    engine = create_engine_for(database_url)
    other = SqlTransactions(engine)

    def remark(unit: UnitOfWork, order_id: int) -> None:
        standing = evolve(unit.orders.get(order_id), deleted_at=None)
        record_remark(unit, standing.remark("lama", NOW), 1)

    def change_first(unit: UnitOfWork) -> int:
        remark(unit, first)
        return other.write(lambda unit: mark_orders(unit, archive.id, [first, second], ZONE))

    assert databases.write(change_first) == 1
    assert still_here(databases, archive) == (second,)

    refused: list[object] = []
    late = threading.Thread(target=lambda: refused.extend(race(lambda: other.write(lambda unit: remark(unit, third)))))

    def mark_first(unit: UnitOfWork) -> int:
        marked = mark_orders(unit, archive.id, [third], ZONE)
        late.start()
        late.join(1)  # it waits for this transaction; without that it would be done by now
        return marked

    third = databases.write(lambda unit: over(unit, "SC10000002")).id
    assert databases.write(mark_first) == 1
    late.join()
    engine.dispose()
    assert [type(error) for error in refused] == [OrderArchived]


@pytest.fixture
def written(databases: SqlTransactions, engine: Engine, database_url: str, tmp_path: Path) -> Iterator[SqlTransactions]:
    """The archive of a random life, opened to be read; none of its rows has moved."""
    ended(databases, 4)
    file = tmp_path / "2027.db"
    write_archive(database_url, begun(databases), file)
    kept = create_engine_for(f"sqlite:///{file}", read_only=True)
    yield SqlTransactions(kept)
    kept.dispose()


def test_the_file_has_everything_is_closed_to_others_and_makes_the_facts_comparable_again(
    databases: SqlTransactions, written: SqlTransactions, tmp_path: Path
) -> None:
    archive = databases.read(lambda unit: unit.archives.all())[0]
    ids = still_here(databases, archive)

    def content(unit: UnitOfWork) -> list[object]:
        files = [unit.files.of_order(one) for one in ids]
        photos = [unit.files.content(file.id) for some in files for file in some]
        histories = [(unit.orders.get(one), unit.journal.of_order(one), unit.outbox.of_order(one)) for one in ids]
        return [files, photos, histories]

    before, blind = databases.read(content), verified(databases)[1].blind
    assert written.read(content) == before
    assert stat.S_IMODE((tmp_path / "2027.db").stat().st_mode) == 0o600
    assert list(tmp_path.glob(".2027*")) == list(tmp_path.glob("2027.db?*")) == []
    move_all(databases, written, archive)
    assert written.read(content) == before
    faults, alone = verified(written)
    assert (faults, alone.facts > 20) == ([], True)
    assert verified(databases)[1].archived > 20
    faults, together = written.read(lambda kept: verified(databases, kept))
    assert (faults, together.archived, together.blind) == ([], 0, blind)


def test_a_change_in_the_archive_is_named_by_the_seals_of_the_database(
    databases: SqlTransactions, written: SqlTransactions, tmp_path: Path
) -> None:
    archive = databases.read(lambda unit: unit.archives.all())[0]
    move_all(databases, written, archive)
    changed = create_engine_for(f"sqlite:///{tmp_path / '2027.db'}")
    with changed.begin() as connection:
        connection.execute(sa.update(journal).where(journal.c.id == 40).values(actor=999))
    changed.dispose()
    faults, _ = written.read(lambda kept: verified(databases, kept))
    assert [one.kind for one in faults] == [FaultKind.ROW_CHANGED]


def test_a_file_that_is_there_is_never_replaced_and_only_the_finished_archive_is_taken_as_it_is(
    databases: SqlTransactions, written: SqlTransactions, database_url: str, tmp_path: Path
) -> None:
    archive = databases.read(lambda unit: unit.archives.all())[0]
    before = same_as(tmp_path / "2027.db")
    assert len(write_archive(database_url, archive, tmp_path / "2027.db")) > 20
    assert same_as(tmp_path / "2027.db") == before
    for name, content in (("2026.db", "mine"), ("2027.db", "")):
        (tmp_path / name).write_text(content)
        with pytest.raises(BackupFailed, match="is there already"):
            write_archive(database_url, archive, tmp_path / name)
        assert (tmp_path / name).read_text() == content


def same_as(file: Path) -> tuple[int, int, int]:
    """What another file of this name would not have."""
    found = file.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


class TestArchives(ArchivesContract):
    pass
