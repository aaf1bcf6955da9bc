"""What the records of health and the place of the data promise."""

import asyncio
from pathlib import Path

import pytest

from sikpro.adapters.memory.health import MemoryPlace
from sikpro.adapters.sql.health import SqlPlace
from sikpro.application.ports.health import Checked, DataPlace, HealthRecord, Integrity, Waiting
from sikpro.application.ports.storage import StorageError, Transactions, UnitOfWork
from sikpro.testing.builders import after, an_outgoing
from sikpro.testing.fakes import FakePlace
from tests.integration.contract.conftest import POSTGRES
from tests.integration.contract.test_claims import EVERYTHING, claimed, furnish
from tests.integration.sqlite import migrated_sqlite


def test_the_latest_record_of_a_name_is_kept_and_old_ones_of_a_beginning_are_forgotten(store: Transactions) -> None:
    records = [
        HealthRecord(name="probe:1", at=after(0), detail="1"),
        HealthRecord(name="probe:2", at=after(5), detail="😀"),
        HealthRecord(name="probe_3", at=after(0), state="damaged", detail="x" * 10_000),
        HealthRecord(name="probe:1", at=after(1), detail="2"),
    ]

    def found() -> list[HealthRecord | None]:
        names = ("probe:1", "probe:2", "probe_3", "probe")
        return store.read(lambda unit: [unit.health.get(name) for name in names])

    def put_all(unit: UnitOfWork) -> None:
        for record in records:
            unit.health.put(record)

    store.write(put_all)
    assert found() == [records[3], records[1], records[2], None]
    store.write(lambda unit: unit.health.forget("probe:", after(5)))
    assert found() == [None, records[1], records[2], None]


def test_what_waits_is_counted_also_what_somebody_has_in_hand_and_nothing_that_ended_or_is_to_come(
    store: Transactions,
) -> None:
    def waiting() -> Waiting:
        return store.read(lambda unit: unit.health.waiting(after(1)))

    assert waiting() == Waiting()
    store.write(furnish)
    everything = Waiting(messages=1, jobs=1, exports=1, tables=1, photos=1, files=1)
    assert waiting() == everything
    assert store.write(claimed) == EVERYTHING
    assert waiting() == everything

    def end(unit: UnitOfWork) -> None:
        unit.outbox.sent(1, 5, after(1))
        unit.outbox.put(an_outgoing(chat_id=0), after(1))
        unit.exports.cancel(1, after(1))
        unit.photo_reads.done(1, None, "gone")
        unit.files.give_up(1, "gone")
        unit.written_tables.stop(unit.written_tables.get(1), "fault")
        (job,) = unit.jobs.all()
        unit.jobs.again(job, after(9))

    store.write(end)
    assert waiting() == Waiting()


@pytest.fixture(params=["memory", "fake", "sqlite", POSTGRES])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> DataPlace:
    """The place of the data of each store."""
    if request.param == "memory":
        return MemoryPlace()
    if request.param == "fake":
        return FakePlace()
    if request.param == "postgres":
        return SqlPlace(request.getfixturevalue("new_postgres")(request.getfixturevalue("postgres_template")))
    return SqlPlace(migrated_sqlite(tmp_path))


async def test_sound_data_are_not_called_damaged_and_a_disk_has_room(place: DataPlace) -> None:
    checked, space = await place.check_integrity(), await place.space()
    assert checked.integrity is not Integrity.DAMAGED
    assert space is None or 0 < space.free < space.whole or isinstance(place, FakePlace)


def test_a_file_with_pages_of_rubbish_is_called_damaged_and_stays_as_it_is(tmp_path: Path) -> None:
    url, path = migrated_sqlite(tmp_path), tmp_path / "sikpro.db"
    content = bytearray(path.read_bytes())
    content[4096 * 20 : 4096 * 40] = b"\xa5" * 4096 * 20

    def checked() -> Checked:
        return asyncio.run(SqlPlace(url).check_integrity())

    assert checked() == Checked(Integrity.OK)
    path.write_bytes(content)
    assert checked().integrity is Integrity.DAMAGED
    assert checked().detail
    assert path.read_bytes() == bytes(content)
    path.write_bytes(b"rubbish" * 1000)
    assert checked().integrity is Integrity.DAMAGED


async def test_a_place_that_is_not_there_is_a_fault_of_the_store_and_has_no_room(tmp_path: Path) -> None:
    place = SqlPlace(f"sqlite:///{tmp_path / 'none' / 'sikpro.db'}")
    assert await place.space() is None
    with pytest.raises(StorageError):
        await place.check_integrity()
