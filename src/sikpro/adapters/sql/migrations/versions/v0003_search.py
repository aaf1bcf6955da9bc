"""The search index: FTS5 trigrams on SQLite, a trigram index on PostgreSQL if pg_trgm is available."""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_log = logging.getLogger("sikpro.adapters.sql.migrations")


def upgrade() -> None:
    """Create the index, also for existing orders."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE order_search USING fts5(search_text, tokenize = 'trigram case_sensitive 1')")
        op.execute("INSERT INTO order_search (rowid, search_text) SELECT id, search_text FROM orders")
    elif _has_trigrams():
        op.execute("CREATE INDEX ix_orders_search_text ON orders USING gin (search_text gin_trgm_ops)")
    else:
        _log.warning("PostgreSQL has no pg_trgm here: searching orders reads all of them")


def downgrade() -> None:
    """Drop the index; the extension stays, because others may use it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE order_search")
    else:
        op.execute("DROP INDEX IF EXISTS ix_orders_search_text")


def _has_trigrams() -> bool:
    """Return whether pg_trgm exists; create it if possible."""
    connection = op.get_bind()
    known = sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
    if connection.execute(known).scalar() is None:
        return False
    try:
        with connection.begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except Exception as error:
        # The user lacks the permission (a StorageError of the engine): only the search is slower.
        _log.warning("pg_trgm could not be made: %s", error)
        return False
    return True
