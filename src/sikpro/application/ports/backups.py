"""Backups of the store."""

from sikpro.application.ports.storage import StorageError


class BackupFailed(StorageError):
    """A backup was not made or not restored; the message says why and what to do. Nothing that was there is changed."""
