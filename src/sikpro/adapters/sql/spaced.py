"""Calls that are spaced out: the first at once, then more rarely while more are asked for."""

import time
from collections.abc import Callable

from attrs import define, field

_LEAST, _MOST = 1.0, 16.0


@define
class Spaced:
    """Makes `call` for what was asked for: after 1, 2, 4, … 16 seconds at the earliest, and after a quiet time at once.

    For the call that makes every open page fetch all of itself: a script that writes for an hour beside the server, or
    a connection that breaks again and again, must not do that each second to each page. `seconds` is a clock that is
    never set.
    """

    call: Callable[[], None]
    seconds: Callable[[], float] = time.monotonic
    _due: bool = field(default=False, init=False)
    _space: float = field(default=_LEAST, init=False)
    _last: float = field(default=float("-inf"), init=False)

    def ask(self) -> None:
        """Ask for a call; `step` makes it."""
        self._due = True

    def step(self) -> None:
        """Make the call if one was asked for and it is time. To be repeated about every second."""
        passed = self.seconds() - self._last
        if passed < self._space:
            return
        if self._due:
            self._due, self._last = False, self.seconds()
            self._space = _LEAST if passed > 2 * _MOST else min(2 * self._space, _MOST)
            self.call()
