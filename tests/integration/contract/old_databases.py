"""Databases that older versions of SIKPRO made: the demo of each, with 60 orders of today and some months before.

`old_databases/NNNN.db.xz` is the SQLite file as that version closed it; NNNN is its schema.
"""

import json
import lzma
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Connection

from sikpro.adapters.sql import create_engine_for
from sikpro.adapters.sql.migrate import _config

_FOLDER = Path(__file__).parent / "old_databases"
VERSIONS = sorted(one.name.removesuffix(".db.xz") for one in _FOLDER.iterdir())
SEARCH = "order_search"
"""How the tables of the search begin: each kind of database has its own, made from the orders."""

Rows = dict[str, list[dict[str, Any]]]


def put_old_sqlite(version: str, to: Path) -> str:
    """Unpack the database of a version, and return its URL."""
    to.write_bytes(lzma.decompress((_FOLDER / f"{version}.db.xz").read_bytes()))
    return f"sqlite:///{to}"


def put_old_postgres(version: str, url: str, folder: Path) -> None:
    """Give an empty PostgreSQL the schema of a version and the rows of its SQLite file."""
    old = put_old_sqlite(version, folder / "old.db")
    with _connected(url) as connection, connection.begin():
        command.upgrade(_config(connection), version)
        tables = _tables(connection)
        connection.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))
        connection.execute(sa.text("SET session_replication_role = replica"))  # no triggers, no foreign keys
        for name, rows in rows_of(old).items():
            table = tables[name]
            connection.execute(table.delete())
            if rows:
                connection.execute(table.insert(), [_for_postgres(table, row) for row in rows])
            if "id" in table.columns and isinstance(table.c.id.type, sa.Integer):
                set_next = f"setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"
                connection.execute(sa.text(f"SELECT {set_next} HAVING max(id) IS NOT NULL"))
        connection.execute(sa.text("SELECT setval('order_id', max(id)) FROM orders"))


def rows_of(url: str) -> Rows:
    """All rows of all tables but those of the search, as the database has them, in the order of their text."""
    with _connected(url) as connection:
        found: Rows = {}
        for name in _tables(connection):
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            names = list(rows.keys())
            found[name] = sorted((dict(sorted(zip(names, row, strict=True))) for row in rows), key=repr)
        return found


def _for_postgres(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(of: sa.types.TypeEngine[Any], value: Any) -> Any:
    """What SQLite has as a text or a number, as PostgreSQL wants it."""
    if value is None:
        return None
    match of:
        case sa.DateTime():
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        case sa.Date():
            return date.fromisoformat(value)
        case sa.Time():
            return time.fromisoformat(value)
        case sa.Boolean():
            return bool(value)
        case sa.JSON():
            return json.loads(value)
        case _:
            return value


def _tables(connection: Connection) -> dict[str, sa.Table]:
    reflected = sa.MetaData()
    reflected.reflect(connection, resolve_fks=False)
    return {table.name: table for table in reflected.sorted_tables if not table.name.startswith(SEARCH)}


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine_for(url, foreign_keys=False, pooled=False)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
