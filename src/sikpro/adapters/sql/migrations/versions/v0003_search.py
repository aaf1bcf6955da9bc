"""What a search looks into: FTS5 trigrams on SQLite, a trigram index on PostgreSQL where it can be had."""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_log = logging.getLogger("sikpro.adapters.sql.migrations")


def upgrade() -> None:
    """Make the index, over what is there already too."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE order_search USING fts5(search_text, tokenize = 'trigram case_sensitive 1')")
        op.execute("INSERT INTO order_search (rowid, search_text) SELECT id, search_text FROM orders")
    elif _has_trigrams():
        op.execute("CREATE INDEX ix_orders_search_text ON orders USING gin (search_text gin_trgm_ops)")
    else:
        _log.warning("PostgreSQL has no pg_trgm here: searching orders reads all of them")


def downgrade() -> None:
    """Drop it; the extension stays, others may use it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE order_search")
    else:
        op.execute("DROP INDEX IF EXISTS ix_orders_search_text")


def _has_trigrams() -> bool:
    """Whether pg_trgm is there, made now if need be and allowed."""
    connection = op.get_bind()
    known = sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
    if connection.execute(known).scalar() is None:
        return False
    try:
        with connection.begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except Exception as error:
        # Not allowed to this user: searching is slower, nothing else. The engine says it as a StorageError.
        _log.warning("pg_trgm could not be made: %s", error)
        return False
    return True
