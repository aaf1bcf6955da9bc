"""Requested exports in the database."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.leases import lease_is_over, lease_times
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.exports import Export, ExportState
from sikpro.domain.errors import NotFound

exports = Table(
    "exports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("query", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("error", Words, nullable=False),
    Column("blob", Id, ForeignKey("blobs.id")),
    Column("send_to", Id),
    Column("topic", Id),
    Column("claimed_by", Words, nullable=False, server_default=""),
    sa.Index(None, "person", "id"),
    sa.Index(None, "state", "id"),
    sqlite_autoincrement=True,
)


_e = exports.c
_EXPORT = [column for column in exports.c if column.name not in {"leased_until", "claimed_by"}]
_OPEN = [state.value for state in ExportState if state.open]


_LOST = sa.and_(_e.state == ExportState.RUNNING.value, lease_is_over(_e.leased_until))
_FIRST = (
    sa.select(_e.id)
    .where(sa.or_(_e.state == ExportState.QUEUED.value, _LOST))
    .order_by(_e.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)


class SqlExports:
    """Stores requested exports; the process that claims one writes it."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def ask(
        self,
        *,
        person: int,
        query: str,
        kind: str,
        language: str,
        at: datetime,
        send_to: int | None = None,
        topic: int | None = None,
    ) -> Export:
        """Queue an export; if the person has the same export open, return that one."""
        row: dict[str, Any] = {"person": person, "query": query, "kind": kind, "language": language}
        row |= {"send_to": send_to, "topic": topic}
        same = sa.select(*_EXPORT).where(_e.state.in_(_OPEN), *(_e[name] == value for name, value in row.items()))
        known = self._transaction.execute(same.limit(1)).mappings().one_or_none()
        if known is not None:
            return _export(known)
        fresh = {"state": ExportState.QUEUED.value, "done": 0, "total": 0, "attempts": 0, "created_at": at, "error": ""}
        export_id = self._transaction.scalar(sa.insert(exports).returning(_e.id), row | fresh)
        return self.get(export_id)

    def claim(self, now: datetime, lease: timedelta) -> Export | None:
        """Take the oldest export that is queued or has an expired lease, and add one to its `attempts`."""
        lease_time = self._transaction.lease_time(now)
        export_id = self._transaction.scalar(_FIRST, lease_times(lease_time, lease))
        if export_id is None:
            return None
        claimed = {"leased_until": lease_time + lease, "claimed_by": self._transaction.process}
        taken = claimed | {"state": ExportState.RUNNING.value, "attempts": _e.attempts + 1, "done": 0}
        self._transaction.execute(sa.update(exports).where(_e.id == export_id).values(taken))
        return self.get(export_id)

    def progress(self, export: Export, done: int, total: int, now: datetime, lease: timedelta) -> bool:
        """Record the progress of this attempt and renew its lease."""
        until = self._transaction.lease_time(now) + lease
        return self._mark(export, done=done, total=total, leased_until=until)

    def finish(self, export: Export, blob: int, at: datetime) -> bool:
        """Record that the export is done, with its file."""
        return self._mark(export, state=ExportState.DONE.value, blob=blob, finished_at=at, done=_e.total, error="")

    def fail(self, export: Export, error: str, at: datetime, *, again: bool = False) -> bool:
        """Record that this attempt failed; queue the export `again`, or mark it as failed."""
        state = ExportState.QUEUED if again else ExportState.FAILED
        return self._mark(export, state=state.value, error=error, finished_at=None if again else at)

    def cancel(self, export_id: int, at: datetime) -> None:
        """Cancel the export, if it is open."""
        stopped = sa.update(exports).where(_e.id == export_id, _e.state.in_(_OPEN))
        self._transaction.execute(stopped.values(state=ExportState.CANCELLED.value, finished_at=at))

    def get(self, export_id: int) -> Export:
        """Return the row by its id. Raises `NotFound`."""
        row = self._transaction.execute(sa.select(*_EXPORT).where(_e.id == export_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(what="export", name=str(export_id))
        return _export(row)

    def of_person(self, person: int, limit: int) -> tuple[Export, ...]:
        """Return a person's exports, newest first."""
        theirs = sa.select(*_EXPORT).where(_e.person == person).order_by(_e.id.desc()).limit(limit)
        return tuple(map(_export, self._transaction.execute(theirs).mappings()))

    def forget(self, before: datetime) -> None:
        """Delete the exports that were requested before a time and are no longer open; their blobs stay."""
        self._transaction.execute(sa.delete(exports).where(_e.created_at < before, _e.state.not_in(_OPEN)))

    def _mark(self, export: Export, **values: Any) -> bool:
        mine = (_e.id == export.id, _e.state == ExportState.RUNNING.value, _e.attempts == export.attempts)
        return self._transaction.execute(sa.update(exports).where(*mine).values(values)).rowcount > 0


def _export(row: Any) -> Export:
    return Export(**{**row, "state": ExportState(row["state"])})
