"""The search index of SQLite knows between which ids the orders of a day of receipt lie."""

from alembic import op

revision = "0052"
down_revision = "0050"
branch_labels = None
depends_on = None

_PUT = """
INSERT INTO order_search_days (day, lowest, highest)
VALUES (substr(NEW.received_at, 1, 10), NEW.id, NEW.id)
ON CONFLICT (day) DO UPDATE SET lowest = min(lowest, NEW.id), highest = max(highest, NEW.id);
"""


def upgrade() -> None:
    """Fill the days from the orders; from then on each write of an order keeps them."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "CREATE TABLE order_search_days "
        "(day TEXT NOT NULL PRIMARY KEY, lowest INTEGER NOT NULL, highest INTEGER NOT NULL) WITHOUT ROWID"
    )
    op.execute(
        "INSERT INTO order_search_days SELECT substr(received_at, 1, 10), min(id), max(id) FROM orders GROUP BY 1"
    )
    op.execute(f"CREATE TRIGGER order_search_days_add AFTER INSERT ON orders BEGIN {_PUT} END")
    op.execute(
        "CREATE TRIGGER order_search_days_move AFTER UPDATE OF received_at, id ON orders "
        f"WHEN OLD.received_at <> NEW.received_at OR OLD.id <> NEW.id BEGIN {_PUT} END"
    )


def downgrade() -> None:
    """Forget the days: whoever goes back does not read them."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("DROP TRIGGER order_search_days_move")
    op.execute("DROP TRIGGER order_search_days_add")
    op.execute("DROP TABLE order_search_days")
