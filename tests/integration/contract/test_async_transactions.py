"""The contract of `AsyncTransactions`: whole units of work, their results and their errors, from an event loop."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from sikpro.adapters.local.threads import LONG_AT_ONCE, LONG_WAITING, ThreadedTransactions
from sikpro.application.ports.storage import AsyncTransactions, StorageCrowded, Transactions, UnitOfWork
from sikpro.application.workers.vitals import Use
from sikpro.testing.builders import a_person
from sikpro.testing.contracts.async_transactions import AsyncTransactionsContract, everybody
from sikpro.testing.transactions import InlineTransactions


@pytest.fixture(params=["threads", "inline"])
def transactions(request: pytest.FixtureRequest, store: Transactions) -> Iterator[AsyncTransactions]:
    """Each way to a store, over each store; the second is that of unit tests."""
    if request.param == "inline":
        yield InlineTransactions(store)
        return
    threads = ThreadedTransactions.over(store)
    yield threads
    threads.close()


class Slow:
    """Long reads that go on until they may end; `begun` counts them."""

    def __init__(self) -> None:
        self.begun = 0
        self.end = threading.Event()

    def read(self, uow: UnitOfWork) -> int:
        """Read for a long time."""
        self.begun += 1
        assert self.end.wait(20)
        return len(uow.people.all())


@pytest.fixture
def slow() -> Iterator[Slow]:
    """Slow reads, which end with the test."""
    made = Slow()
    yield made
    made.end.set()


@pytest.fixture
def threads(store: Transactions) -> Iterator[ThreadedTransactions]:
    """Transactions in threads over each store."""
    made = ThreadedTransactions.over(store)
    yield made
    made.close()


async def crowded(threads: ThreadedTransactions, slow: Slow) -> list[asyncio.Task[int]]:
    """As many long reads as there is room for."""
    asked = [asyncio.create_task(threads.read_long(slow.read)) for _ in range(LONG_AT_ONCE + LONG_WAITING)]
    async with asyncio.timeout(20):
        while slow.begun < LONG_AT_ONCE:
            await asyncio.sleep(0.01)
    return asked


async def test_long_reads_hold_up_neither_writes_nor_reads_and_are_all_done(
    threads: ThreadedTransactions, slow: Slow
) -> None:
    asked = await crowded(threads, slow)
    async with asyncio.timeout(20):
        await threads.write(lambda uow: uow.people.add(a_person("Rina", username="rina")))
        assert await threads.read(everybody) == ["Rina"]
        slow.end.set()
        assert sum(await asyncio.gather(*asked)) >= LONG_WAITING, "who waited sees what was written meanwhile"


async def test_what_runs_and_what_waits_for_a_thread_is_known(threads: ThreadedTransactions, slow: Slow) -> None:
    assert {name: use.most for name, use in threads.use.items()} == {"writers": 1, "readers": 4, "long_readers": 2}
    asked = await crowded(threads, slow)
    assert threads.use["long_readers"] == Use(busy=LONG_AT_ONCE, waiting=LONG_WAITING, most=LONG_AT_ONCE)
    assert threads.use["writers"] == Use(most=1)
    slow.end.set()
    await asyncio.gather(*asked)
    assert threads.use["long_readers"] == Use(most=LONG_AT_ONCE)


async def test_more_long_reads_than_may_wait_are_refused_until_some_are_done(
    threads: ThreadedTransactions, slow: Slow
) -> None:
    asked = await crowded(threads, slow)
    with pytest.raises(StorageCrowded):
        await threads.read_long(everybody)

    asked[-1].cancel()
    await asyncio.wait({asked[-1]})
    waiting = asyncio.create_task(threads.read_long(everybody))
    await asyncio.sleep(0)
    slow.end.set()
    assert await waiting == [], "a place that nobody waits at any more is free"
    await asyncio.gather(*asked[:-1])
    assert [await threads.read_long(everybody) for _ in range(3)] == [[], [], []]


class TestAsyncTransactions(AsyncTransactionsContract):
    pass
