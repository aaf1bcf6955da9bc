"""Migrations, run by the program: up to the newest, down in tests, and the check for pending ones."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from sikpro.adapters.sql.engine import WRITES, create_engine_for, sqlite_file
from sikpro.adapters.sql.only_server import only_server
from sikpro.adapters.sql.views import without_views
from sikpro.adapters.sql.writers_turn import writers_turn
from sikpro.application.ports.storage import StorageUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

BEING_COPIED = "being_copied"
"""A table in a database into which another one is being copied."""

_ONE_AT_A_TIME = 0x51_4B_50_02
_WAITS = 10.0
"""Seconds that a migration waits for another one of the same SQLite file."""


class NewerSchema(StorageUnavailable):
    """The database is of a newer version than this program, which leaves it alone."""


class MigrationFailed(StorageUnavailable):
    """A migration lost rows or left invalid references; the database is unchanged."""


def migrate(url: str | URL) -> None:
    """Migrate the database to the newest schema, in one transaction. Raises `StorageError`.

    Several processes may call it at once; one migrates, the others find nothing to do. A SQLite file that a server
    uses is not migrated under it: `StorageBusy`.
    """
    if pending(url):
        from alembic import command  # a start that has nothing to migrate does not load it

        _run(url, lambda config: command.upgrade(config, "head"), keeps_rows=True)


def downgrade(url: str | URL, revision: str = "base") -> None:
    """Migrate back to a revision; `base` is the empty database."""
    from alembic import command

    _run(url, lambda config: command.downgrade(config, revision), keeps_rows=False)


def pending(url: str | URL, *, read_only: bool = False) -> bool:
    """Return whether `migrate` has something to do.

    Raises `StorageUnavailable` for a database of a newer SIKPRO, and for one into which a copy was interrupted.
    """
    if is_half_copied(url, read_only=read_only):
        raise StorageUnavailable("a copy into it was interrupted: run the same `sikpro db copy` again")
    return not is_newest(url, read_only=read_only)


def is_newest(url: str | URL, *, read_only: bool = False) -> bool:
    """Return whether the schema is the newest. Raises `StorageUnavailable` for a database of a newer SIKPRO."""
    known = revisions()
    at = current(url, read_only=read_only)
    if at is not None and at not in known:
        raise NewerSchema(f"the database is of a newer version ({at}) than this program")
    return at == known[-1]


def revisions() -> tuple[str, ...]:
    """Return the revisions that this program knows, oldest first, by the names of their files: `v0046_archives.py`."""
    folder = files(__package__).joinpath("migrations", "versions")
    return tuple(sorted(file.name[1:5] for file in folder.iterdir() if file.name.startswith("v")))


def is_half_copied(url: str | URL, *, read_only: bool = False) -> bool:
    """Return whether a copy into the database has begun and has not ended."""
    engine = create_engine_for(url, pooled=False, read_only=read_only)
    try:
        with engine.connect() as connection:
            return sa.inspect(connection).has_table(BEING_COPIED)
    finally:
        engine.dispose()


def current(url: str | URL, *, read_only: bool = False) -> str | None:
    """Return the database's revision, None if it is empty."""
    engine = create_engine_for(url, pooled=False, read_only=read_only)
    try:
        with engine.connect() as connection:
            return _revision(connection)
    finally:
        engine.dispose()


def _run(url: str | URL, step: "Callable[[Config], None]", *, keeps_rows: bool) -> None:
    # Foreign keys are off: otherwise the copying of a table on SQLite deletes the rows of its children.
    engine = create_engine_for(url, foreign_keys=False, pooled=False)
    try:
        with (
            only_server(engine.url, waits=_WAITS),
            writers_turn(sqlite_file(engine.url))(),
            engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            if connection.dialect.name != "sqlite":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
                _check_encoding(connection)
            before = _row_counts(connection) if keeps_rows else {}
            with without_views(connection):
                step(_config(connection))
            _check(connection, before)
    finally:
        engine.dispose()


def _check_encoding(connection: Connection) -> None:
    """Raise `StorageUnavailable` for a new database of PostgreSQL that cannot hold every text."""
    encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8" and _revision(connection) is None:
        raise StorageUnavailable(
            f"it has the encoding {encoding}, which does not hold every text: "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def _config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "sikpro.adapters.sql:migrations")
    config.attributes["connection"] = connection
    return config


def _row_counts(connection: Connection) -> dict[str, int]:
    tables = [name for name in sa.inspect(connection).get_table_names() if not name.startswith("order_search")]
    counts = ((name, sa.select(sa.func.count()).select_from(sa.table(name))) for name in tables)
    return {name: connection.execute(counted).scalar_one() for name, counted in counts}


def _check(connection: Connection, before: Mapping[str, int]) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise MigrationFailed(f"{len(broken)} rows refer to nothing, the first in {broken[0][0]}")
    after = _row_counts(connection)
    lost = {name: count - after[name] for name, count in before.items() if name in after and after[name] < count}
    if lost:
        raise MigrationFailed(f"rows were lost: {lost}")
