"""What the records of health and the place of the data promise."""

import pytest

from sikpro.application.ports.health import DataPlace, HealthRecord, Integrity, Waiting
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.testing.builders import after, an_outgoing
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.claims import EVERYTHING, claimed, furnish
from sikpro.testing.fakes import FakePlace


class HealthContract(StoreSuite):
    """What the records of health and the place of the data promise."""

    def test_the_latest_record_of_a_name_is_kept_and_old_ones_of_a_beginning_are_forgotten(
        self, store: Transactions
    ) -> None:
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
        self,
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


@pytest.mark.asyncio
class DataPlaceContract:
    """What the place of the data promises; it needs the fixture `place`."""

    async def test_sound_data_are_not_called_damaged_and_a_disk_has_room(self, place: DataPlace) -> None:
        checked, space = await place.check_integrity(), await place.space()
        assert checked.integrity is not Integrity.DAMAGED
        assert space is None or 0 < space.free < space.whole or isinstance(place, FakePlace)
