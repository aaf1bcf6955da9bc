"""What became of messages is recorded together, and a fault of one is no fault of the others."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest
from attrs import define, field

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import StorageRejected, StorageUnavailable, StorageUncertain, UnitOfWork
from sikpro.application.workers.marks import Marks
from sikpro.testing.transactions import InlineTransactions
from tests.unit.chat import NINE

T = TypeVar("T")
PATIENCE = 30.0


@define
class Slow(InlineTransactions):
    """Transactions whose commits take a moment; `commits` counts those that were begun. `faults` are raised first."""

    commits: int = 0
    faults: list[Exception] = field(factory=list[Exception])

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do it after a moment."""
        self.commits += 1
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        return await InlineTransactions.write(self, work)


@pytest.fixture
def store() -> MemoryTransactions:
    return MemoryTransactions()


@pytest.fixture
def slow(store: MemoryTransactions) -> Slow:
    return Slow(store)


def sent(outbox_id: int) -> Callable[[UnitOfWork], None]:
    return lambda uow: uow.outbox.sent(outbox_id, 100 + outbox_id, NINE)


def queued(store: MemoryTransactions, count: int) -> list[int]:
    def put(uow: UnitOfWork) -> list[int]:
        return [uow.outbox.put(Outgoing(chat_id=chat, text="halo"), NINE) for chat in range(1, count + 1)]

    return store.write(put)


def state(store: MemoryTransactions, outbox_id: int) -> Delivery:
    return store.read(lambda uow: uow.outbox.get(outbox_id)).state


async def test_messages_that_end_during_a_commit_are_recorded_in_the_next_one(
    store: MemoryTransactions, slow: Slow
) -> None:
    marks, numbers = Marks(transactions=slow, time=lambda: 0.0), queued(store, 30)
    assert all(await asyncio.gather(*(marks.keep(one, sent(one), PATIENCE) for one in numbers)))
    assert {state(store, one) for one in numbers} == {Delivery.SENT}
    assert slow.commits <= 2


async def test_a_fault_of_one_is_raised_to_it_alone(store: MemoryTransactions, slow: Slow) -> None:
    marks, (first, second) = Marks(transactions=slow, time=lambda: 0.0), queued(store, 2)

    def broken(_uow: UnitOfWork) -> None:
        raise ValueError("broken")

    kept = await asyncio.gather(
        marks.keep(first, broken, PATIENCE), marks.keep(second, sent(second), PATIENCE), return_exceptions=True
    )
    assert [type(one) for one in kept] == [ValueError, bool]
    assert (state(store, first), state(store, second)) == (Delivery.QUEUED, Delivery.SENT)


async def test_what_the_database_refuses_of_one_keeps_no_other_from_being_recorded(
    store: MemoryTransactions, slow: Slow
) -> None:
    marks, numbers, now = Marks(transactions=slow, time=lambda: now[0], pause=0), queued(store, 3), [0.0]

    def refused(_uow: UnitOfWork) -> None:
        now[0] += 1
        raise StorageRejected("too long")

    first, *others = numbers
    kept = await asyncio.gather(
        marks.keep(first, refused, PATIENCE), *(marks.keep(one, sent(one), PATIENCE) for one in others)
    )
    assert kept == [False, True, True]
    assert [state(store, one) for one in numbers] == [Delivery.QUEUED, Delivery.SENT, Delivery.SENT]


async def test_what_cannot_be_recorded_is_tried_again_and_given_up_in_the_end(
    store: MemoryTransactions, slow: Slow
) -> None:
    now = [0.0]
    marks, (number,) = Marks(transactions=slow, time=lambda: now[0], pause=0), queued(store, 1)
    slow.faults = [StorageUnavailable("gone"), StorageUnavailable("gone")]
    assert await marks.keep(number, sent(number), PATIENCE)
    slow.faults = [StorageUnavailable("gone")] * 1000

    async def wait() -> None:
        while not kept.done():
            now[0] += 1
            await asyncio.sleep(0)

    kept = asyncio.ensure_future(marks.keep(number, sent(number), PATIENCE))
    await wait()
    assert not kept.result()


async def test_what_a_lost_commit_kept_is_not_recorded_again(store: MemoryTransactions, slow: Slow) -> None:
    marks, (number,) = Marks(transactions=slow, time=lambda: 0.0), queued(store, 1)
    store.write(sent(number))
    slow.faults = [StorageUncertain("the answer was lost")]
    done: list[int] = []
    assert await marks.keep(number, lambda _uow: done.append(1), PATIENCE)
    assert not done
