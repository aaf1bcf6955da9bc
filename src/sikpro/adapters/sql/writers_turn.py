"""The turn to write a SQLite file: one writer at a time, in this process and among all processes of SIKPRO."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from sikpro.adapters.sql import sqlite_driver
from sikpro.application.ports.storage import StorageBusy, StorageUnavailable

Turn = Callable[[], AbstractContextManager[None]]

_SECONDS = 10
"""How long a write waits for another process."""


def writers_turn(file: Path | None) -> Turn:
    """Return the turn to write the SQLite file; None means a database whose writers need none.

    Entering raises `StorageBusy` if another process keeps the turn, `StorageUnavailable` if the lock cannot be made.
    """
    if file is None:
        return nullcontext
    # SQLite itself waits by polling, and unfairly; a lock does not.
    here, lock = threading.Lock(), lock_beside(file)

    @contextmanager
    def turn() -> Iterator[None]:
        with here, _held(lock):
            yield

    return turn


def lock_beside(file: Path) -> BaseFileLock | None:
    """Return the lock among processes, None where SQLite needs none.

    With the WAL-reset race no checkpoint may meet the commit of another process. Any write may end with a checkpoint,
    and so may the last connection that closes. In one thread the lock may be taken again.
    """
    if not sqlite_driver.RACES:
        return None
    # Who reaches the file by a link must meet the same lock, as SQLite itself uses the files beside the real one.
    return FileLock(f"{os.path.realpath(file)}.lock", timeout=_SECONDS, mode=0o600, is_singleton=True)


def connections_that_close_in_turn(file: Path) -> dict[str, Any]:
    """Return the arguments of `connect` that make connections wait for the lock when they close; {} without a lock."""
    lock = lock_beside(file)
    if lock is None:
        return {}

    class ClosesInTurn(sqlite_driver.driver.Connection):  # type: ignore[misc]  # chosen at the start
        def close(self) -> None:
            with _held(lock):
                super().close()

    return {"factory": ClosesInTurn}


@contextmanager
def _held(lock: BaseFileLock | None) -> Iterator[None]:
    if lock is None:
        yield
        return
    try:
        lock.acquire()
        give_to_owner(lock.lock_file, Path(lock.lock_file.removesuffix(".lock")))
    except Timeout as error:
        raise StorageBusy("another process writes the database") from error
    except OSError as error:
        raise StorageUnavailable(f"cannot lock {lock.lock_file}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def give_to_owner(lock: str, database: Path) -> None:
    """Let the owner of the database, or of the folder where it will be, use a lock that root has made.

    SQLite does so with its own files.
    """
    if os.name == "posix" and os.geteuid() == 0:
        with suppress(FileNotFoundError):
            owner = (database if database.exists() else database.parent).stat()
            os.chown(lock, owner.st_uid, owner.st_gid)
