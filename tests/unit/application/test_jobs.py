"""The jobs: what is due is done, by itself."""

import asyncio
from datetime import timedelta

import pytest

from sikpro.application.jobs import JobRunner, Recurring
from tests.unit.application.inline import InlineTransactions
from tests.unit.chat import WHOLE, Phone, World


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
    runner = JobRunner(transactions=InlineTransactions(world.transactions), clock=world.clock)
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
        recurring=(
            Recurring("fails", timedelta(minutes=1), fails),
            Recurring("works", timedelta(minutes=1), lambda *_: done.append("x")),
        ),
    )
    await turns(runner)
    jobs = {job.kind: job for job in world.transactions.read(lambda uow: uow.jobs.all())}
    assert "boom" in jobs["fails"].error
    assert done == ["x"]
