"""The parts of the simulation: a life that ends, hangs and comes back, time that jumps, events that are left out."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from attrs import define, field

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.workers.relay import Relay
from sikpro.testing.builders import a_person
from sikpro.testing.clock import StoryClock
from sikpro.testing.messenger import FakeMessenger
from tests.simulation.loop import LIFE, Life, Stuck, VirtualLoop, bury
from tests.simulation.plan import Fault, Plan, make_plan
from tests.simulation.record import Record, Violation
from tests.simulation.shrink import shrink
from tests.simulation.sqlite_store import SqliteStore
from tests.unit.chat import NINE

T = TypeVar("T")


def lived(work: Callable[[VirtualLoop, Life, list[str]], Any]) -> list[str]:
    """What was said while the work went on, with the seconds that had passed."""
    loop, said = VirtualLoop(), list[str]()
    life = Life("a1", lambda life, where: said.append(f"{loop.time():g} died {where}"))
    try:
        loop.run_until_complete(work(loop, life, said))
    finally:
        bury([life])
        loop.close()
    return said


def begin(loop: VirtualLoop, life: Life, work: Any) -> None:
    """Start a task of a life."""
    context = copy_context()
    context.run(LIFE.set, life)
    loop.create_task(work, context=context)


async def ticking(loop: VirtualLoop, said: list[str]) -> None:
    """Say the time each second."""
    try:
        while True:
            await asyncio.sleep(1)
            said.append(f"{loop.time():g}")
    finally:
        said.append("cleaned up")


def test_a_killed_life_does_not_one_line_more_and_cleans_nothing_up() -> None:
    async def work(loop: VirtualLoop, life: Life, said: list[str]) -> None:
        begin(loop, life, ticking(loop, said))
        await asyncio.sleep(2.5)
        life.kill("here")
        await asyncio.sleep(1000)
        assert "cleaned up" not in said

    assert lived(work)[:3] == ["1", "2", "2.5 died here"]


def test_a_hung_life_stands_still_and_goes_on_late() -> None:
    async def work(loop: VirtualLoop, life: Life, said: list[str]) -> None:
        begin(loop, life, ticking(loop, said))
        await asyncio.sleep(1.5)
        life.hung = True
        await asyncio.sleep(100)
        life.come_back()
        await asyncio.sleep(1.2)
        life.kill("in the end")

    assert lived(work)[:4] == ["1", "101.5", "102.5", "102.7 died in the end"]


def test_a_life_dies_at_its_place_after_it_was_spared() -> None:
    async def work(loop: VirtualLoop, life: Life, said: list[str]) -> None:
        async def passing() -> None:
            for _ in range(5):
                await asyncio.sleep(1)
                await life.survive("a place")
                await life.survive("another place")
                said.append(f"{loop.time():g}")

        life.doom, life.spared = "a place", 2
        begin(loop, life, passing())
        await asyncio.sleep(60)

    assert lived(work) == ["1", "2", "3 died a place"]


def test_a_loop_without_anything_to_wait_for_says_so() -> None:
    async def work(loop: VirtualLoop, life: Life, said: list[str]) -> None:
        await loop.create_future()

    with pytest.raises(Stuck):
        lived(work)


def test_a_loop_that_turns_for_ever_says_so() -> None:
    async def work(loop: VirtualLoop, life: Life, said: list[str]) -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(Stuck):
        lived(work)


def test_a_failing_plan_shrinks_to_what_it_needs() -> None:
    plan = make_plan(3, 20)
    needed = {plan.events[11].number, plan.events[40].number}

    def run(smaller: Plan) -> Violation | None:
        return Violation("a rule", 1, 5 * 3600.0, "") if needed <= set(smaller.numbers) else None

    small = shrink(plan, Violation("a rule", 1, 5 * 3600.0, ""), run, seconds=60)

    assert set(small.numbers) == needed
    assert small.hours < plan.hours


def test_a_record_keeps_the_first_violation_and_refuses_a_state_that_is_not_listed() -> None:
    record = Record()
    record.break_("one", 1.0, "first")
    record.break_("two", 2.0, "second")

    assert record.violation == Violation("one", 0, 1.0, "first")
    with pytest.raises(ValueError, match="not on the list"):
        record.reach("a state of bliss")


@define
class CountingTransactions:
    """Counts the reads; what is read takes no time."""

    inner: MemoryTransactions = field(factory=MemoryTransactions)
    reads: int = 0

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Write."""
        return self.inner.write(work)

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read, and count."""
        self.reads += 1
        return self.inner.read(work)

    async def read_long(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read, and count."""
        return await self.read(work)


def test_nobody_can_lock_a_file_that_is_away_and_nothing_stands_in_its_place_when_it_is_back(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, Chance())
    try:
        transactions = store.open(LocalLiveEvents())
        transactions.write(lambda uow: uow.people.add(a_person("Rina")))
        store.begin(Fault.GONE)
        store.begin(Fault.BUSY)
        assert not store.file.exists()
        store.end(Fault.BUSY)
        store.end(Fault.GONE)
        assert [person.name for person in transactions.read(lambda uow: uow.people.all())] == ["Rina"]
    finally:
        store.close()


def test_a_relay_that_may_not_send_leaves_the_store_in_peace_while_a_message_is_due() -> None:
    store = CountingTransactions()
    store.inner.write(lambda uow: uow.outbox.put(Outgoing(chat_id=1, text="due"), NINE))

    async def work(loop: VirtualLoop, life: Life, said: list[str]) -> None:
        relay = Relay(
            transactions=store,
            messenger=FakeMessenger(),
            clock=StoryClock(NINE + timedelta(minutes=1)),
            may_send=lambda: False,
        )
        begin(loop, life, relay.run())
        await asyncio.sleep(60)

    lived(work)
    assert 10 < store.reads <= 61
