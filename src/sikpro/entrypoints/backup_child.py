"""The process that makes one backup."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.in_child import Say, serve
from sikpro.adapters.sql.backups.archive import write_backup
from sikpro.application.ports.storage import StorageError


def make_backup(task: Any, _: bytes, say: Say) -> None:
    """Write the backup and say what came of it."""
    path = Path(task["path"])
    try:
        restored = write_backup(task["database"], path, SystemClock().now(), version("sikpro"))[1]
        say({"size": path.stat().st_size, "restored": restored})
    except (StorageError, OSError) as error:
        say({"failed": str(error)})


if __name__ == "__main__":
    serve(make_backup)
