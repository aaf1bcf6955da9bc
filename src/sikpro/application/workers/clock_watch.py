"""The clock of a process, which notices that somebody set it. All due times depend on it: ADR 0022."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from attrs import define, evolve, field, frozen

from sikpro.application.ports.runtime import CLOCK_STEP, Clock, LiveEvents
from sikpro.application.ports.storage import Hint, Kind

_log = structlog.get_logger(__name__)

SHOWN = timedelta(hours=1)
"""How long a detected step is shown."""

SETTLES = timedelta(minutes=10)
"""How long a clock that was set must be steady until it is believed by itself."""

_MOST_JUMPS = 50

_SMALL = 100
"""Steps forward that together are less than this part of a life do not hold up its end.

A machine that stands still for a minute each night would otherwise keep for ever what lives longer than a day.
"""


@frozen
class ClockStep:
    """A clock that was set: the new time, and by how much; a negative `by` means back."""

    at: datetime
    by: timedelta

    @property
    def back(self) -> bool:
        """Whether it was set back."""
        return self.by < timedelta()


def never_jumped(_: datetime) -> timedelta:
    """Return that the clock was never set forward."""
    return timedelta()


@define(kw_only=True)
class ClockWatch:
    """A `Clock` that compares each reading with a monotonic one; `count` returns its seconds. Safe from any thread.

    No reading after a step is used before the step is noticed. A clock that is ahead of the time that passed is
    doubted, until it goes back, somebody confirms it (`believe`), or it was steady for `SETTLES`.
    """

    clock: Clock
    live: LiveEvents
    count: Callable[[], float] = time.monotonic
    _step: ClockStep | None = field(default=None, init=False)
    _noticed: float = field(default=0.0, init=False)
    _last: tuple[datetime, float] | None = field(default=None, init=False)
    _ahead: timedelta = field(default=timedelta(), init=False)
    _jumps: tuple[ClockStep, ...] = field(default=(), init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def now(self) -> datetime:
        """Return the present time in UTC, after a comparison with the last reading."""
        with self._lock:
            count, now = self.count(), self.clock.now()
            by = timedelta()
            if self._last is not None:
                then, counted = self._last
                by = now - then - timedelta(seconds=count - counted)
            self._last = now, count
            if abs(by) <= CLOCK_STEP:
                return now
            self._stepped(ClockStep(now, by), count)
        self._tell(by)
        return now

    def note_back(self, by: timedelta) -> None:
        """Log and show a step back that was found in what is stored; it happened while no process looked."""
        with self._lock:
            count = self.count()
            if not self._is_fresh(count):
                self._ahead = timedelta()  # that step is long believed
            self._step, self._noticed = ClockStep(self.clock.now(), by), count
        self._tell(by)

    def _stepped(self, step: ClockStep, count: float) -> None:
        ahead = self._ahead if self._is_fresh(count) else timedelta()
        self._step, self._noticed, self._ahead = step, count, ahead + step.by
        if abs(self._ahead) <= CLOCK_STEP:
            self._ahead = timedelta()
        if step.back:
            self._jumps = _without(self._jumps, -step.by)
        else:
            self._jumps = (*self._jumps, step)[-_MOST_JUMPS:]

    def _tell(self, by: timedelta) -> None:
        _log.warning("the clock was set", by_seconds=round(by.total_seconds()), believed=not self.doubted)
        self.live.publish((Hint(Kind.BOT),))

    def _is_fresh(self, count: float) -> bool:
        return count - self._noticed < SETTLES.total_seconds()

    @property
    def doubted(self) -> bool:
        """Whether the clock was set forward lately and nobody knows yet that it is right: nothing may end by it."""
        return self._ahead > timedelta() and self._is_fresh(self.count())

    def believe(self) -> None:
        """Take the clock as it is: somebody says that it is right."""
        self._ahead = timedelta()
        _log.warning("the clock is confirmed")
        self.live.publish((Hint(Kind.BOT),))

    @property
    def step(self) -> ClockStep | None:
        """The last step, while it is shown."""
        return self._step if self.count() - self._noticed < SHOWN.total_seconds() else None

    @property
    def state(self) -> str:
        """`ok`, `set_back` or `set_forward`."""
        step = self.step
        return "ok" if step is None else "set_back" if step.back else "set_forward"

    @property
    def jumps(self) -> tuple[ClockStep, ...]:
        """The steps forward that were not taken back, oldest first: to keep for the next process."""
        return self._jumps

    def remember(self, jumps: Sequence[ClockStep]) -> None:
        """Take over the steps of an earlier process on this machine."""
        with self._lock:
            self._jumps = (*jumps, *self._jumps)[-_MOST_JUMPS:]

    def jumped(self, since: datetime) -> timedelta:
        """Return how far the clock was set forward since it showed a time: that much of an age did not pass."""
        behind = (min(jump.by, jump.at - since) for jump in self._jumps if jump.at > since)
        return sum(behind, timedelta())

    def rests(self, now: datetime, life: timedelta) -> bool:
        """Return whether something with this life may not end yet: steps forward were within its life, or any just now.

        What has no life and is only due rests while the clock is doubted, not after a step back.
        """
        just_set = bool(life and self._ahead) and self._is_fresh(self.count())
        within = sum((jump.by for jump in self._jumps if timedelta() <= now - jump.at < life), timedelta())
        return self.doubted or just_set or within * _SMALL > life


def _without(jumps: tuple[ClockStep, ...], by: timedelta) -> tuple[ClockStep, ...]:
    """Return the jumps without as much as the clock was set back, the newest first."""
    left = list(jumps)
    while left and by > CLOCK_STEP:
        last = left.pop()
        if last.by > by + CLOCK_STEP:
            left.append(evolve(last, by=last.by - by, at=last.at - by))
        by -= last.by
    return tuple(left)
