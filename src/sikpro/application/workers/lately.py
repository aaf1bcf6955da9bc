"""What lately worked and what failed: states follow from it, so that none outlives its reason."""

import time
from collections.abc import Callable

from attrs import define, field


@define(kw_only=True)
class Lately:
    """When something last worked, and since when it does not; `count` returns monotonic seconds.

    `reason` is the code of the last failure, "" if the last try worked or there was none yet.
    """

    count: Callable[[], float] = time.monotonic
    reason: str = field(default="", init=False)
    detail: str = field(default="", init=False)
    _since: float = field(init=False)
    _worked_at: float | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._since = self.count()

    def worked(self) -> None:
        """Record that it worked just now."""
        now = self.count()
        if self.reason or self._worked_at is None:
            self._since = now
        self.reason = self.detail = ""
        self._worked_at = now

    def failed(self, reason: str, detail: str = "") -> None:
        """Record that it failed just now, with a code and what the other side said."""
        if self.reason != reason:
            self._since = self.count()
        self.reason, self.detail = reason, detail

    @property
    def tried(self) -> bool:
        """Whether it ever worked or failed."""
        return bool(self.reason) or self._worked_at is not None

    @property
    def lasts(self) -> float:
        """The seconds since it is as it is now."""
        return self.count() - self._since

    @property
    def age(self) -> float | None:
        """The seconds since it last worked, None if it never did."""
        return None if self._worked_at is None else self.count() - self._worked_at
