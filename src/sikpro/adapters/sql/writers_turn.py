"""The turn to write a SQLite file: one writer at a time, in this process and among all processes of SIKPRO."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from sikpro.adapters.sql import sqlite_driver
from sikpro.application.ports.storage import StorageBusy

Turn = Callable[[], AbstractContextManager[None]]

_SECONDS = 10
"""How long a write waits for another process."""


def writers_turn(file: Path | None) -> Turn:
    """Return the turn to write the SQLite file; None means a database whose writers need none.

    Entering raises `StorageBusy` if another process keeps the turn.
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
    return FileLock(f"{file}.lock", timeout=_SECONDS, mode=0o600, is_singleton=True) if sqlite_driver.RACES else None


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
    except Timeout as error:
        raise StorageBusy("another process writes the database") from error
    try:
        yield
    finally:
        lock.release()
