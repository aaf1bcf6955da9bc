"""The jobs: what is due is done, by itself."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from attrs import define, evolve

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.jobs import Job
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.workers.clock_watch import ClockWatch
from sikpro.application.workers.jobs import RECURRING, JobRunner, Recurring, RecurringCount
from sikpro.domain.retention import REMOVED
from sikpro.testing.builders import NOON, an_outgoing, stored_order
from sikpro.testing.transactions import InlineTransactions
from tests.unit.chat import WHOLE, ZONE, Phone, World

T = TypeVar("T")


@define
class Machine:
    """A machine whose clock is the world's. Time passes with it, unless somebody sets it."""

    world: World
    was_set: timedelta = timedelta()

    def sets(self, by: timedelta) -> None:
        """Set the clock; no time passes."""
        self.world.clock.later(by)
        self.was_set += by

    def count(self) -> float:
        """The seconds that passed."""
        return (self.world.clock.at - NOON - self.was_set).total_seconds()


def runner_of(world: World, *recurring: Recurring | RecurringCount, machine: Machine | None = None) -> JobRunner:
    """A runner of these jobs, of all that there are where none is named."""
    count = (machine or Machine(world)).count
    watch = ClockWatch(clock=world.clock, live=LocalLiveEvents(), count=count)
    transactions = InlineTransactions(world.transactions)
    return JobRunner(transactions=transactions, zone=ZONE, watch=watch, recurring=recurring or RECURRING)


async def turns(runner: JobRunner, times: int = 3) -> None:
    """Let the runner look a few times."""
    runner.pause = 0
    task = asyncio.create_task(runner.run())
    for _ in range(times * 5):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_is_older_than_it_is_kept_goes_at_night_by_itself() -> None:
    world = World()

    def write(uow: UnitOfWork) -> int:
        order = stored_order(uow, note="pagar biru")
        uow.orders.save(order.delete("salah", NOON).order, None)
        uow.installation.put(evolve(uow.installation.get(), months_kept=3))
        for month in ("2026-11", "2026-12", "2027-01"):
            uow.closed_months.add(ClosedMonth(month=month, closed_at=NOON, closed_by=None, figures={}))
        return order.id

    order_id = world.transactions.write(write)
    job = next(job for job in RECURRING if job.kind == "forget_old")

    def note() -> str:
        return world.transactions.read(lambda uow: uow.orders.get(order_id).data.note)

    world.clock.later(timedelta(days=180, hours=17))  # 02.00 in Jakarta
    for _ in range(7):  # its clock was not seen until now: it may be wrong
        await turns(runner_of(world, job), 30)
        assert note() == "pagar biru"
        world.clock.later(timedelta(days=1))
    world.clock.later(timedelta(hours=-17))
    await turns(runner_of(world, job), 30)
    assert note() == "pagar biru"
    world.clock.later(timedelta(hours=17))
    await turns(runner_of(world, job), 30)
    assert note() == REMOVED
    last = world.transactions.read(lambda uow: uow.retention.last())
    assert last is not None
    assert last.finished_at == world.clock.at


async def test_an_idle_claim_frees_itself_and_the_order_keeps_its_place() -> None:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    world.takes()
    runner = runner_of(world)
    await turns(runner)
    assert world.order().phase == "in_progress"
    world.clock.later(minutes=31)
    await turns(runner)
    assert (world.order().phase, world.order().holder) == ("waiting", None)


async def test_a_job_that_fails_keeps_its_error_and_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    world, done = World(), list[str]()

    def fails(*_: object) -> None:
        raise RuntimeError("boom")

    runner = runner_of(
        world,
        Recurring("fails", timedelta(minutes=1), fails),
        Recurring("works", timedelta(minutes=1), lambda *_: done.append("x")),
    )
    await turns(runner)
    jobs = {job.kind: job for job in world.transactions.read(lambda uow: uow.jobs.all())}
    assert "boom" in jobs["fails"].error
    assert done == ["x"]


async def test_a_clock_that_was_ahead_puts_no_job_off_for_years() -> None:
    world, done = World(), list[str]()
    runner = runner_of(
        world,
        Recurring("works", timedelta(minutes=1), lambda *_: done.append("x")),
    )
    world.clock.later(days=900)
    await turns(runner)
    world.clock.later(days=-900)
    await turns(runner)
    assert done == ["x", "x"]


