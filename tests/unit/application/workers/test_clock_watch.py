"""A clock that somebody sets: the step is noticed before anything goes by it, and nothing ends by it."""

from datetime import datetime, timedelta

import pytest
from attrs import define, field

from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.sessions import Session
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.workers.clock_watch import SETTLES, ClockStep, ClockWatch
from sikpro.application.workers.jobs import RECURRING, JobRunner
from sikpro.testing.builders import NOON
from sikpro.testing.clock import StoryClock
from tests.unit.application.workers.test_jobs import Machine, runner_of, turns
from tests.unit.chat import WHOLE, Phone, World

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
JUMPS = [HOUR, DAY, YEAR]


@define
class Watched:
    """A watch over a clock that a test sets, while the time that passes is counted beside it."""

    clock: StoryClock = field(factory=lambda: StoryClock(NOON))
    passed: list[float] = field(factory=lambda: [0.0])
    watch: ClockWatch = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.watch = ClockWatch(clock=self.clock, live=LocalLiveEvents(), count=lambda: self.passed[0])
        self.watch.now()

    def passes(self, span: timedelta) -> datetime:
        """Let time pass, and look at the clock."""
        self.passed[0] += span.total_seconds()
        self.clock.later(span)
        return self.watch.now()

    def sets(self, by: timedelta) -> datetime:
        """Set the clock, and look at it."""
        self.clock.later(by)
        return self.watch.now()


def test_a_step_of_the_clock_is_told_from_time_that_passed_and_shown_for_an_hour() -> None:
    story = Watched()
    story.passes(timedelta(seconds=5))
    story.passes(DAY)
    story.sets(timedelta(seconds=-50))
    assert story.watch.state == "ok"
    story.sets(-HOUR)
    assert story.watch.state == "set_back"
    assert story.watch.step == ClockStep(story.clock.at, -HOUR)
    story.sets(timedelta(minutes=2))
    assert story.watch.state == "set_forward"
    story.passes(timedelta(seconds=3599))
    assert story.watch.state == "set_forward"
    story.passes(timedelta(seconds=1))
    assert story.watch.state == "ok"


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumps_forward_is_doubted_until_it_comes_back(jump: timedelta) -> None:
    story, before = Watched(), NOON - HOUR
    story.sets(jump)
    assert story.watch.doubted
    assert story.watch.jumped(before) == jump
    story.passes(SETTLES / 2)
    assert story.watch.doubted
    story.sets(-jump)
    assert not story.watch.doubted
    assert story.watch.jumped(before) == timedelta()
    assert not story.watch.rests(story.clock.at, YEAR)


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_clock_that_was_right_to_jump_is_believed_when_somebody_says_so_or_when_it_was_steady(
    confirmed: bool,
) -> None:
    story = Watched()
    story.sets(DAY)
    if confirmed:
        story.watch.believe()
    else:
        story.passes(SETTLES - timedelta(seconds=1))
        assert story.watch.doubted
        story.passes(timedelta(seconds=1))
    assert not story.watch.doubted
    assert story.watch.jumped(NOON - HOUR) == DAY, "the day did not pass, although the clock is right now"
    assert story.watch.jumped(story.clock.at) == timedelta()
    assert story.watch.rests(story.clock.at, HOUR)
    story.passes(HOUR)
    assert not story.watch.rests(story.clock.at, HOUR)


def test_a_machine_that_stands_still_for_a_minute_each_night_does_not_keep_files_and_sessions_for_ever() -> None:
    story = Watched()
    for _ in range(30):
        story.sets(timedelta(seconds=70))
        assert story.watch.rests(story.clock.at, DAY), "nothing ends while the clock is doubted"
        story.passes(DAY - HOUR)
        assert not story.watch.rests(story.clock.at, DAY)
        assert not story.watch.rests(story.clock.at, YEAR)
    story.sets(HOUR)
    story.passes(SETTLES)
    assert story.watch.rests(story.clock.at, DAY), "an hour is much of a day"


def test_a_step_that_is_long_believed_is_not_doubted_again_when_a_step_back_is_found_in_what_is_stored() -> None:
    story = Watched()
    story.sets(HOUR)
    story.passes(2 * HOUR)
    story.watch.note_back(timedelta(minutes=-5))
    assert not story.watch.doubted
    assert not story.watch.rests(story.clock.at, timedelta())


def test_a_clock_that_goes_back_and_then_where_it_was_is_not_doubted() -> None:
    story = Watched()
    story.sets(-DAY)
    assert not story.watch.doubted
    story.passes(timedelta(minutes=1))
    story.sets(DAY)
    assert not story.watch.doubted


def test_a_clock_that_jumps_again_is_doubted_anew_and_half_a_way_back_leaves_half_a_jump() -> None:
    story = Watched()
    story.sets(DAY)
    story.passes(SETTLES)
    story.sets(DAY)
    assert story.watch.doubted
    story.sets(-HOUR)
    assert story.watch.doubted
    assert story.watch.jumped(NOON - HOUR) == 2 * DAY - HOUR


