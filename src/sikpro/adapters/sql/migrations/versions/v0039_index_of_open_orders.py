"""Every version of SQLite reads open orders by the index of their own.

Without figures its planner compares what the indexes weigh: it may prefer the smaller one (3.53),
or the one that was made last (3.40).
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

KEPT, KEPT_WHERE = "ix_orders_kept_received", "deleted_at IS NULL"
LIVE, LIVE_WHERE = "ix_orders_live", "deleted_at IS NULL AND phase <> 'completed' AND phase <> 'cancelled'"


def upgrade() -> None:
    """Make the index of all orders larger, and that of open orders last."""
    _make(["received_at", "id", "phase"])


def downgrade() -> None:
    """Make the index of all orders as it was."""
    _make(["received_at"])


def _make(kept: list[str]) -> None:
    for name, columns, where in ((KEPT, kept, KEPT_WHERE), (LIVE, ["received_at", "id"], LIVE_WHERE)):
        op.drop_index(name, "orders")
        op.create_index(name, "orders", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
