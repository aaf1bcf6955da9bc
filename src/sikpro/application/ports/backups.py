"""Backups of the store, and the place where they are kept."""

import re
from datetime import UTC, datetime
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


def name_of(made_at: datetime) -> str:
    """Return the name of a backup that SIKPRO makes by itself: the newest has the highest."""
    return f"sikpro-{made_at.astimezone(UTC):%Y%m%d-%H%M%S}.zip"


def is_ours(name: str) -> bool:
    """Return whether SIKPRO gave this name by itself; backups of other names are never deleted."""
    return re.fullmatch(r"sikpro-[0-9]{8}-[0-9]{6}\.zip", name) is not None


class Backups(Protocol):
    """The place of the backups."""

    async def make(self, name: str) -> Backup:
        """Make a backup while the store is used, and verify it; it may take an hour. Raises `BackupFailed`."""

    async def keep(self, most: int) -> None:
        """Delete all but the newest `most` of those that SIKPRO made here. Raises `BackupFailed`."""
