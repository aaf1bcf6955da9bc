"""What every store promises of recaps that are sent by themselves."""

from datetime import time

import pytest
from attrs import evolve

from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.storage import Transactions
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import a_person, after
from sikpro.testing.contracts.base import StoreSuite


class SchedulesContract(StoreSuite):
    """What every store promises of recaps that are sent by themselves."""

    def test_a_schedule_is_kept_changed_and_dropped(self, store: Transactions) -> None:
        person = store.write(lambda unit: unit.people.add(a_person()))
        whole = Schedule(
            rhythm=Frequency.YESTERDAY,
            at=time(7, 5),
            person=person.id,
            language="en",
            with_file=False,
            made_by=person.id,
            made_at=after(0),
        )
        group = evolve(whole, rhythm=Frequency.MONTH, person=None, chat_id=-100, topic=12, label="Aktivasi SDA")
        first, second = store.write(lambda unit: (unit.schedules.add(whole), unit.schedules.add(group)))
        assert store.read(lambda unit: unit.schedules.all()) == (first, second)
        assert evolve(first, id=0) == whole
        sent = evolve(second, active=False, sent_for="2026-11", message=7, trouble="no_telegram")
        store.write(lambda unit: unit.schedules.put(sent))
        assert store.read(lambda unit: unit.schedules.get(second.id)) == sent
        store.write(lambda unit: unit.schedules.drop(first.id))
        assert store.read(lambda unit: unit.schedules.all()) == (sent,)
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.schedules.get(first.id))
        with pytest.raises(NotFound):
            store.write(lambda unit: unit.schedules.put(first))
