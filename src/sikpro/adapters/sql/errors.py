"""One table from the error codes of drivers to the application's errors."""

from sqlalchemy import exc

from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.storage import (
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageRejected,
    StorageUnavailable,
)


class ConstraintViolated(StorageRejected):
    """A unique or foreign key was violated; repositories turn it into a domain error if there is one."""


_SQLITE: dict[int, type[StorageError]] = {
    driver.SQLITE_BUSY: StorageBusy,
    driver.SQLITE_LOCKED: StorageBusy,
    driver.SQLITE_PROTOCOL: StorageBusy,
    driver.SQLITE_CONSTRAINT: ConstraintViolated,
    driver.SQLITE_TOOBIG: StorageRejected,
    driver.SQLITE_MISMATCH: StorageRejected,
    driver.SQLITE_RANGE: StorageRejected,
    driver.SQLITE_CORRUPT: StorageDamaged,
    driver.SQLITE_NOTADB: StorageDamaged,
}
"""By primary result code; any other (full, read-only, I/O, cannot open, no such table) is unavailable."""

_POSTGRESQL: dict[str, type[StorageError]] = {
    "40001": StorageBusy,  # serialisation failure
    "40P01": StorageBusy,  # deadlock
    "55P03": StorageBusy,  # lock not available
    "22": StorageRejected,  # data exception
    "23": ConstraintViolated,
    "25": StorageRejected,  # read-only, or failed, transaction
    "54": StorageRejected,  # program limit: an index entry too large
    "XX001": StorageDamaged,  # a damaged page
    "XX002": StorageDamaged,  # a damaged index
}
"""By SQLSTATE, or its class; any other (08 connection, 53 disk or memory, 57 shutdown, 42 schema) is unavailable."""


def storage_error(error: BaseException) -> StorageError | None:
    """Return the storage error for a driver's exception, None if it is not a database error."""
    if isinstance(error, StorageError):
        return None
    text = str(error).strip()
    if isinstance(error, driver.Error):
        if isinstance(error, driver.OperationalError | driver.DatabaseError) and (
            (code := getattr(error, "sqlite_errorcode", None)) is not None
        ):
            return _SQLITE.get(code & 0xFF, StorageUnavailable)(text)
        return StorageRejected(text)
    if isinstance(error, OverflowError | UnicodeError):
        return StorageRejected(text)
    if type(error).__module__.partition(".")[0] == "psycopg":
        return _of_postgresql(error)(text)
    if isinstance(error, exc.TimeoutError):
        return StorageBusy(text)
    if isinstance(error, exc.PendingRollbackError):
        return StorageUnavailable("the connection to the database broke")
    if isinstance(error, exc.DBAPIError):
        return StorageUnavailable(text)
    return None


def _of_postgresql(error: BaseException) -> type[StorageError]:
    state = getattr(error, "sqlstate", None)
    if state is None:
        names = {base.__name__ for base in type(error).__mro__}
        return StorageRejected if names & {"DataError", "ProgrammingError"} else StorageUnavailable
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2], StorageUnavailable)
