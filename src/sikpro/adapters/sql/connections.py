"""How many connections PostgreSQL gives SIKPRO, and how many processes of SIKPRO share them."""

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.engine import URL

from sikpro.adapters.sql.claims import LOCKS
from sikpro.adapters.sql.engine import create_engine_for, is_pooled_elsewhere

PER_PROCESS = 16
"""The most connections of one process: fifteen of its pool, and the one of its presence."""


def connections_each(*, pooled: bool) -> int:
    """Return how many connections a process needs of PostgreSQL; where its pool is a pooler's, one."""
    return 1 if pooled else PER_PROCESS


@frozen
class Connections:
    """`for_us` is what the server, the database and the role allow together; `processes` run now."""

    for_us: int
    processes: int


_ALLOWED = sa.text("""
    SELECT least(
        current_setting('max_connections')::int - (
            SELECT sum(setting::int) FROM pg_settings
            WHERE name IN ('superuser_reserved_connections', 'reserved_connections')
        ),
        (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user)
    )
""")
_PROCESSES = sa.text("""
    SELECT count(DISTINCT objid) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid::bigint = :locks
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")


def connections(url: str | URL) -> Connections:
    """Return what a PostgreSQL allows. Raises `StorageError`."""
    engine = create_engine_for(url, pooled=False)
    try:
        with engine.connect() as connection:
            return Connections(
                for_us=int(connection.execute(_ALLOWED).scalar_one()),
                processes=int(connection.execute(_PROCESSES, {"locks": LOCKS}).scalar_one()),
            )
    finally:
        engine.dispose()


@frozen
class Way:
    """Whether an address leads through a pooler, and which database it leads to."""

    pooled: bool
    to: tuple[str, str]


def way(url: str | URL) -> Way:
    """Return how an address of a PostgreSQL leads to it. Raises `StorageError`."""
    engine = create_engine_for(url, pooled=False)
    try:
        with engine.connect() as connection:
            name, began = connection.exec_driver_sql(
                "SELECT current_database()::text, pg_postmaster_start_time()::text"
            ).one()
            return Way(is_pooled_elsewhere(connection.connection.driver_connection), (name, began))
    finally:
        engine.dispose()
