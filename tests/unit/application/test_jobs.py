"""The jobs: what is due is done, by itself."""

import asyncio
from datetime import timedelta

import pytest

from sikpro.application.jobs import JobRunner, Recurring
from tests.unit.application.inline import InlineTransactions
from tests.unit.chat import WHOLE, ZONE, Phone, World


async def turns(runner: JobRunner, times: int = 3) -> None:
    """Let the runner look a few times."""
    runner.pause = 0
    task = asyncio.create_task(runner.run())
    for _ in range(times * 5):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_idle_claim_frees_itself_and_the_order_keeps_its_place() -> None:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    world.takes()
    runner = JobRunner(transactions=InlineTransactions(world.transactions), clock=world.clock, zone=ZONE)
    await turns(runner)
    assert world.order().phase == "in_progress"
    world.clock.later(minutes=31)
    await turns(runner)
    assert (world.order().phase, world.order().holder) == ("waiting", None)


async def test_a_job_that_fails_keeps_its_error_and_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    world, done = World(), list[str]()

    def fails(*_: object) -> None:
        raise RuntimeError("boom")

    runner = JobRunner(
        transactions=InlineTransactions(world.transactions),
        clock=world.clock,
        zone=ZONE,
        recurring=(
            Recurring("fails", timedelta(minutes=1), fails),
            Recurring("works", timedelta(minutes=1), lambda *_: done.append("x")),
        ),
    )
    await turns(runner)
    jobs = {job.kind: job for job in world.transactions.read(lambda uow: uow.jobs.all())}
    assert "boom" in jobs["fails"].error
    assert done == ["x"]


async def test_a_clock_that_was_ahead_puts_no_job_off_for_years() -> None:
    world, done = World(), list[str]()
    runner = JobRunner(
        transactions=InlineTransactions(world.transactions),
        clock=world.clock,
        zone=ZONE,
        recurring=(Recurring("works", timedelta(minutes=1), lambda *_: done.append("x")),),
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

    runner = JobRunner(
        transactions=InlineTransactions(world.transactions),
        clock=world.clock,
        zone=ZONE,
        recurring=(Recurring("works", timedelta(minutes=1), works),),
    )
    for _ in range(10):
        await turns(runner)
        world.clock.later(minutes=1)
    failing.append("boom")
    await turns(runner)
    (job,) = world.transactions.read(lambda uow: uow.jobs.all())
    assert (job.error, job.due_at - world.clock.now()) == ("RuntimeError('boom')", timedelta(minutes=2))
