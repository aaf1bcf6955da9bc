"""Backups in a bucket: each is made and verified here, sent, fetched again and compared."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from sikpro.adapters.s3.bucket import Bucket
from sikpro.application.ports.backups import Backup, BackupFailed, Backups, is_ours

_ALL = 1 << 30
"""So many backups that none is deleted where they are made: only what killed ones left."""


@frozen(kw_only=True)
class BucketBackups:
    """`Backups` in a folder of a bucket; `made_in` makes them in a folder of this machine, from where they are sent.

    They need room in the folder for temporary files (`TMPDIR`).
    """

    made_in: Callable[[Path], Backups]
    bucket: Bucket

    async def make(self, name: str) -> Backup:
        """Make a backup, verify it, and send it."""
        try:
            with tempfile.TemporaryDirectory(prefix=".sikpro-") as folder:
                made = await self.made_in(Path(folder)).make(name)
                await self.bucket.put(Path(folder) / name, name)
                return made
        except OSError as error:
            raise BackupFailed(f"cannot write into {tempfile.gettempdir()}: {error.strerror}") from error

    async def keep(self, most: int) -> None:
        """Delete older backups, and what killed ones left on this machine."""
        await self.made_in(Path(tempfile.gettempdir())).keep(_ALL)
        ours = [name for name in await self.bucket.names() if is_ours(name)]
        for name in ours[:-most]:
            await self.bucket.delete(name)
