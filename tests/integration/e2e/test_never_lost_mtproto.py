"""By MTProto nobody's order is lost or doubled, and each is answered exactly once, however often SIKPRO is killed."""

import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.queries import OrderFilter, Sort
from tests.integration.e2e.installation import CREW, wait_until
from tests.integration.e2e.mtproto_installation import MtprotoInstallation, installed_by_mtproto
from tests.integration.e2e.test_never_lost import request

FAULTS = (
    {"method": "messages.sendMessage", "cut": "after", "every": 23},
    {"method": "messages.sendMessage", "cut": "before", "every": 31},
    {"method": "messages.sendMessage", "error": (500, "INTERNAL"), "every": 13},
    {"method": "messages.sendMessage", "error": (420, "FLOOD_WAIT_1"), "every": 17},
    {"method": "updates.getDifference", "cut": "after", "every": 19},
    {"method": "updates.getDifference", "error": (500, "INTERNAL"), "every": 11},
    {"method": "push", "cut": "skip", "every": 4},
    {"method": "push", "cut": "double", "every": 6},
)


def storm(installation: MtprotoInstallation, messages: int, kills: int, chance: random.Random) -> None:
    """Everybody sends in turn, at an uneven pace, while Telegram fails and SIKPRO is killed and started again."""
    for fault in FAULTS:
        installation.telegram.call("fail", times=None, **fault)
    installation.telegram.call("set", slice_limit=20)

    def send_all() -> None:
        for number in range(messages):
            place = number % len(CREW)
            installation.say(CREW[place], request(number, place))
            time.sleep(chance.uniform(0, 0.06))

    installation.sikpro.start()
    sender = threading.Thread(target=send_all)
    sender.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, 1.0))
        installation.sikpro.kill()
        installation.sikpro.start()
    sender.join()
    wait_until(lambda: all_settled(installation, messages), "everything is handled and answered", 400)
    installation.sikpro.stop()


def all_settled(installation: MtprotoInstallation, messages: int) -> bool:
    """Whether everything that came in has an outcome and everything to send has left."""

    def work_waits(uow) -> tuple[int, int]:  # type: ignore[no-untyped-def]  # a unit of work
        since = datetime.now(UTC) - timedelta(days=1)
        received = sum(uow.inbox.totals(since, since + timedelta(days=2)).values())
        counts = uow.outbox.counts()
        return received, counts.get(Delivery.QUEUED, 0) + counts.get(Delivery.SENDING, 0)

    received, waiting = installation.transactions.read(work_waits)
    return received >= messages and waiting == 0


def check_exactly_once(installation: MtprotoInstallation, messages: int) -> None:
    """As many orders as messages, no double, one answer each, and a reply to any answer finds its order."""
    rows = installation.transactions.read(
        lambda uow: uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=2 * messages)
    )
    assert sorted(row.number for row in rows) == [f"SC{70_000_000 + number}" for number in range(messages)]
    since = datetime.now(UTC) - timedelta(days=1)
    totals = installation.transactions.read(lambda uow: uow.inbox.totals(since, since + timedelta(days=2)))
    assert totals == {Outcome.ORDER: messages}
    deliveries = installation.transactions.read(lambda uow: uow.outbox.counts())
    assert {state: count for state, count in deliveries.items() if count} == {Delivery.SENT: messages}

    sent = installation.sent()
    assert len(sent) == messages
    assert set(Counter(one["random_id"] for one in sent).values()) == {1}
    assert set(Counter((one["chat"], one["reply_to"]) for one in sent).values()) == {1}
    known = installation.transactions.read(
        lambda uow: [uow.outbox.order_of(one["chat"], one["message_id"]) for one in sent]
    )
    assert Counter(known) == Counter(row.id for row in rows)
    assert sum(one["repeats"] for one in sent) > 0, "no answer was tried twice: the storm tested nothing"


@pytest.mark.audit
def test_sixty_messages_survive_four_kills_and_are_answered_exactly_once(tmp_path: Path) -> None:
    with installed_by_mtproto(tmp_path) as installation:
        storm(installation, 60, 4, random.Random(8))
        check_exactly_once(installation, 60)


@pytest.mark.audit
def test_three_hundred_messages_survive_a_dozen_kills_and_are_answered_exactly_once(tmp_path: Path) -> None:
    with installed_by_mtproto(tmp_path) as installation:
        storm(installation, 300, 12, random.Random(9))
        check_exactly_once(installation, 300)


@pytest.mark.audit
def test_three_hundred_messages_survive_a_dozen_kills_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with installed_by_mtproto(tmp_path, postgres_url, SIKPRO_LEASE_SECONDS="8") as installation:
        storm(installation, 300, 12, random.Random(10))
        check_exactly_once(installation, 300)


def health(installation: MtprotoInstallation) -> str:
    """What the health page says of the bot, while the web serves."""
    answer = httpx.get(f"http://127.0.0.1:{installation.sikpro.port}/healthz", trust_env=False)
    bot = answer.json()["parts"]["bot"]
    assert (answer.status_code, answer.json()["status"]) in {(200, "ok"), (503, "failing")}
    return str(bot["state"])


@pytest.mark.audit
def test_each_trouble_is_named_by_the_health_page_while_the_web_serves(tmp_path: Path) -> None:
    with installed_by_mtproto(tmp_path, SIKPRO_TELEGRAM_API_HASH="f" * 32) as installation:
        installation.sikpro.start()
        wait_until(lambda: health(installation) == "api_id", "a wrong api_hash is named")
        installation.telegram.call("set", api_hash="f" * 32, clock_offset=120)
        wait_until(lambda: health(installation) == "clock", "a clock that is off is named")
        installation.telegram.call("set", clock_offset=0)
        installation.telegram.call("cut_connections")
        wait_until(lambda: health(installation) == "connected", "all is well")
        installation.telegram.call("revoke_token")
        wait_until(lambda: health(installation) == "unauthorised", "a revoked token is named")
        installation.sikpro.stop()
        log = installation.sikpro.log.read_text()
    assert not [word for word in ("Traceback", "Task was destroyed", "never retrieved", "AAtest-token") if word in log]
