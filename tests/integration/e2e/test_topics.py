"""A group with topics: order, answer, an owner's reminder and recap each in its topic; a closed topic has its words."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.owners import Owner
from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.remind_owners import remind_owners
from tests.integration.e2e.installation import Installation, installed, wait_until
from tests.integration.e2e.test_groups_and_photos import (
    BOT,
    BUDI,
    GROUP,
    NUMBER,
    WHOLE,
    Helpdesk,
    act,
    helpdesk,
    stored,
)

ZONE = "Asia/Jakarta"
MONDAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""Ten in the morning in Sidoarjo."""


def _hears(running: Installation, text: str) -> dict[str, Any]:
    """Wait until the bot has said something in the group, once, and return it."""
    found: list[dict[str, Any]] = []

    def heard() -> bool:
        messages = running.api.get(f"/groups/{GROUP}/messages").json()
        found[:] = [one for one in messages if one["sender"] == "bot" and text in one["text"]]
        return bool(found)

    wait_until(heard, f"{text!r} in the group", 60)
    assert len(found) == 1
    return found[0]


def _topics_spoken_in(running: Installation) -> set[int | None]:
    messages = running.api.get(f"/groups/{GROUP}/messages").json()
    return {one["topic"] for one in messages if one["sender"] == "bot"}


def _newest(running: Installation) -> OutboxItem:
    order = stored(running)
    return running.transactions.read(lambda uow: uow.outbox.of_order(order.id))[-1]


def _answer(desk: Helpdesk, running: Installation, status: str, feedback: str) -> None:
    order = stored(running)
    desk.get(f"/orders/{order.id}")
    if order.holder is None:
        desk.post(f"/orders/{order.id}/take")
    version = str(stored(running).version)
    answer = desk.post(f"/orders/{order.id}/status", status=status, feedback=feedback, version=version)
    assert answer.status_code == 303


def _wants_a_recap(uow: UnitOfWork, topic: int) -> None:
    leader = uow.people.by_username("teamleader")
    assert leader is not None
    uow.schedules.add(
        Schedule(
            rhythm=Frequency.YESTERDAY,
            at=time(0, 0),
            chat_id=GROUP,
            topic=topic,
            label="Aktivasi SDA",
            language="id",
            with_file=False,
            made_by=leader.id,
            made_at=datetime.now(UTC) - timedelta(days=2),
        )
    )


@pytest.mark.audit
def test_everything_about_a_group_is_said_in_the_topic_it_belongs_to(tmp_path: Path) -> None:
    with installed(tmp_path) as running:
        act(running, "/groups", id=GROUP, name="Aktivasi SDA", members=[BUDI])
        orders, faults, recaps = (
            int(act(running, f"/groups/{GROUP}/topics", name=name)["number"])
            for name in ("Aktivasi", "Gangguan", "Laporan")
        )
        running.transactions.write(lambda uow: _wants_a_recap(uow, recaps))
        running.sikpro.start()
        assert _hears(running, "Rekap")["topic"] == recaps
        sent = act(running, f"/chats/{BUDI}/messages", chat=GROUP, topic=orders, text=f"/reg@{BOT} {WHOLE}")
        receipt = _hears(running, "Pesan diterima")
        assert (receipt["topic"], receipt["reply_to"]) == (orders, sent["message_id"])

        with helpdesk(running) as desk:
            _answer(desk, running, "odp_penuh", "ODP penuh, tunggu")
            told = _hears(running, "ODP penuh, tunggu")
            assert (told["topic"], told["reply_to"]) == (orders, sent["message_id"])

            owner = Owner(status="odp_penuh", label="Tim ODP", chat_id=GROUP, topic=faults)
            running.transactions.write(lambda uow: uow.owners.put(owner))
            running.transactions.write(lambda uow: remind_owners(uow, MONDAY, ZONE))
            wait_until(lambda: faults in _topics_spoken_in(running), "the owner's reminder in its topic")

            act(running, f"/groups/{GROUP}/topics", number=orders, state="closed")
            _answer(desk, running, "selesai", "sudah aktif")
            wait_until(lambda: _newest(running).state is Delivery.FAILED, "the answer to the closed topic failed")
            page = f"/orders/{stored(running).id}"
            assert "topik grup ditutup: buka lagi topiknya" in desk.get(page).text
            act(running, f"/groups/{GROUP}/topics", number=orders, state="open")
            assert desk.post(f"{page}/resend", message=str(_newest(running).id)).status_code == 303
        again = _hears(running, "sudah aktif")
        assert again["topic"] == orders
        assert NUMBER in again["text"]
        running.sikpro.stop()
