"""Gives the space of removed rows back to the disk, and leaves no trace of them in the file."""

from contextlib import closing

from sikpro.adapters.sql.engine import sqlite_file
from sikpro.adapters.sql.errors import storage_error
from sikpro.adapters.sql.only_server import only_server
from sikpro.adapters.sql.sqlite_driver import driver


def compact(url: str) -> bool:
    """Write the whole SQLite file anew, without what was removed from tables and from the search index.

    It needs room for a second copy, and no server may use the file. Return False for PostgreSQL, which does so by
    itself (autovacuum). Raises `StorageError`.
    """
    file = sqlite_file(url)
    if file is None:
        return False
    with only_server(url):
        try:
            with closing(driver.connect(file, isolation_level=None)) as connection:
                connection.execute("INSERT INTO order_search (order_search) VALUES ('optimize')")
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except driver.Error as error:
            raise storage_error(error) or error from error
    return True
