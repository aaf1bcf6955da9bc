"""Which index SQLite reads a table by, where its own choice would depend on whether `ANALYZE` ever ran."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

BY_ID = "NOT INDEXED"
"""In place of an index: the table itself, by its ids."""


class WithHints(SQLiteCompiler):
    """SQLite's SQL with the hints of `Select.with_hint`, which SQLAlchemy leaves out."""

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        """Return the hint as it is."""
        return text


def read_by(statement: sa.Select[Any], table: sa.Table, index: str) -> sa.Select[Any]:
    """Let SQLite read the table by this index whatever its figures say, "" for its choice; PostgreSQL chooses itself.

    After `ANALYZE` it believes that five phases have a fifth of the orders each, without it that all indexes are alike.
    """
    hint = index if index == BY_ID else f"INDEXED BY {index}"
    return statement.with_hint(table, hint, "sqlite") if index else statement
