"""Backups in a folder, each made by a child process with a lower priority."""

import asyncio
import os
import shutil
import stat
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from sikpro.adapters.local.child import ChildFailed, run_child
from sikpro.adapters.local.in_child import packed_work
from sikpro.application.ports.backups import Backup, BackupFailed, is_ours

_LONGEST = 6 * 3600.0
"""Seconds that a backup may take."""

_LEFT = 86_400.0
"""Seconds after which what a killed backup left is deleted."""


@frozen(kw_only=True)
class FolderBackups:
    """`Backups` in a folder that the operator chose; it must be there. `command` starts the process that makes one.

    The database's URL goes through standard input, because everybody on the machine can read arguments.
    """

    command: Sequence[str]
    database: str = field(repr=False)
    folder: Path

    async def make(self, name: str) -> Backup:
        """Make a backup and verify it; the process is killed if the task is cancelled."""
        said: dict[str, Any] = {}
        task = {"database": self.database, "path": str(self.folder / name)}
        try:
            await run_child(self.command, packed_work(task), said.update, seconds=_LONGEST)
        except ChildFailed as error:
            raise BackupFailed(f"the process that makes it: {error.code}") from error
        except OSError as error:
            raise BackupFailed(f"the process that makes it cannot start: {error.strerror}") from error
        if "failed" in said or "size" not in said:
            raise BackupFailed(str(said.get("failed", "the process that makes it said nothing")))
        return Backup(name=name, size=said["size"], restored=said["restored"])

    async def keep(self, most: int) -> None:
        """Delete older backups, and what killed ones left."""
        try:
            await asyncio.to_thread(self._keep, most)
        except OSError as error:
            raise BackupFailed(f"old backups cannot be deleted: {error.strerror}") from error

    def _keep(self, most: int) -> None:
        ours = sorted((one for one in self.folder.iterdir() if is_ours(one.name)), reverse=True)
        for old in ours[most:]:
            old.unlink()
        _forget_left(self.folder)


def _forget_left(folder: Path) -> None:
    """Delete what backups that were killed a day ago or longer left in a folder; other people's things stay."""
    for left in folder.glob(".sikpro-*"):
        about = left.lstat()
        ours = about.st_uid == os.geteuid() and stat.S_ISDIR(about.st_mode)
        if ours and time.time() - about.st_mtime > _LEFT:
            shutil.rmtree(left)
