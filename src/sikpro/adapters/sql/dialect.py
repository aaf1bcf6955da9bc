"""INSERT … ON CONFLICT: the one statement that both databases have and Core does not."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.transaction import OpenTransaction


def insert_new(transaction: OpenTransaction, table: sa.Table, key: list[str], *, returning: str = "") -> Any:
    """Return an INSERT that does nothing if the key exists, and else returns a column, if one is named."""
    return _insert_new(transaction.on_sqlite, table, tuple(key), returning)


def upsert(transaction: OpenTransaction, table: sa.Table, key: list[str]) -> Any:
    """Return an INSERT that replaces the row if the key exists."""
    return _upsert(transaction.on_sqlite, table, tuple(key))


def add_up(
    transaction: OpenTransaction, table: sa.Table, key: list[str], column: str, *, returning: bool = False
) -> Constant:
    """Return an INSERT that adds its number to an existing row, and then returns the sum, if `returning`."""
    return _add_up(transaction.on_sqlite, table, tuple(key), column, returning)


# A statement takes longer to build than SQLite to run it, and never changes: `values` and the like return another one.


@cache
def _insert_new(on_sqlite: bool, table: sa.Table, key: tuple[str, ...], returning: str) -> Any:
    statement = _insert(on_sqlite, table).on_conflict_do_nothing(index_elements=key)
    return statement.returning(table.c[returning]) if returning else statement


@cache
def _upsert(on_sqlite: bool, table: sa.Table, key: tuple[str, ...]) -> Any:
    statement = _insert(on_sqlite, table)
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


@cache
def _add_up(on_sqlite: bool, table: sa.Table, key: tuple[str, ...], column: str, returning: bool) -> Constant:
    statement = _insert(on_sqlite, table)
    total = table.c[column] + statement.excluded[column]
    statement = statement.on_conflict_do_update(index_elements=key, set_={column: total})
    return Constant(statement.returning(table.c[column]) if returning else statement)


def _insert(on_sqlite: bool, table: sa.Table) -> Any:
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)
