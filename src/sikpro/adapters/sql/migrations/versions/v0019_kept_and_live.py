"""Indexes for recaps: orders that are not deleted by their times, and open orders by their turn."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEPT = "deleted_at IS NULL"
LIVE = "deleted_at IS NULL AND phase <> 'completed' AND phase <> 'cancelled'"
INDEXES = (
    ("ix_orders_kept_received", ["received_at"], KEPT),
    ("ix_orders_kept_finished", ["finished_at", "phase"], KEPT),
    ("ix_orders_live", ["received_at", "id"], LIVE),
    ("ix_orders_live_turn", ["turn", "received_at", "id"], LIVE),
)


def upgrade() -> None:
    """Add the indexes."""
    for name, columns, where in INDEXES:
        op.create_index(name, "orders", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Drop the indexes."""
    for name, _, _ in INDEXES:
        op.drop_index(name, "orders")
