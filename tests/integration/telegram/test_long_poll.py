"""The loop against the simulator: what it does with trouble, and that it says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from attrs import define, evolve

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.adapters.telegram.bot_api import BotApi, BotApiSource
from sikpro.application.ports.chat import Outgoing, Transport
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import StorageUnavailable, UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.workers.backoff import Backoff
from sikpro.application.workers.intake import Intake
from sikpro.application.workers.long_poll import LongPoll
from sikpro.domain.people import Person
from sikpro.testing.contracts.network import DEWI
from sikpro.testing.transactions import FailingTransactions, InlineTransactions
from tests.integration.telegram.conftest import TOKEN, Simulation

T = TypeVar("T")


@define
class Counting(InlineTransactions):
    """Counts the writes."""

    writes: int = 0

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        self.writes += 1
        return await super().write(work)


def furnish(uow: UnitOfWork) -> None:
    create_first_catalogue(uow)
    uow.people.add(Person(id=0, name="Dewi", technician_code="F5SDA446", telegram_id=DEWI))


@pytest.fixture
async def loop(simulation: Simulation) -> AsyncIterator[LongPoll]:
    transactions = MemoryTransactions()
    transactions.write(furnish)
    made = make(simulation, transactions, "one")
    yield made
    await close(made)


def make(simulation: Simulation, transactions: MemoryTransactions, owner: str, token: str = TOKEN) -> LongPoll:
    threads, clock = InlineTransactions(transactions), SystemClock()
    return LongPoll(
        source=BotApiSource(BotApi(token, base_url=simulation.url, poll_timeout=1)),
        intake=Intake(transactions=threads, clock=clock, zone="Asia/Jakarta"),
        transactions=threads,
        clock=clock,
        live=LocalLiveEvents(),
        account="bot:424242",
        owner=owner,
        take_over=True,
        lease=timedelta(seconds=30),
        backoff=Backoff(first=0.05, cap=0.1),
    )


async def close(loop: LongPoll) -> None:
    await loop.source.aclose()


async def running_until(loop: LongPoll, reached: Callable[[], bool]) -> None:
    task = asyncio.create_task(loop.run())
    try:
        async with asyncio.timeout(15):
            while not reached():
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def outcomes(loop: LongPoll) -> list[str]:
    assert isinstance(loop.transactions, InlineTransactions)
    rows = loop.transactions.transactions.read(lambda uow: uow.inbox.page(before=None, limit=99))
    return [row.outcome for row in reversed(rows)]


async def test_it_is_connected_before_the_first_poll_ends(loop: LongPoll) -> None:
    await running_until(loop, lambda: loop.state.connected)
    assert loop.state.transport == "bot_api"


async def test_what_was_handled_is_acknowledged_and_not_handled_again(loop: LongPoll, simulation: Simulation) -> None:
    simulation.say("/reg AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003")
    await running_until(loop, lambda: outcomes(loop) == [Outcome.ORDER])
    await running_until(loop, lambda: simulation.http.get("/stats").json()["acknowledged"] == 1)
    simulation.say("/cek")
    await running_until(loop, lambda: outcomes(loop) == [Outcome.ORDER, Outcome.COMMAND])


async def test_a_telegram_that_fails_is_a_state_with_its_reason_and_passes(
    loop: LongPoll, simulation: Simulation
) -> None:
    simulation.faults(fraction=1.0, kinds=["500"])
    await running_until(loop, lambda: loop.state.trouble == "server")
    assert not loop.state.connected
    simulation.faults(fraction=0.0)
    await running_until(loop, lambda: loop.state.connected)


async def test_a_wrong_token_is_said_as_such(simulation: Simulation) -> None:
    loop = make(simulation, MemoryTransactions(), "one", token="424242:wrong")
    await running_until(loop, lambda: loop.state.trouble == "unauthorised")
    await close(loop)


async def test_a_webhook_is_said_as_such_and_stays_said(loop: LongPoll, simulation: Simulation) -> None:
    simulation.ask("setWebhook", url="https://example.org/x")
    await running_until(loop, lambda: loop.state.trouble == "webhook")
    since = loop.state.since
    for _ in range(3):
        await running_until(loop, lambda: loop.state.trouble == "webhook")
    assert loop.state.since == since
    simulation.ask("deleteWebhook")
    await running_until(loop, lambda: loop.state.connected)


async def test_a_database_that_was_away_is_tried_again_soon_however_often_it_failed(
    loop: LongPoll, simulation: Simulation
) -> None:
    assert isinstance(loop.transactions, InlineTransactions)
    store = loop.transactions.transactions = FailingTransactions(loop.transactions.transactions)
    store.fault = StorageUnavailable("away")
    loop.backoff = Backoff(first=3600, cap=3600, chance=lambda: 1.0)

    def connected_after_a_fault() -> bool:
        if loop.state.trouble == "storage":
            store.fault = None
        return loop.state.connected

    await running_until(loop, connected_after_a_fault)


async def test_what_another_transport_tried_is_doubtful_before_this_one_sends_though_telegram_does_not_answer(
    loop: LongPoll, simulation: Simulation
) -> None:
    assert isinstance(loop.transactions, InlineTransactions)
    store, now = loop.transactions.transactions, loop.clock.now()

    def half_sent(uow: UnitOfWork) -> int:
        uow.bots.served_by(loop.account, Transport.MTPROTO)
        number = uow.outbox.put(Outgoing(chat_id=DEWI, text="ok"), now)
        uow.outbox.claim(now, timedelta(minutes=1), 1, sends_once=True)
        return number

    number = store.write(half_sent)
    simulation.faults(fraction=1.0, kinds=["500"])
    await running_until(loop, lambda: loop.holds_lease)

    assert store.read(lambda uow: uow.outbox.get(number)).doubtful


async def test_a_process_that_takes_over_ends_the_others_polling(loop: LongPoll, simulation: Simulation) -> None:
    assert isinstance(loop.transactions, InlineTransactions)
    shared = loop.transactions.transactions
    assert isinstance(shared, MemoryTransactions)
    await running_until(loop, lambda: loop.holds_lease)
    other = make(simulation, shared, "two")
    await running_until(other, lambda: other.holds_lease)
    loop.take_over = False
    await running_until(loop, lambda: loop.state.trouble == "other_process")
    await other.stop()
    await close(other)
    await running_until(loop, lambda: loop.holds_lease)


async def test_updates_that_follow_at_once_cost_one_write_each_and_an_old_lease_is_renewed(
    loop: LongPoll, simulation: Simulation
) -> None:
    assert isinstance(loop.transactions, InlineTransactions)
    counting, seconds = Counting(loop.transactions.transactions), 0.0
    loop.transactions, loop.intake = counting, evolve(loop.intake, transactions=counting)
    loop.count = lambda: seconds
    task = asyncio.create_task(loop.run())
    try:
        async with asyncio.timeout(15):
            written = list[int]()
            for done in range(1, 4):
                simulation.say("/cek")
                while len(outcomes(loop)) < done:
                    await asyncio.sleep(0.02)
                written.append(counting.writes)
            assert [after - before for before, after in pairwise(written)] == [1, 1]
            seconds = 3.0
            while counting.writes == written[-1]:  # the poll that runs ends without an update
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
