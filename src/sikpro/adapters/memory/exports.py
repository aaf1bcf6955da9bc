"""Requested exports in memory."""

from datetime import datetime, timedelta
from typing import Any

from attrs import evolve

from sikpro.adapters.memory.store import KeptExport, Sequences, State, lease_is_over
from sikpro.application.ports.exports import Export, ExportState
from sikpro.application.ports.storage import StorageRejected
from sikpro.domain.errors import NotFound


class MemoryExports:
    """Stores requested exports; the process that claims one writes it."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

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
        if person not in self._state.people:
            raise StorageRejected(f"there is no person {person}")
        wanted = (person, query, kind, language, send_to, topic)
        for kept in self._state.exports.values():
            one = kept.export
            same = (one.person, one.query, one.kind, one.language, one.send_to, one.topic) == wanted
            if one.state.open and same:
                return one
        export = Export(
            id=self._sequences.next("exports"),
            person=person,
            query=query,
            kind=kind,
            language=language,
            state=ExportState.QUEUED,
            created_at=at,
            send_to=send_to,
            topic=topic,
        )
        self._state.exports.put(export.id, KeptExport(export))
        return export

    def claim(self, now: datetime, lease: timedelta) -> Export | None:
        """Take the oldest export that is queued or has an expired lease, and add one to its `attempts`."""
        for kept in self._state.exports.values():
            one = kept.export
            lost = one.state is ExportState.RUNNING and lease_is_over(kept.leased_until, now, lease)
            if lost or one.state is ExportState.QUEUED:
                taken = evolve(one, state=ExportState.RUNNING, attempts=one.attempts + 1, done=0)
                self._state.exports.put(one.id, KeptExport(taken, now + lease))
                return taken
        return None

    def progress(self, export: Export, done: int, total: int, now: datetime, lease: timedelta) -> bool:
        """Record the progress of this attempt and renew its lease."""
        return self._mark(export, now + lease, done=done, total=total)

    def finish(self, export: Export, blob: int, at: datetime) -> bool:
        """Record that the export is done, with its file."""
        total = self.get(export.id).total
        return self._mark(export, None, state=ExportState.DONE, blob=blob, finished_at=at, done=total, error="")

    def fail(self, export: Export, error: str, at: datetime, *, again: bool = False) -> bool:
        """Record that this attempt failed; queue the export `again`, or mark it as failed."""
        state = ExportState.QUEUED if again else ExportState.FAILED
        return self._mark(export, None, state=state, error=error, finished_at=None if again else at)

    def cancel(self, export_id: int, at: datetime) -> None:
        """Cancel the export, if it is open."""
        kept = self._state.exports.get(export_id)
        if kept is not None and kept.export.state.open:
            cancelled = evolve(kept.export, state=ExportState.CANCELLED, finished_at=at)
            self._state.exports.put(export_id, KeptExport(cancelled))

    def get(self, export_id: int) -> Export:
        """Return the row by its id. Raises `NotFound`."""
        kept = self._state.exports.get(export_id)
        if kept is None:
            raise NotFound(what="export", name=str(export_id))
        return kept.export

    def of_person(self, person: int, limit: int) -> tuple[Export, ...]:
        """Return a person's exports, newest first."""
        theirs = [kept.export for kept in self._state.exports.values() if kept.export.person == person]
        return tuple(reversed(theirs))[:limit]

    def forget(self, before: datetime) -> None:
        """Delete the exports that were requested before a time and are no longer open; their blobs stay."""
        for kept in self._state.exports.values():
            if kept.export.created_at < before and not kept.export.state.open:
                self._state.exports.drop(kept.export.id)

    def _mark(self, export: Export, leased_until: datetime | None, **changes: Any) -> bool:
        kept = self._state.exports.get(export.id)
        if kept is None or (kept.export.state, kept.export.attempts) != (ExportState.RUNNING, export.attempts):
            return False
        self._state.exports.put(export.id, KeptExport(evolve(kept.export, **changes), leased_until))
        return True
