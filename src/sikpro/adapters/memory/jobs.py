"""Recurring jobs and alerts in memory."""

from collections.abc import Collection
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.store import Due, Sequences, State, lease_is_over
from sikpro.application.ports.jobs import Job
from sikpro.domain.errors import NotFound


class MemoryJobs:
    """Stores jobs with their due times."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def schedule(self, kind: str, key: str, due_at: datetime) -> None:
        """Add a job, unless one of this kind and key exists."""
        if any((due.job.kind, due.job.key) == (kind, key) for due in self._state.jobs.values()):
            return
        job = Job(id=self._sequences.next("jobs"), kind=kind, key=key, due_at=due_at)
        self._state.jobs.put(job.id, Due(job))

    def claim(self, now: datetime, lease: timedelta) -> Job | None:
        """Take the longest due job without a lease, and add one to its `attempts`."""
        for job in self.all():
            due = self._due(job.id)
            if job.due_at <= now and lease_is_over(due.leased_until, now, lease):
                taken = evolve(job, attempts=job.attempts + 1)
                self._state.jobs.put(job.id, Due(taken, now + lease))
                return taken
        return None

    def again(self, job: Job, due_at: datetime, error: str = "") -> bool:
        """Set the next due time of a job, unless it changed since; without an error reset `attempts`."""
        if self._due(job.id).job != job:
            return False
        attempts = job.attempts if error else 0
        self._state.jobs.put(job.id, Due(evolve(job, due_at=due_at, error=error, attempts=attempts)))
        return True

    def done(self, job: Job) -> None:
        """Delete the job, unless it changed since."""
        due = self._state.jobs.get(job.id)
        if due is not None and due.job == job:
            self._state.jobs.drop(job.id)

    def all(self) -> tuple[Job, ...]:
        """Return all jobs, the earliest due first."""
        return tuple(sorted((due.job for due in self._state.jobs.values()), key=lambda job: (job.due_at, job.id)))

    def _due(self, job_id: int) -> Due:
        due = self._state.jobs.get(job_id)
        if due is None:
            raise NotFound(what="job", name=str(job_id))
        return due


class MemoryAlerts:
    """Stores which alert was sent about which order."""

    def __init__(self, state: State) -> None:
        self._state = state

    def is_recorded(self, order_id: int, step: str) -> bool:
        """Return whether this step of an order was recorded."""
        return (order_id, step) in self._state.alerts

    def record(self, given: Collection[tuple[int, str]], at: datetime) -> frozenset[tuple[int, str]]:
        """Record alerts and return those that were not recorded before."""
        new = frozenset(one for one in given if one not in self._state.alerts)
        for order_id, step in new:
            self._state.must_have_order(order_id)
            self._state.alerts.put((order_id, step), at)
        return new
