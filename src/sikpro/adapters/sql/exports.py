"""Exports and kept files in the database; a file lies there in parts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from sikpro.adapters.sql.leases import lease_is_over
from sikpro.adapters.sql.report_tables import blob_parts, blobs, exports
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.blobs import Blob, in_parts
from sikpro.application.ports.exports import Export, ExportState
from sikpro.domain.errors import NotFound
from sikpro.domain.text import storable

_b = blobs.c
_e = exports.c
_EXPORT = [column for column in exports.c if column.name != "leased_until"]
_OPEN = [state.value for state in ExportState if state.open]


class SqlBlobs:
    """Files too large for one value."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, name: str, media_type: str, content: Iterable[bytes], at: datetime) -> Blob:
        """Keep a file; `content` may come in pieces of any size."""
        row = {"name": storable(name), "media_type": media_type, "size": 0, "created_at": at}
        blob_id = self._transaction.scalar(sa.insert(blobs).returning(_b.id), row)
        size = 0
        for place, part in enumerate(in_parts(content)):
            self._transaction.execute(sa.insert(blob_parts), {"blob": blob_id, "place": place, "content": part})
            size += len(part)
        self._transaction.execute(sa.update(blobs).where(_b.id == blob_id).values(size=size))
        return self.get(blob_id)

    def get(self, blob_id: int) -> Blob:
        """Raises `NotFound`."""
        row = self._transaction.execute(sa.select(blobs).where(_b.id == blob_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(what="file", name=str(blob_id))
        return Blob(**row)

    def part(self, blob_id: int, place: int) -> bytes:
        """One of its parts. Raises `NotFound`, also for a part it does not have."""
        which = (blob_parts.c.blob == blob_id, blob_parts.c.place == place)
        content: bytes | None = self._transaction.scalar(sa.select(blob_parts.c.content).where(*which))
        if content is None:
            raise NotFound(what="file", name=str(blob_id))
        return content

    def drop(self, blob_id: int) -> None:
        """Forget it, if it is there."""
        self._forget(_b.id == blob_id)

    def forget(self, before: datetime) -> None:
        """Forget those kept before a time."""
        self._forget(_b.created_at < before)

    def _forget(self, which: sa.ColumnElement[bool]) -> None:
        theirs = blob_parts.c.blob.in_(sa.select(_b.id).where(which))
        self._transaction.execute(sa.delete(blob_parts).where(theirs))
        self._transaction.execute(sa.delete(blobs).where(which))


class SqlExports:
    """What people asked for; whoever claims one first writes it."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def ask(
        self, *, person: int, query: str, kind: str, language: str, at: datetime, send_to: int | None = None
    ) -> Export:
        """Queue one; while the same of this person is open, that one is returned."""
        asked = {"person": person, "query": query, "kind": kind, "language": language, "send_to": send_to}
        same = sa.select(*_EXPORT).where(_e.state.in_(_OPEN), *(_e[name] == value for name, value in asked.items()))
        known = self._transaction.execute(same.limit(1)).mappings().one_or_none()
        if known is not None:
            return _export(known)
        fresh = {"state": ExportState.QUEUED.value, "done": 0, "total": 0, "attempts": 0, "created_at": at, "error": ""}
        export_id = self._transaction.scalar(sa.insert(exports).returning(_e.id), asked | fresh)
        return self.get(export_id)

    def claim(self, now: datetime, lease: timedelta) -> Export | None:
        """Take the oldest that is queued, or runs with its lease over; `attempts` one higher."""
        lost = sa.and_(_e.state == ExportState.RUNNING.value, lease_is_over(_e.leased_until, now, lease))
        first = (
            sa.select(_e.id)
            .where(sa.or_(_e.state == ExportState.QUEUED.value, lost))
            .order_by(_e.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        export_id = self._transaction.scalar(first)
        if export_id is None:
            return None
        taken = {"state": ExportState.RUNNING.value, "leased_until": now + lease, "attempts": _e.attempts + 1}
        self._transaction.execute(sa.update(exports).where(_e.id == export_id).values(taken | {"done": 0}))
        return self.get(export_id)

    def progress(self, export: Export, done: int, total: int, leased_until: datetime) -> bool:
        """Note how far this attempt is and renew its lease."""
        return self._mark(export, done=done, total=total, leased_until=leased_until)

    def finish(self, export: Export, blob: int, at: datetime) -> bool:
        """It is done, and this is its file."""
        return self._mark(export, state=ExportState.DONE.value, blob=blob, finished_at=at, done=_e.total, error="")

    def fail(self, export: Export, error: str, at: datetime, *, again: bool = False) -> bool:
        """This attempt failed; it is queued `again`, or failed for good."""
        state = ExportState.QUEUED if again else ExportState.FAILED
        return self._mark(export, state=state.value, error=error, finished_at=None if again else at)

    def cancel(self, export_id: int, at: datetime) -> None:
        """Stop it, if it is open."""
        stopped = sa.update(exports).where(_e.id == export_id, _e.state.in_(_OPEN))
        self._transaction.execute(stopped.values(state=ExportState.CANCELLED.value, finished_at=at))

    def get(self, export_id: int) -> Export:
        """Raises `NotFound`."""
        row = self._transaction.execute(sa.select(*_EXPORT).where(_e.id == export_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(what="export", name=str(export_id))
        return _export(row)

    def of_person(self, person: int, limit: int) -> tuple[Export, ...]:
        """A person's exports, newest first."""
        theirs = sa.select(*_EXPORT).where(_e.person == person).order_by(_e.id.desc()).limit(limit)
        return tuple(map(_export, self._transaction.execute(theirs).mappings()))

    def forget(self, before: datetime) -> None:
        """Forget those that were asked for before a time and are open no more; their blobs stay."""
        self._transaction.execute(sa.delete(exports).where(_e.created_at < before, _e.state.not_in(_OPEN)))

    def _mark(self, export: Export, **values: Any) -> bool:
        mine = (_e.id == export.id, _e.state == ExportState.RUNNING.value, _e.attempts == export.attempts)
        return self._transaction.execute(sa.update(exports).where(*mine).values(values)).rowcount > 0


def _export(row: Any) -> Export:
    return Export(**{**row, "state": ExportState(row["state"])})
