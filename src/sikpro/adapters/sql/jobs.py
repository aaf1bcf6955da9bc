"""Recurring jobs and alerts in the database."""

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.dialect import insert_new
from sikpro.adapters.sql.leases import lease_is_over, lease_times
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.jobs import Job
from sikpro.domain.errors import NotFound

alerts = Table(
    "alerts",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("step", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

_AT_ONCE = 500
"""Rows of one statement."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("error", Words, nullable=False),
    Column("claimed_by", Words, nullable=False, server_default=""),
    UniqueConstraint("kind", "key"),
    sa.Index(None, "due_at", "id"),
    sqlite_autoincrement=True,
)
"""Rows are deleted, so SQLite needs AUTOINCREMENT to use each id only once."""

_job = jobs.c
# SKIP LOCKED: two processes take two jobs; for SQLite, which has one writer, SQLAlchemy leaves it out.
_FIRST = (
    sa.select(_job.id)
    .where(_job.due_at <= sa.bindparam("now"), lease_is_over(_job.leased_until))
    .order_by(_job.due_at, _job.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_JOB = (_job.id, _job.kind, _job.key, _job.due_at, _job.attempts, _job.error)
_ALL = sa.select(*_JOB).order_by(_job.due_at, _job.id)


class SqlJobs:
    """Stores jobs with their due times; a job belongs to the process that claims it first."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def schedule(self, kind: str, key: str, due_at: datetime) -> None:
        """Add a job, unless one of this kind and key exists."""
        row = {"kind": kind, "key": key, "due_at": due_at, "attempts": 0, "error": ""}
        self._transaction.execute(insert_new(self._transaction, jobs, ["kind", "key"]).values(row))

    def claim(self, now: datetime, lease: timedelta) -> Job | None:
        """Take the longest due job without a lease, and add one to its `attempts`."""
        lease_time = self._transaction.lease_time(now)
        taken = self._transaction.scalar(_FIRST, {"now": now, **lease_times(lease_time, lease)})
        if taken is None:
            return None
        update = sa.update(jobs).where(_job.id == taken)
        claimed = {"leased_until": lease_time + lease, "claimed_by": self._transaction.process}
        update = update.values(claimed | {"attempts": _job.attempts + 1})
        return Job(**self._transaction.execute(update.returning(*_JOB)).mappings().one())

    def again(self, job: Job, due_at: datetime, error: str = "") -> bool:
        """Set the next due time of a job, unless it changed since; without an error reset `attempts`."""
        values: dict[str, Any] = {"due_at": due_at, "error": error, "leased_until": None, "claimed_by": ""}
        if not error:
            values["attempts"] = 0
        if self._transaction.execute(sa.update(jobs).where(*_as_read(job)).values(values)).rowcount:
            return True
        if self._transaction.scalar(sa.select(_job.id).where(_job.id == job.id)) is None:
            raise NotFound(what="job", name=str(job.id))
        return False

    def done(self, job: Job) -> None:
        """Delete the job, unless it changed since."""
        self._transaction.execute(sa.delete(jobs).where(*_as_read(job)))

    def all(self) -> tuple[Job, ...]:
        """Return all jobs, the earliest due first."""
        return tuple(Job(**row) for row in self._transaction.execute(_ALL).mappings())


def _as_read(job: Job) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that nobody has claimed or scheduled a job since it was read."""
    return _job.id == job.id, _job.attempts == job.attempts, _job.due_at == job.due_at, _job.error == job.error


_RECORDED = sa.select(alerts.c.at).where(
    alerts.c.order_id == sa.bindparam("order_id"), alerts.c.step == sa.bindparam("step")
)


class SqlAlerts:
    """Stores which alert was sent about which order."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def is_recorded(self, order_id: int, step: str) -> bool:
        """Return whether this step of an order was recorded."""
        return self._transaction.scalar(_RECORDED, {"order_id": order_id, "step": step}) is not None

    def record(self, given: Collection[tuple[int, str]], at: datetime) -> frozenset[tuple[int, str]]:
        """Record alerts and return those that were not recorded before."""
        new = set[tuple[int, str]]()
        places = iter(sorted(given))
        while part := list(islice(places, _AT_ONCE)):
            rows = [{"order_id": order_id, "step": step, "at": at} for order_id, step in part]
            inserted = insert_new(self._transaction, alerts, ["order_id", "step"]).values(rows)
            found = self._transaction.execute(inserted.returning(alerts.c.order_id, alerts.c.step))
            new |= {(order_id, step) for order_id, step in found}
        return frozenset(new)
