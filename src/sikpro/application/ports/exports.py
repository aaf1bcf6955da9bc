"""Files of recaps and lists that people asked for."""

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
        """Whether it is still to become something."""
        return self in {ExportState.QUEUED, ExportState.RUNNING}


@frozen(kw_only=True)
class Export:
    """A file somebody asked for: `query` says which orders, `kind` is `xlsx` or `csv`.

    `done` of `total` orders are written; `total` is 0 until it is known. `error` is the code of why it failed.
    `blob` is its file once it is done; with `send_to` that is sent to a chat, in the same transaction.
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


class Exports(Protocol):
    """What people asked for; whoever claims one first writes it.

    An attempt whose lease ran out may be claimed by another; what the first one says afterwards counts no more:
    `progress`, `finish` and `fail` then return False and change nothing, as they do after `cancel`.
    """

    def ask(
        self, *, person: int, query: str, kind: str, language: str, at: datetime, send_to: int | None = None
    ) -> Export:
        """Queue one; while the same of this person is open, that one is returned."""

    def claim(self, now: datetime, lease: timedelta) -> Export | None:
        """Take the oldest that is queued, or runs with its lease over; `attempts` one higher."""

    def progress(self, export: Export, done: int, total: int, leased_until: datetime) -> bool:
        """Note how far this attempt is and renew its lease."""

    def finish(self, export: Export, blob: int, at: datetime) -> bool:
        """It is done, and this is its file."""

    def fail(self, export: Export, error: str, at: datetime, *, again: bool = False) -> bool:
        """This attempt failed; it is queued `again`, or failed for good."""

    def cancel(self, export_id: int, at: datetime) -> None:
        """Stop it, if it is open."""

    def get(self, export_id: int) -> Export:
        """Raises `NotFound`."""

    def of_person(self, person: int, limit: int) -> tuple[Export, ...]:
        """A person's exports, newest first."""

    def forget(self, before: datetime) -> None:
        """Forget those that were asked for before a time and are open no more; their blobs stay."""
