"""The SQLite that SIKPRO uses: that of the wheel `pysqlite3` or Python's own, whichever is newer.

SQLite 3.7.0 to 3.51.2 may lose a committed write when one connection checkpoints while another commits (the WAL-reset
race, mended in 3.51.3, 3.50.7 and 3.44.6). Python's own SQLite is that of the system, often one of these. One process
uses one of the two for all its files: the locks of one are void where the other closes the same file.
"""

import importlib
import sqlite3
from typing import Any

Version = tuple[int, ...]


def may_lose_writes(version: Version) -> bool:
    """Return whether this version of SQLite has the WAL-reset race. Source: sqlite.org/wal.html."""
    mended: dict[Version, Version] = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
    return (3, 7, 0) <= version < mended.get(version[:2], (3, 51, 3))


def _newest() -> Any:
    try:
        wheel = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:  # there is no wheel for this machine
        return sqlite3
    return wheel if wheel.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


driver: Any = _newest()
"""A module like `sqlite3`; its errors and connections are classes of its own."""

RACES: bool = may_lose_writes(driver.sqlite_version_info)
"""Whether all who write a file must take turns by a lock file."""


def what_holds() -> str:
    """Return which SQLite is used and whether it has the race, as a line for the log."""
    version = driver.sqlite_version
    if not RACES:
        return f"SQLite {version}, without the WAL-reset race"
    return (
        f"SQLite {version} may lose a write when two programs write at once (WAL-reset race): SIKPRO's own take "
        "turns by a lock file; let no other program write the database"
    )
