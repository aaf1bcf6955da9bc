"""Recurring work with its due time, and the alerts that were given."""

from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Job:
    """Something due; `key` makes one of a kind unique."""

    id: int
    kind: str
    key: str
    due_at: datetime
    attempts: int = 0
    error: str = ""


class Jobs(Protocol):
    """What is to be done at a time, by whoever claims it first."""

    def schedule(self, kind: str, key: str, due_at: datetime) -> None:
        """Note a job, unless one of this kind and key is there."""

    def claim(self, now: datetime, lease: timedelta) -> Job | None:
        """Take the job longest due that nobody has under a lease; its `attempts` one higher.

        A lease that ends more than `CLOCK_STEP` after `now + lease` is over: the clock has been set back since.
        """

    def again(self, job_id: int, due_at: datetime, error: str = "") -> None:
        """Do it again at a time; without an error `attempts` begins anew."""

    def done(self, job_id: int) -> None:
        """Forget it."""

    def all(self) -> tuple[Job, ...]:
        """All jobs, soonest first."""


class Alerts(Protocol):
    """Which alert was given about which order, so that each is given once."""

    def first(self, order_id: int, step: str, at: datetime) -> bool:
        """Note an alert; False when this step of this order was noted before."""
