"""A whole copy of a SQLite file, made while others write it."""

from contextlib import closing
from pathlib import Path
from typing import Any

from sikpro.adapters.sql.backups.census import Census, take_census
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.errors import storage_error
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.backups import BackupFailed
from sikpro.application.ports.storage import StorageDamaged, StorageUnavailable

_NOT_WRITTEN = {"database or disk is full", "disk I/O error"}
"""What SQLite says where it cannot write. Its backup gives no code, and says the second also where it cannot read."""

_CHUNK = 1 << 20


def copy_sqlite(file: Path, to: Path) -> Census:
    """Copy a database to a new file by SQLite's online backup, and return what was in it at that moment.

    Others write meanwhile. What they committed after the census is not in the copy. Raises `StorageError`.
    """
    to.touch(mode=0o600, exist_ok=False)
    engine = create_engine_for(f"sqlite:///{file}", read_only=True, pooled=False)
    try:
        with engine.connect() as connection:
            census = take_census(connection)
            with closing(driver.connect(to)) as copy:
                # The transaction of the census is open: the copy is of the same moment.
                opened: Any = connection.connection.driver_connection
                opened.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    except driver.Error as error:
        if str(error) in _NOT_WRITTEN:
            must_be_readable(file)
            raise BackupFailed(
                f"cannot write into {to.parent.parent}: {error}. Is the disk full? A backup needs room for two copies "
                "of the database; nothing is left of this one"
            ) from error
        raise storage_error(error) or error from error
    finally:
        engine.dispose()
    return census


def must_be_readable(file: Path) -> None:
    """Read a database's file and its `-wal` whole. Raises `StorageUnavailable` if the disk does not give them."""
    for one in (file, Path(f"{file}-wal")):
        try:
            with one.open("rb") as opened:
                while opened.read(_CHUNK):
                    pass
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StorageUnavailable(
                f"{one} cannot be read: {error.strerror}. Look at the disk: its errors are in the system's log"
            ) from error


def examine_sqlite(copy: Path) -> Census:
    """Read a copy whole and return what is in it. Raises `StorageDamaged`."""
    engine = create_engine_for(f"sqlite:///{copy}", read_only=True, pooled=False)
    try:
        with engine.connect() as connection:
            faults = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
            if faults != ["ok"]:
                raise StorageDamaged("; ".join(faults))
            return take_census(connection)
    finally:
        engine.dispose()
