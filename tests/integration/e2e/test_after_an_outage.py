"""Telegram is away until answers have failed, the order moves on, Telegram is back, and a leader presses the button."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.outbox import outbox
from sikpro.application.ports.outbox import Delivery
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.work_order import take_order
from tests.integration.e2e.installation import CREW, Installation, installed, wait_until
from tests.integration.e2e.many_processes import visitor

NUMBER = "SC32232558"
ZONE = "Asia/Jakarta"


def _answer(running: Installation, status: str, feedback: str) -> None:
    """A helpdesk takes the order if it is free, and answers."""
    helpdesk = running.transactions.read(lambda uow: uow.people.by_username("helpdesk"))
    assert helpdesk is not None
    order = running.transactions.read(lambda uow: uow.orders.find(NUMBER)[0])
    now = datetime.now(UTC)
    running.transactions.write(
        lambda uow: (
            take_order(uow, order.id, helpdesk, now),
            change_status(uow, order.id, status, helpdesk, now, feedback=feedback, zone=ZONE),
        )
    )


def _a_day_passes(running: Installation) -> None:
    """What waits was queued a day ago and tried often; the relay gives it up at its next try."""
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    aged = sa.update(outbox).where(outbox.c.state.in_(["queued", "sending"]))
    engine = create_engine_for(running.database)
    with engine.begin() as connection:
        connection.execute(aged.values(created_at=long_ago, attempts=99))
    engine.dispose()


def _count(running: Installation, state: Delivery) -> int:
    return running.transactions.read(lambda uow: uow.outbox.counts()).get(state, 0)


def _answer_fails(running: Installation, place: int, status: str, feedback: str) -> None:
    _answer(running, status, feedback)
    _a_day_passes(running)
    wait_until(lambda: _count(running, Delivery.FAILED) == place, f"{place} answers failed", 90)


@pytest.mark.audit
def test_the_technician_reads_the_present_state_once(tmp_path: Path) -> None:
    with installed(tmp_path) as running:
        running.sikpro.start()
        running.say(CREW[0], f"/reg AO#{NUMBER}#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445")
        running.hears(CREW[0], "Pesan diterima")
        wait_until(lambda: _count(running, Delivery.QUEUED) == _count(running, Delivery.SENDING) == 0, "all is sent")
        running.faults(methods={"sendMessage": 1.0}, kinds=["500"])
        _answer_fails(running, 1, "odp_penuh", "ODP penuh, tunggu")
        _answer_fails(running, 2, "odp_rusak", "ternyata rusak")
        _answer_fails(running, 3, "selesai", "sudah aktif")
        running.faults()
        heard = len(running.chat(CREW[0]))

        with closing(visitor(running.sikpro, "teamleader")) as leader:
            page = leader.get("/ledger/failed").text
            found = re.search(r'name="csrf" value="([^"]+)"', page)
            assert found
            assert "3 pesan tertinggal karena gangguan" in page
            assert "Kirim ulang: 1 pesan" in page
            for _ in range(2):
                assert leader.post("/ledger/failed", data={"csrf": found[1]}).status_code == 303

        text = running.hears(CREW[0], "tertahan gangguan")["text"]
        assert NUMBER in text
        assert "sudah aktif" in text
        assert "penuh" not in text
        running.say(CREW[0], "/help")
        wait_until(lambda: len(running.chat(CREW[0])) >= heard + 3, "the answer to the next message")
        assert sum("tertahan" in one["text"] for one in running.chat(CREW[0])) == 1
        assert (_count(running, Delivery.FAILED), _count(running, Delivery.REPLACED)) == (0, 3)
        running.sikpro.stop()
