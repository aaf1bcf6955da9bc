"""The stores on SQLite and PostgreSQL, with SQLAlchemy Core."""

from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.migrate import current, downgrade, migrate, pending
from sikpro.adapters.sql.unit_of_work import SqlTransactions, SqlUnitOfWork

__all__ = [
    "SqlTransactions",
    "SqlUnitOfWork",
    "create_engine_for",
    "current",
    "downgrade",
    "migrate",
    "pending",
]
