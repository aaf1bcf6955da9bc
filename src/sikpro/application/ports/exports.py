"""Files that were made out of orders: asked for, written by a worker, kept in parts until they are forgotten."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

PART = 1_000_000
"""Bytes of a blob's part; its last one may be shorter."""

KEPT = timedelta(hours=24)
"""How long an export's file can be fetched."""


@frozen(kw_only=True)
class Blob:
    """A kept file without its content; `size` in bytes, `created_at` from when its age counts."""

    id: int
    name: str
    media_type: str
    size: int
    created_at: datetime

    @property
    def parts(self) -> int:
        """How many parts it has, numbered from 0."""
        return -(-self.size // PART)


class Blobs(Protocol):
    """Files too large for one value: never more than a part of one in memory."""

    def add(self, name: str, media_type: str, content: Iterable[bytes], at: datetime) -> Blob:
        """Keep a file; `content` may come in pieces of any size."""

    def get(self, blob_id: int) -> Blob:
        """Raises `NotFound`."""

    def part(self, blob_id: int, place: int) -> bytes:
        """One of its parts. Raises `NotFound`, also for a part it does not have."""

    def drop(self, blob_id: int) -> None:
        """Forget it, if it is there. Raises `StorageRejected` while an export refers to it."""

    def forget(self, before: datetime) -> None:
        """Forget those kept before a time; an export that refers to one is to be forgotten first."""


def in_parts(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts of `PART`, the last one shorter."""
    waiting = bytearray()
    for piece in content:
        waiting += piece
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
    if waiting:
        yield bytes(waiting)


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
