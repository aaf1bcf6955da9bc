"""Nobody's order is lost, doubled or left without an answer: over real sockets, killed and failed at random."""

import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.queries import OrderFilter, Sort
from tests.integration.e2e.installation import CREW, Installation, installed, wait_until

MESSAGES = 300
KILLS = 12


def request(number: int, place: int) -> str:
    """A request of the technician at a place of the crew."""
    return f"/reg AO#SC{70_000_000 + number}#ZTEG{number:08X}#SDA#ODP-SDA-{number % 900 + 1:03}#F5SDA{445 + place}"


def send_all(installation: Installation, chance: random.Random, messages: int) -> None:
    """Requests from everybody in turn, at an uneven pace."""
    for number in range(messages):
        place = number % len(CREW)
        installation.say(CREW[place], request(number, place))
        time.sleep(chance.uniform(0, 0.08))


def all_settled(installation: Installation, messages: int) -> bool:
    """Whether everything that came in has an outcome and everything to send has left."""

    def work_waits(uow) -> tuple[int, int]:  # type: ignore[no-untyped-def]  # a unit of work
        since = datetime.now(UTC) - timedelta(days=1)
        received = sum(uow.inbox.totals(since, since + timedelta(days=2)).values())
        counts = uow.outbox.counts()
        return received, counts.get(Delivery.QUEUED, 0) + counts.get(Delivery.SENDING, 0)

    received, waiting = installation.transactions.read(work_waits)
    return received >= messages and waiting == 0


def check_nothing_lost(installation: Installation, messages: int) -> Counter[str]:
    """As many orders as messages, no double, every message answered, and the ledger adds up."""
    rows = installation.transactions.read(
        lambda uow: uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=2 * messages)
    )
    assert sorted(row.number for row in rows) == [f"SC{70_000_000 + number}" for number in range(messages)]

    since = datetime.now(UTC) - timedelta(days=1)
    totals = installation.transactions.read(lambda uow: uow.inbox.totals(since, since + timedelta(days=2)))
    assert totals == {Outcome.ORDER: messages}
    assert installation.api.get("/stats").json()["updates_in"] == messages

    deliveries = installation.transactions.read(lambda uow: uow.outbox.counts())
    assert deliveries.get(Delivery.FAILED, 0) == 0
    doubled = 0
    for user in CREW:
        chat = installation.chat(user)
        answers = Counter(one["reply_to"] for one in chat if one["sender"] == "bot")
        asked = [one["message_id"] for one in chat if one["sender"] == "person"]
        assert set(asked) <= set(answers), f"unanswered: {set(asked) - set(answers)}"
        doubled += sum(answers[message_id] > 1 for message_id in asked)  # two kills may make three of one
    assert doubled <= deliveries.get(Delivery.PERHAPS_TWICE, 0), "an answer came twice and is not marked so"
    return Counter({str(state): count for state, count in deliveries.items()})


def storm(installation: Installation, chance: random.Random, messages: int = MESSAGES, kills: int = KILLS) -> None:
    """Send everything while SIKPRO is killed again and again, and see that nothing is lost."""
    installation.sikpro.start()
    sender = threading.Thread(target=send_all, args=(installation, chance, messages))
    sender.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.1, 0.9))
        installation.sikpro.kill()
        installation.sikpro.start()
    sender.join()
    wait_until(lambda: all_settled(installation, messages), "everything is handled and answered", 300)
    check_nothing_lost(installation, messages)


def test_sixty_messages_survive_three_kills(tmp_path: Path) -> None:
    chance = random.Random(4)
    with installed(tmp_path) as installation:
        storm(installation, chance, messages=60, kills=3)


@pytest.mark.audit
def test_three_hundred_messages_survive_a_dozen_kills(tmp_path: Path) -> None:
    chance = random.Random(5)
    with installed(tmp_path) as installation:
        storm(installation, chance)


@pytest.mark.audit
def test_three_hundred_messages_survive_a_telegram_that_fails_one_call_in_five(tmp_path: Path) -> None:
    chance = random.Random(6)
    with installed(tmp_path) as installation:
        installation.faults(fraction=0.2, seed=6, retry_after=1)
        installation.sikpro.start()
        send_all(installation, chance, MESSAGES)
        wait_until(lambda: all_settled(installation, MESSAGES), "everything is handled and answered", 180)
        assert sum(installation.api.get("/faults").json()["injected"].values()) > 20
        check_nothing_lost(installation, MESSAGES)


@pytest.mark.audit
def test_three_hundred_messages_survive_a_dozen_kills_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    chance = random.Random(7)
    with installed(tmp_path, postgres_url, {"SIKPRO_LEASE_SECONDS": "8"}) as installation:
        storm(installation, chance)


def test_a_dialogue_goes_on_after_a_kill(tmp_path: Path) -> None:
    user = CREW[0]
    with installed(tmp_path) as installation:
        installation.sikpro.start()
        installation.say(user, "/reg")
        installation.hears(user, "Tipe order?")
        installation.press(user, "AO")
        installation.hears(user, "No. registrasi (SC)?")
        installation.sikpro.kill()
        installation.say(user, "SC32232558")
        installation.sikpro.start()
        installation.hears(user, "SN modem?")
        installation.say(user, "ZTEGC6754546")
        installation.hears(user, "STO?")
        installation.press(user, "SDA")
        installation.hears(user, "ODP?")
        installation.say(user, "ODP-SDA-003")
        installation.hears(user, "Pesan diterima, mohon ditunggu. SC32232558")
