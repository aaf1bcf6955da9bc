"""SQLite databases for tests: migrated once in a process, then copied, which takes a hundredth of the time."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sikpro.adapters.sql import migrate


def migrated_sqlite(folder: Path, name: str = "sikpro.db") -> str:
    """The URL of a new, migrated, empty database in a folder."""
    path = folder / name
    path.write_bytes(_migrated())
    return f"sqlite:///{path}"


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sikpro.db"
        migrate(f"sqlite:///{path}")
        locks = {f"{path.name}.server", f"{path.name}.lock"}
        rest = [one.name for one in path.parent.iterdir() if one.name not in {path.name, *locks}]
        assert not rest, f"the database is more than its one file: {rest}"
        return path.read_bytes()
