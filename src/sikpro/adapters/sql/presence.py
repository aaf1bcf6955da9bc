"""The presence of a process on PostgreSQL: one connection kept open, with its lock and the hints of the others."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from select import select
from typing import Any

import structlog
from sqlalchemy import exc
from sqlalchemy.engine import URL

from sikpro.adapters.sql.claims import LOCKS, lock_number
from sikpro.adapters.sql.engine import create_engine_for, is_pooled_elsewhere
from sikpro.adapters.sql.hints import CHANNEL, heard
from sikpro.adapters.sql.spaced import Spaced
from sikpro.application.ports.storage import Hint, StorageError
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

_LOOK = 0.5
"""Seconds between two looks at a connection on which nothing comes, and between two tries to connect."""

_PROVES = 3.0
"""Seconds for which an answer on the connection proves that the lock is held; then the others may see that it is free.

A network that hangs ends no connection at this end: for many minutes nothing else would tell.
"""

_KEEPALIVES = ("tcp_keepalives_idle = 2", "tcp_keepalives_interval = 1", "tcp_keepalives_count = 3")
"""With these the server notices within five seconds that this machine is gone, and frees the lock."""


class Presence:
    """Tells the other processes that this one runs, and hears their hints, in a thread of its own.

    The process holds an advisory lock of the session: PostgreSQL frees it when the connection ends, whatever ended the
    process. `publish` gets the hints of other processes. `missed` is called after a connect: what was announced before
    is unknown. Where the connection breaks again and again it is called more rarely.
    """

    def __init__(
        self,
        url: str | URL,
        process: str,
        publish: Callable[[tuple[Hint, ...]], None],
        missed: Callable[[], None],
    ) -> None:
        self._engine = create_engine_for(url, pooled=False)
        self._process = process
        self._publish = publish
        self._missed = Spaced(missed)
        self._held = threading.Event()
        self._proved = time.monotonic()
        self._stopped = threading.Event()
        self._faults = Repeated(
            log=_log,
            event="the connection to the other processes broke",
            over="the connection to the other processes is back",
        )
        self._thread = threading.Thread(target=self._run, name="sikpro-presence", daemon=True)

    @property
    def held(self) -> bool:
        """Whether the process holds its lock, by what the server said some seconds ago at most."""
        return self._held.is_set() and time.monotonic() - self._proved < _PROVES

    def start(self) -> None:
        """Connect, and stay connected."""
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until the lock is held, and return whether it is."""
        return self._held.wait(seconds)

    def stop(self) -> None:
        """End the connection; the others see at once that the process is gone. One that hangs ends with the process."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_PROVES)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with self._connected() as connection:
                    self._stay(connection)
            except (StorageError, exc.SQLAlchemyError, OSError, ValueError) as error:
                self._faults.failed(type(error).__name__, error=str(error))
            finally:
                self._held.clear()
            self._stopped.wait(_LOOK)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    def _stay(self, connection: Any) -> None:
        driver = connection.connection.driver_connection
        driver.add_notify_handler(lambda notification: self._hear(notification.payload))
        for setting in (*_KEEPALIVES, f"application_name = '{self._process}'"):
            connection.exec_driver_sql(f"SET {setting}")
        if is_pooled_elsewhere(driver):
            _log.warning("PostgreSQL is behind a pooler: let SIKPRO_DATABASE_DIRECT name its own address")
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        taken = False
        while not self._stopped.is_set():
            # Where the server has not noticed yet that our last connection ended, that one's lock still speaks for us.
            taken = taken or self._takes(connection)
            self._proved = time.monotonic()
            if not self._held.is_set():
                self._held.set()
                self._faults.worked()
                self._missed.ask()
            self._missed.step()
            select([driver.fileno()], [], [], _LOOK if taken else _LOOK / 5)
            connection.exec_driver_sql("SELECT 1")  # takes what came, and notices a connection that is gone

    def _takes(self, connection: Any) -> bool:
        taken: bool = connection.exec_driver_sql(
            "SELECT pg_try_advisory_lock(%s, %s)", (LOCKS, lock_number(self._process))
        ).scalar()
        return taken

    def _hear(self, message: str) -> None:
        hints = heard(message, self._process)
        if hints is None:
            self._missed.ask()
        elif hints:
            self._publish(hints)
