"""One server at a time on a SQLite file: a second would take what the first has claimed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.engine import URL

from sikpro.adapters.sql.engine import sqlite_file
from sikpro.adapters.sql.writers_turn import give_to_owner
from sikpro.application.ports.storage import StorageBusy, StorageUnavailable


@contextmanager
def only_server(url: str | URL, waits: float = 0) -> Iterator[None]:
    """Be the only one that serves or migrates the database while the block runs; free for PostgreSQL.

    `waits` is how many seconds it waits for another process. The lock ends with the process, whatever ended it, and the
    process that holds it may take it again in the same thread. Raises `StorageBusy` if another process keeps it,
    `StorageUnavailable` if the lock cannot be made.
    """
    file = sqlite_file(url)
    if file is None:
        yield
        return
    # Who reaches the file by a link must meet the same lock.
    lock = FileLock(f"{os.path.realpath(file)}.server", mode=0o600, is_singleton=True)
    try:
        lock.acquire(timeout=waits)
        give_to_owner(lock.lock_file, Path(file))
    except Timeout as error:
        raise StorageBusy(
            f"another SIKPRO serves or migrates {file}: stop it first; two servers need PostgreSQL"
        ) from error
    except OSError as error:
        raise StorageUnavailable(f"cannot lock {lock.lock_file}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()