def test_what_a_process_knew_of_its_clock_the_next_one_takes_over() -> None:
    story = Watched()
    story.sets(DAY)
    after = Watched()
    after.watch.remember(story.watch.jumps)
    assert after.watch.jumped(NOON - HOUR) == DAY


def everything(world: World) -> dict[str, object]:
    """What jobs could end, and how much was said."""

    def read(uow: UnitOfWork) -> dict[str, object]:
        order = uow.orders.get(1)
        return {
            "holder": (order.phase, order.holder),
            "said": sum(uow.outbox.counts().values()),
            "months": uow.closed_months.names(),
            "drafts": [(one.step, one.reminded_at) for one in uow.conversations.open("")],
            "sessions": uow.sessions.owner("s"),
            "failures": uow.login_attempts.count("rina", "1.1.1.1", NOON - 9 * YEAR),
            "file": uow.blobs.get(1).name,
            "exports": len(uow.exports.of_person(1, 9)),
            "reminders": uow.reminders.sent("stuck", NOON.date()),
        }

    return world.transactions.read(read)


def furnish(uow: UnitOfWork) -> None:
    """What the web and the workers keep for a while."""
    uow.sessions.add(Session(id="s", person=1, created_at=NOON, used_at=NOON))
    uow.login_attempts.add("rina", "1.1.1.1", NOON)
    uow.blobs.add("rekap.xlsx", "application/x", iter([b"x"]), NOON)
    export = uow.exports.ask(person=1, query="2026-11", kind="xlsx", language="id", at=NOON)
    uow.exports.cancel(export.id, NOON)
    uow.reminders.first("stuck", "A", NOON.date(), NOON)


def busy_world() -> tuple[World, Machine, JobRunner]:
    """A world with an order in work, a second one half typed, and what is kept for a while."""
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    world.takes()
    Phone(world, 1).says("/reg AO SC32232559")
    world.transactions.write(furnish)
    machine = Machine(world)
    return world, machine, runner_of(world, machine=machine)


@pytest.mark.parametrize("jump", [*JUMPS, *(-jump for jump in JUMPS)], ids=str)
@pytest.mark.parametrize("kind", [job.kind for job in RECURRING])
async def test_a_clock_that_jumps_and_comes_back_ends_nothing_by_any_job(kind: str, jump: timedelta) -> None:
    world, machine, _ = busy_world()
    runner = runner_of(world, *(job for job in RECURRING if job.kind == kind), machine=machine)
    await turns(runner)
    before = everything(world)
    machine.sets(jump)
    world.clock.later(minutes=2)
    await turns(runner)
    machine.sets(-jump)
    await turns(runner)
    assert everything(world) == before


async def test_a_claim_outlives_a_jump_that_stays_and_lapses_after_a_life_of_its_own() -> None:
    world, machine, runner = busy_world()
    await turns(runner, 9)
    machine.sets(DAY)
    await turns(runner, 9)
    world.clock.later(minutes=30)
    await turns(runner, 9)
    assert world.order().phase == "in_progress"
    world.clock.later(hours=2)
    await turns(runner, 9)
    assert world.order().phase == "waiting"


async def test_a_claim_of_a_clock_that_was_ahead_for_a_year_is_free_when_the_clock_is_right_and_can_be_taken() -> None:
    world, machine, runner = busy_world()
    machine.sets(YEAR)
    await turns(runner)
    world.clock.later(SETTLES)
    await turns(runner)
    world.takes()
    machine.sets(-YEAR)
    await turns(runner, 20)
    assert world.order().phase == "in_progress", "perhaps the clock comes back"
    world.clock.later(SETTLES)
    await turns(runner, 20)
    assert world.order().phase == "waiting"
    world.takes()
    await turns(runner, 20)
    world.clock.later(minutes=25)
    await turns(runner, 20)
    assert world.order().phase == "in_progress", "the new claim counts by the clock that is right"
    world.clock.later(minutes=6)
    await turns(runner, 20)
    assert world.order().phase == "waiting"


async def test_a_jump_is_known_after_a_restart_and_one_that_was_taken_back_is_not() -> None:
    world, machine, runner = busy_world()
    before = world.clock.at
    await turns(runner)
    machine.sets(DAY)
    await turns(runner)
    fresh = runner_of(world)
    await turns(fresh)
    assert fresh.watch.jumped(before) == DAY
    assert not fresh.watch.doubted, "this process has seen no step"
    machine.sets(-DAY)
    await turns(runner)
    last = runner_of(world)
    await turns(last)
    assert last.watch.jumped(before) == timedelta()


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_runner_whose_clock_jumps_back_runs_every_job_again_at_once(jump: timedelta) -> None:
    world, machine, runner = busy_world()
    await turns(runner, 20)
    machine.sets(-jump)
    await turns(runner, 20)
    now = world.clock.at
    late = [job.kind for job in world.transactions.read(lambda uow: uow.jobs.all()) if job.due_at > now + DAY]
    assert late == []
