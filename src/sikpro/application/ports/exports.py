"""Files of recaps and lists that people requested."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen


class ExportState(StrEnum):
    """How far an export is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Whether it is queued or running."""
        return self in {ExportState.QUEUED, ExportState.RUNNING}


@frozen(kw_only=True)
class Export:
    """A requested file: `query` selects the orders, `kind` is `xlsx`, `csv` or `png`.

    `done` of `total` orders are written; `total` is 0 until it is known. `error` is the code of the failure. `blob` is
    the finished file. With `send_to`, the file is also sent to that chat and `topic`, in the same transaction.
    """

    id: int
    person: int
    query: str
    kind: str
    language: str
    state: ExportState
    done: int = 0
    total: int = 0
    attempts: int = 0
    created_at: datetime
    finished_at: datetime | None = None
    error: str = ""
    blob: int | None = None
    send_to: int | None = None
    topic: int | None = None


class Exports(Protocol):
    """The requested files. A worker claims an export before it writes it.

    When the lease of an attempt is over, another worker may claim the export. The first attempt no longer counts: its
    `progress`, `finish` and `fail` return False and change nothing. The same holds after `cancel`.
    """

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
        """Queue an export and return it. Return the open one if this person already has the same export open."""

    def claim(self, now: datetime, lease: timedelta) -> Export | None:
        """Claim the oldest export that is queued, or that runs with an expired lease. Add one to `attempts`."""

    def progress(self, export: Export, done: int, total: int, now: datetime, lease: timedelta) -> bool:
        """Record the progress of this attempt and renew its lease."""

    def finish(self, export: Export, blob: int, at: datetime) -> bool:
        """Mark the export as done, with `blob` as its file."""

    def fail(self, export: Export, error: str, at: datetime, *, again: bool = False) -> bool:
        """Record that this attempt failed. With `again` the export is queued again, else it has failed for good."""

    def cancel(self, export_id: int, at: datetime) -> None:
        """Cancel the export if it is open."""

    def get(self, export_id: int) -> Export:
        """Return the export. Raises `NotFound`."""

    def of_person(self, person: int, limit: int) -> tuple[Export, ...]:
        """Return a person's exports, newest first."""

    def forget(self, before: datetime) -> None:
        """Delete exports that were requested before a time and are no longer open. Their blobs stay."""