async def test_a_job_that_fails_once_after_many_runs_is_tried_again_soon() -> None:
    world, failing = World(), list[str]()

    def works(*_: object) -> None:
        if failing:
            raise RuntimeError(failing.pop())

    runner = runner_of(
        world,
        Recurring("works", timedelta(minutes=1), works),
    )
    for _ in range(10):
        await turns(runner)
        world.clock.later(minutes=1)
    failing.append("boom")
    await turns(runner)
    (job,) = world.transactions.read(lambda uow: uow.jobs.all())
    assert (job.error, job.due_at - world.clock.now()) == ("RuntimeError('boom')", timedelta(minutes=2))


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(hours=1), timedelta(days=900)])
async def test_a_clock_set_back_puts_no_job_off_and_is_shown(back: timedelta) -> None:
    world, done = World(), list[str]()
    machine = Machine(world)
    runner = runner_of(world, Recurring("works", timedelta(minutes=1), lambda *_: done.append("x")), machine=machine)
    await turns(runner)
    machine.sets(-back)
    await turns(runner)
    assert done == ["x", "x"]
    assert runner.watch.state == "set_back"


async def test_a_clock_set_back_while_nobody_ran_is_noticed_by_what_was_due() -> None:
    world, done = World(), list[str]()
    job = Recurring("works", timedelta(minutes=1), lambda *_: done.append("x"))
    await turns(runner_of(world, job))
    world.clock.later(hours=-1)
    fresh = runner_of(world, job)
    await turns(fresh)
    assert (done, fresh.watch.state) == (["x", "x"], "set_back")
    assert fresh.watch.step is not None
    assert fresh.watch.step.by == timedelta(hours=-1)


async def test_what_is_counted_long_is_counted_outside_of_any_write_and_written_down_one_by_one() -> None:
    world, left, counted_in_a_write = World(), [1, 2, 3], list[bool]()
    transactions = InlineTransactions(world.transactions)

    def count(*_: object) -> Callable[[UnitOfWork], object] | None:
        counted_in_a_write.append(transactions.writing)
        return (lambda uow: left.pop()) if left else None

    runner = runner_of(world, RecurringCount("counts", timedelta(hours=1), count))
    runner.transactions = transactions
    await turns(runner, 9)
    assert (left, counted_in_a_write) == ([], [False] * 4)


async def test_months_close_and_recaps_leave_by_the_runner() -> None:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    world.clock.later(days=70)
    await turns(runner_of(world), 30)
    assert len(world.transactions.read(lambda uow: uow.closed_months.names())) == 2
    assert {type(job) for job in RECURRING if job.kind in {"close_months", "send_recaps"}} == {RecurringCount}


def claimed(world: World) -> Job:
    """A process claims the job that is due."""
    job = world.transactions.write(lambda uow: uow.jobs.claim(world.clock.now(), timedelta(minutes=2)))
    assert job is not None
    return job


async def test_a_runner_that_hung_until_another_has_its_job_does_nothing() -> None:
    world = World()
    done: list[str] = []

    def work(uow: UnitOfWork, *_: object) -> None:
        done.append("once")

    def counted(uow: UnitOfWork, *_: object) -> Callable[[UnitOfWork], object]:
        return lambda unit: done.append("counted")

    for recurring in (Recurring("a", timedelta(hours=1), work), RecurringCount("b", timedelta(hours=1), next=counted)):
        runner = runner_of(world, recurring)
        await runner._schedule()
        hung = claimed(world)
        world.clock.later(minutes=3)
        other, now = claimed(world), world.clock.now()
        before = len(done)
        await runner._do(hung, now)
        assert len(done) == before
        assert other in world.transactions.read(lambda uow: uow.jobs.all())
        await runner._do(other, now)
        assert len(done) == before + 1


async def test_a_message_of_a_job_names_the_job() -> None:
    world = World()
    runner = runner_of(
        world, Recurring("remind", timedelta(minutes=1), lambda uow, now, _: uow.outbox.put(an_outgoing(), now))
    )
    await turns(runner)
    (item,) = world.transactions.write(lambda uow: uow.outbox.claim(world.clock.now(), timedelta(minutes=1), 1))
    assert item.cause == "job=remind"
