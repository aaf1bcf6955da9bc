"""The contract of `Clock`: the present time, in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.runtime import Clock
from sikpro.application.workers.clock_watch import ClockWatch
from sikpro.entrypoints.demo_data import DemoClock
from sikpro.testing.builders import NOON
from sikpro.testing.clock import StoryClock

Present = Callable[[], datetime]


def the_machines() -> tuple[Clock, Present]:
    return SystemClock(), lambda: datetime.now(UTC)


def the_watched() -> tuple[Clock, Present]:
    clock = StoryClock(NOON)
    return ClockWatch(clock=clock, live=LocalLiveEvents(), count=lambda: 0.0), lambda: NOON


def the_demos() -> tuple[Clock, Present]:
    clock = DemoClock(NOON - timedelta(days=1))
    clock.present = NOON
    return clock, lambda: NOON


def the_tests() -> tuple[Clock, Present]:
    clock = StoryClock(NOON - timedelta(days=1))
    clock.later(hours=24)
    return clock, lambda: NOON


def the_hasty() -> tuple[Clock, Present]:
    clock = StoryClock(NOON, pace=timedelta(seconds=30))
    return clock, lambda: clock.at


@pytest.fixture(params=[the_machines, the_watched, the_demos, the_tests, the_hasty], ids=lambda one: one.__name__)
def clock(request: pytest.FixtureRequest) -> tuple[Clock, Present]:
    """Each clock, and what tells the time that it should show."""
    made: tuple[Clock, Present] = request.param()
    return made


def test_it_shows_the_present(clock: tuple[Clock, Present]) -> None:
    shown, present = clock
    before = present()
    assert before <= shown.now() <= present()


def test_it_shows_utc_and_says_so(clock: tuple[Clock, Present]) -> None:
    assert clock[0].now().tzinfo is UTC


def test_a_later_look_shows_no_earlier_time_while_nobody_sets_it(clock: tuple[Clock, Present]) -> None:
    looks = [clock[0].now() for _ in range(100)]
    assert looks == sorted(looks)
