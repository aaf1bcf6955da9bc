"""A whole copy of a PostgreSQL database by its own programs, `pg_dump` and `pg_restore`."""

import os
import secrets
import subprocess  # nosec B404  # PostgreSQL's own programs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url

from sikpro.adapters.sql.backups.census import Census, take_census
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.application.ports.backups import BackupFailed

_PLAIN = ("--no-owner", "--no-privileges")


def dump_postgres(url: str, to: Path) -> Census:
    """Dump a database into a new file, and return what was in it at that moment. Raises `StorageError`.

    `pg_dump` must be installed, and not older than the server.
    """
    with _engine(url) as engine, engine.connect() as connection:
        connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        snapshot = connection.scalar(sa.select(sa.func.pg_export_snapshot()))
        census = take_census(connection)
        to.touch(mode=0o600, exist_ok=False)
        _run("pg_dump", "--format=custom", *_PLAIN, f"--snapshot={snapshot}", f"--file={to}", url=url)
    return census


def restore_postgres(url: str, dump: Path) -> Census:
    """Restore a dump into an empty database, all or nothing, and return what is in it now.

    Raises `BackupFailed` for a database that is not empty.
    """
    with _engine(url) as engine:
        with engine.connect() as connection:
            if sa.inspect(connection).get_table_names():
                raise BackupFailed("the database is not empty: nothing was restored; make an empty one")
        _run("pg_restore", *_PLAIN, "--exit-on-error", "--single-transaction", str(dump), url=url)
        with engine.connect() as connection:
            return take_census(connection)


def examine_postgres(url: str, dump: Path) -> Census | None:
    """Restore a dump into a database that is made beside and dropped again; return what was in it.

    None where the user may not make a database: then `pg_restore` has only read the dump's list of contents. Raises
    `StorageError`.
    """
    beside = make_url(url).set(database=f"sikpro_check_{secrets.token_hex(4)}")
    with _engine(url) as engine, engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        may = connection.scalar(sa.text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"))
        if not may:
            _run("pg_restore", "--list", str(dump), url=None)
            return None
        connection.exec_driver_sql(f'CREATE DATABASE "{beside.database}" TEMPLATE template0')
        try:
            return restore_postgres(beside.render_as_string(hide_password=False), dump)
        finally:
            connection.exec_driver_sql(f'DROP DATABASE "{beside.database}"')


@contextmanager
def _engine(url: str | URL) -> Iterator[Engine]:
    engine = create_engine_for(url, pooled=False)
    try:
        yield engine
    finally:
        engine.dispose()


def _run(program: str, *arguments: str, url: str | None) -> None:
    """Run one of PostgreSQL's programs on a database. The password is in its environment, where no list shows it."""
    environment = dict(os.environ)
    if url is not None:
        address = make_url(url).set(drivername="postgresql")
        if address.password is not None:
            environment["PGPASSWORD"] = str(address.password)
        public = address._replace(password=None).render_as_string(hide_password=False)
        arguments = (f"--dbname={public}", *arguments)
    try:
        done = subprocess.run(  # nosec B603  # pg_dump or pg_restore, a list of arguments, no shell
            [program, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise BackupFailed(
            f"{program} is not there: install PostgreSQL's client programs (Debian: postgresql-client)"
        ) from error
    if done.returncode:
        raise BackupFailed(done.stderr.strip() or f"{program} ended with {done.returncode}")
