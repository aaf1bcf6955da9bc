"""Open orders are found by whose turn it is and since when."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

NAME = "ix_orders_live_waiting"
LIVE = "deleted_at IS NULL AND phase <> 'completed' AND phase <> 'cancelled'"


def upgrade() -> None:
    """Make the index."""
    where = sa.text(LIVE)
    op.create_index(NAME, "orders", ["turn", "turn_since", "technician"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop it."""
    op.drop_index(NAME, "orders")
