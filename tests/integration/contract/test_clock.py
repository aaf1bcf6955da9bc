"""The contract of `Clock`: the present time, in UTC."""

from datetime import UTC, datetime, timedelta

import pytest

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.application.ports.runtime import Clock
from sikpro.application.workers.clock_watch import ClockWatch
from sikpro.entrypoints.demo_data import DemoClock
from sikpro.testing.builders import NOON
from sikpro.testing.clock import StoryClock
from sikpro.testing.contracts.clock import ClockContract, Present


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


class TestClock(ClockContract):
    pass
