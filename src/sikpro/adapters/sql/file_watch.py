"""Notices what other processes write to a SQLite file: commands and the library beside the server."""

from collections.abc import Callable
from typing import Any

from attrs import define, field
from sqlalchemy.engine import Connection, Engine

from sikpro.adapters.sql.errors import storage_error
from sikpro.adapters.sql.transaction import as_storage_errors
from sikpro.application.ports.storage import StorageError


@define
class FileWatch:
    """Looks at the version of a SQLite file, on a connection of its own. `own_changes` counts changes of this process.

    A change of another process in the same interval as one of our own is not noticed.
    """

    engine: Engine
    own_changes: Callable[[], int]
    _connection: Connection | None = field(default=None, init=False)
    _last: tuple[int, int] | None = field(default=None, init=False)

    def others_wrote(self) -> bool:
        """Return whether another process has written since the last look; False at the first.

        Raises `StorageError`. Call it in one thread at a time.
        """
        try:
            own = self.own_changes()
            found = self._version(), own
        except StorageError:
            self.close()
            raise
        before, self._last = self._last, found
        return before is not None and found[0] != before[0] and found[1] == before[1] == self.own_changes()

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._last = None

    def _version(self) -> int:
        """Return a number that changes with each commit of another connection, also of our own process's others."""
        with as_storage_errors():
            self._connection = self._connection or self.engine.connect()
            driver: Any = self._connection.connection.driver_connection
        try:
            # Not through SQLAlchemy, which would begin a transaction: in one, the number stands still.
            version: int = driver.execute("PRAGMA data_version").fetchone()[0]
        except self.engine.dialect.loaded_dbapi.Error as error:
            raise storage_error(error) or error from error
        return version
