"""What tells whether the system is well: small records in the store, and the place where its data are."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class HealthRecord:
    """The latest of one name: when it was written, a state and a detail; both are codes or data, no sentences."""

    name: str
    at: datetime
    state: str = ""
    detail: str = ""


@frozen(kw_only=True)
class Waiting:
    """How many things wait for each worker, those in hand included."""

    messages: int = 0
    jobs: int = 0
    exports: int = 0
    tables: int = 0
    photos: int = 0
    files: int = 0


class HealthRecords(Protocol):
    """Probes of the store by each process, the last check of its integrity, the steps of a machine's clock."""

    def put(self, record: HealthRecord) -> None:
        """Store a record in place of the earlier one of its name."""

    def get(self, name: str) -> HealthRecord | None: ...
    def forget(self, beginning: str, before: datetime) -> None:
        """Delete the records of earlier times whose name begins so."""

    def waiting(self, now: datetime) -> Waiting:
        """Count what waits for the workers; a job waits when it is due. It takes a moment only."""


class Integrity(StrEnum):
    """What a check of the data found. `UNCHECKED`: this store cannot tell."""

    OK = "ok"
    DAMAGED = "damaged"
    UNCHECKED = "unchecked"


@frozen
class Checked:
    """The result of a check, and the first things that it found, in the words of the database."""

    integrity: Integrity
    detail: str = ""


LARGE_WAL = 100_000_000
"""Bytes of a `-wal` that nobody else checkpoints; Litestream does so after far fewer."""


@frozen
class Space:
    """The disk of the data: the bytes that are free, and all of them.

    `uncopied` is how many bytes of changes wait for a program that copies the data as they come (Litestream).
    """

    free: int
    whole: int
    uncopied: int = 0

    def is_low(self, least: int) -> bool:
        """Return whether fewer than `least` bytes, or less than a tenth of the disk, are free."""
        return self.free < max(least, self.whole // 10)

    @property
    def copy_waits(self) -> bool:
        """Whether so much waits to be copied that nothing seems to copy any more."""
        return self.uncopied > LARGE_WAL


class DataPlace(Protocol):
    """The place of the data: a disk and a file, or a server elsewhere. It has connections of its own."""

    async def space(self) -> Space | None:
        """Return the room on the disk of the data; None if it is not on this machine or cannot be told."""

    async def check_integrity(self) -> Checked:
        """Read everything and look for damage; it may take minutes and blocks nobody. Raises `StorageError`."""
