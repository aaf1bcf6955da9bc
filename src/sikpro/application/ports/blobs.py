"""Large content, stored in parts."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen

PART = 1_000_000
"""The bytes of a blob's part; the last part may be shorter."""

KEPT = timedelta(hours=24)
"""How long an export's file can be fetched."""


@frozen(kw_only=True)
class Blob:
    """A stored file without its content; `size` is in bytes, its age counts from `created_at`."""

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
    """Large files, read part by part: at most one part is in memory."""

    def add(self, name: str, media_type: str, content: Iterable[bytes], at: datetime) -> Blob:
        """Store a file; `content` may arrive in pieces of any size."""

    def get(self, blob_id: int) -> Blob:
        """Return the blob. Raises `NotFound`."""

    def part(self, blob_id: int, place: int) -> bytes:
        """Return one part of a blob. Raises `NotFound`, also for a part that does not exist."""

    def drop(self, blob_id: int) -> None:
        """Delete the blob if it exists. Raises `StorageRejected` while an export or a table refers to it."""

    def forget(self, before: datetime) -> None:
        """Delete blobs stored before a time, but none that a table is still written from.

        Delete exports that refer to them first.
        """


def in_parts(content: Iterable[bytes]) -> Iterator[bytes]:
    """Return the same bytes in parts of `PART`; the last part may be shorter."""
    waiting = bytearray()
    for piece in content:
        waiting += piece
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
    if waiting:
        yield bytes(waiting)
