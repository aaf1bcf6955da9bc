"""Recurring jobs with their due times, and the alerts already given."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Job:
    """A job with a due time; `key` makes it unique within its kind."""

    id: int
    kind: str
    key: str
    due_at: datetime
    attempts: int = 0
    error: str = ""


class Jobs(Protocol):
    """Jobs to run at a time. A worker claims a job before it runs it."""

    def schedule(self, kind: str, key: str, due_at: datetime) -> None:
        """Add a job, unless one of this kind and key exists."""

    def claim(self, now: datetime, lease: timedelta) -> Job | None:
        """Claim the job that is due longest and not under a lease. Add one to its `attempts`.

        A lease that ends more than `CLOCK_STEP` after `now + lease` is over: the clock has been set back since.
        """

    def again(self, job: Job, due_at: datetime, error: str = "") -> bool:
        """Schedule a job again, as it was read. Without an error, `attempts` starts again from zero.

        Return False, and change nothing, if it was claimed or scheduled since: whoever lost a claim has no say. Raises
        `NotFound`.
        """

    def done(self, job: Job) -> None:
        """Delete a job, unless it was claimed or scheduled since it was read."""

    def all(self) -> tuple[Job, ...]:
        """Return all jobs, soonest first."""


class Alerts(Protocol):
    """The alerts given about orders, so that each is given once."""

    def is_recorded(self, order_id: int, step: str) -> bool:
        """Return whether this step of an order was recorded."""

    def record(self, given: Collection[tuple[int, str]], at: datetime) -> frozenset[tuple[int, str]]:
        """Record alerts, each an order's id and a step, and return those that were not recorded before."""
