"""What a process that is gone had claimed is not waited for."""

import asyncio
from datetime import timedelta

import pytest

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.storage import StorageUnavailable
from sikpro.application.workers.left_behind import LeftBehind
from sikpro.testing.builders import after
from sikpro.testing.transactions import FailingTransactions, InlineTransactions

LEASE = timedelta(days=1)


@pytest.fixture
def store() -> FailingTransactions:
    """A store in which a process that was killed has claimed a job."""
    store = FailingTransactions(MemoryTransactions())
    store.write(lambda uow: uow.jobs.schedule("count", "", after(0)))
    store.write(lambda uow: uow.jobs.claim(after(0), LEASE))
    return store


async def test_nothing_is_freed_at_the_start_where_another_process_may_be_at_it(store: FailingTransactions) -> None:
    await LeftBehind(transactions=InlineTransactions(store), alone=False).begin()
    assert store.write(lambda uow: uow.jobs.claim(after(1), LEASE)) is None


async def test_the_start_waits_for_the_store_before_anything_is_claimed(store: FailingTransactions) -> None:
    store.fault = StorageUnavailable("gone")
    beginning = asyncio.create_task(LeftBehind(transactions=InlineTransactions(store), alone=True, pause=0).begin())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not beginning.done()

    store.fault = None
    await beginning
    assert store.write(lambda uow: uow.jobs.claim(after(1), LEASE)) is not None


async def test_where_no_other_process_can_run_nobody_is_looked_for(store: FailingTransactions) -> None:
    async with asyncio.timeout(5):
        await LeftBehind(transactions=InlineTransactions(store), alone=True).run()
