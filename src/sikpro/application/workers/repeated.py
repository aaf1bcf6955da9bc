"""Says of a fault that lasts one line when it begins, one a minute with how often it came, one when it is over."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from attrs import define, field

_SILENCE = 10
"""So many times `every` seconds without a failure end a fault of which nobody says that it works again."""


@define(kw_only=True)
class Repeated:
    """A fault that comes again and again, from any thread.

    `event` is what its lines say, `over` the line at its end, "" for none. It is over when something works after `calm`
    seconds without a failure: one that comes and goes is one fault. Without `over` nobody may say that it works: then
    what comes again after ten times `every` seconds of silence is a new one. Between two lines of one kind lie at least
    `every` seconds; `times` in a line counts its kind. `count` returns monotonic seconds.
    """

    log: Any
    event: str
    over: str = ""
    calm: float = 0.0
    every: float = 60.0
    level: str = "warning"
    count: Callable[[], float] = time.monotonic
    _said: dict[str, float] = field(factory=dict[str, float], init=False)
    _times: int = field(default=0, init=False)
    _unsaid: Counter[str] = field(factory=Counter[str], init=False)
    _began: float = field(default=0.0, init=False)
    _last: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def failed(self, kind: str, **fields: Any) -> None:
        """Record a failure; say it if its kind is new, or was last said a minute ago. `fields` go into the line."""
        now = self.count()
        with self._lock:
            if not self.over and now - self._last > _SILENCE * self.every:
                self._forget()
            self._began = self._began if self._times else now
            self._last, self._times = now, self._times + 1
            if now - self._said.get(kind, float("-inf")) < self.every:
                self._unsaid[kind] += 1
                return
            again = {"times": self._unsaid.pop(kind, 0) + 1, "seconds": round(now - self._began)}
            again = again if kind in self._said else {}
            self._said[kind] = now
        getattr(self.log, self.level)(self.event, kind=kind, **fields, **again)

    def worked(self) -> None:
        """Record that it works; say that the fault is over if there was one."""
        if not self._times:  # the usual case, without the lock
            return
        with self._lock:
            if not self._times or self.count() - self._last < self.calm:
                return
            times, lasted = self._times, self._last - self._began
            self._forget()
        if self.over:
            self.log.info(self.over, times=times, seconds=round(lasted))

    def _forget(self) -> None:
        self._times = 0
        self._unsaid.clear()
        self._said.clear()
