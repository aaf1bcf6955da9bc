"""Large content, stored in parts."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
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
