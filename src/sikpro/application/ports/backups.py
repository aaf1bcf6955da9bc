"""Backups of the store, and the place where they are kept."""

from typing import Protocol

from attrs import frozen

from sikpro.application.ports.storage import StorageError


class BackupFailed(StorageError):
    """A backup was not made or not restored; the message says why and what to do. Nothing that was there is changed."""


@frozen(kw_only=True)
class Backup:
    """A backup that was made: its name, its bytes, and whether it was restored and compared to verify it."""

    name: str
    size: int
    restored: bool


class Backups(Protocol):
    """The place of the backups. Names begin with the time, so that the newest has the highest."""

    async def make(self, name: str) -> Backup:
        """Make a backup while the store is used, and verify it; it may take an hour. Raises `BackupFailed`."""

    async def keep(self, most: int) -> None:
        """Delete all but the newest `most` of those that SIKPRO made here. Raises `BackupFailed`."""
