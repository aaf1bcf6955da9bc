"""A recap that is sent by itself, from the clock to the file in the chat, by real processes that are killed."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.storage import UnitOfWork
from tests.integration.e2e.installation import CREW, Installation, installed, wait_until

LEADER = 6100


def _due_for_two_days(uow: UnitOfWork) -> None:
    """The team leader is on Telegram, and was owed the recaps of yesterday and the day before."""
    leader = uow.people.by_username("teamleader")
    assert leader is not None
    uow.people.save(evolve(leader, telegram_id=LEADER))
    now = datetime.now(UTC)
    uow.schedules.add(
        Schedule(
            rhythm=Frequency.YESTERDAY,
            at=time(0, 0),
            person=leader.id,
            label=leader.name,
            language="id",
            made_by=leader.id,
            made_at=now - timedelta(days=2),
        )
    )


def _heard(running: Installation) -> list[dict[str, Any]]:
    return [message for message in running.chat(LEADER) if message["sender"] == "bot"]


def _sent(running: Installation) -> int:
    return running.transactions.read(lambda uow: uow.outbox.counts()).get(Delivery.SENT, 0)


@pytest.mark.audit
def test_what_was_due_while_the_server_was_down_arrives_once_late_and_with_its_file(tmp_path: Path) -> None:
    with installed(tmp_path) as running:
        running.api.post("/chats", json={"id": LEADER, "name": "Ketua"}).raise_for_status()
        running.transactions.write(_due_for_two_days)
        running.sikpro.start()
        # Marked as sent, so that the kill makes nothing doubtful: the Bot API could not tell.
        wait_until(lambda: _sent(running) >= 2, "two late recaps")
        running.sikpro.kill()
        running.sikpro.start()
        wait_until(lambda: sum(bool(one["document"]) for one in _heard(running)) >= 2, "their two files", 90)
        running.say(CREW[0], "/reg AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445")
        running.hears(CREW[0], "Pesan diterima")
        texts = [message["text"] for message in _heard(running) if not message["document"]]
        assert len(texts) == 2
        assert all(text.startswith("⏰ Terlambat: seharusnya dikirim") for text in texts)
        files = [message["document"]["name"] for message in _heard(running) if message["document"]]
        assert len(files) == len(set(files)) == 2
        schedule = running.transactions.read(lambda uow: uow.schedules.all())[0]
        assert schedule.message is not None
        running.sikpro.stop()
