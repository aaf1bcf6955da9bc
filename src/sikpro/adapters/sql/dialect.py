"""INSERT … ON CONFLICT: the one statement that both databases have and Core does not."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sikpro.adapters.sql.transaction import OpenTransaction


def insert_new(transaction: OpenTransaction, table: sa.Table, key: list[str]) -> Any:
    """Return an INSERT that does nothing if the key exists."""
    return _insert(transaction, table).on_conflict_do_nothing(index_elements=key)


def upsert(transaction: OpenTransaction, table: sa.Table, key: list[str]) -> Any:
    """Return an INSERT that replaces the row if the key exists."""
    statement = _insert(transaction, table)
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


def add_up(transaction: OpenTransaction, table: sa.Table, key: list[str], column: str) -> Any:
    """Return an INSERT that adds its number to an existing row."""
    statement = _insert(transaction, table)
    total = table.c[column] + statement.excluded[column]
    return statement.on_conflict_do_update(index_elements=key, set_={column: total})


def _insert(transaction: OpenTransaction, table: sa.Table) -> Any:
    return sqlite.insert(table) if transaction.on_sqlite else postgresql.insert(table)
