"""Detects that somebody set the machine's clock. All due times depend on that clock."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from attrs import define, field, frozen

from sikpro.application.ports.runtime import CLOCK_STEP, Clock, LiveEvents
from sikpro.application.ports.storage import Hint, Kind

_log = structlog.get_logger(__name__)

SHOWN = timedelta(hours=1)
"""How long a detected step is shown."""


@frozen
class ClockStep:
    """A clock that was set: the new time, and by how much; a negative `by` means back."""

    at: datetime
    by: timedelta

    @property
    def back(self) -> bool:
        """Whether it was set back."""
        return self.by < timedelta()


@define(kw_only=True)
class ClockWatch:
    """Compares the clock with a monotonic one; `count` returns its seconds."""

    clock: Clock
    live: LiveEvents
    count: Callable[[], float] = time.monotonic
    _step: ClockStep | None = field(default=None, init=False)
    _noticed: float = field(default=0.0, init=False)
    _last: tuple[datetime, float] | None = field(default=None, init=False)

    def look(self) -> None:
        """Compare with the last call. A difference of more than `CLOCK_STEP` is a step."""
        now, count = self.clock.now(), self.count()
        if self._last is not None:
            then, counted = self._last
            by = now - then - timedelta(seconds=count - counted)
            if abs(by) > CLOCK_STEP:
                self.note(by)
        self._last = now, count

    def note(self, by: timedelta) -> None:
        """Log and show a step that was detected here or elsewhere."""
        self._step, self._noticed = ClockStep(self.clock.now(), by), self.count()
        _log.warning("the clock was set", by_seconds=round(by.total_seconds()))
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
