"""The time of a message's last delay and its doubtful tries; an index for orders that ended in a period."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the columns and the index; unfinished messages count as decided when they entered the outbox."""
    op.add_column("outbox", sa.Column("decided_at", UTC))
    op.add_column("outbox", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE outbox SET decided_at = created_at WHERE state IN ('queued', 'sending')")
    op.create_index("ix_orders_phase_finished_at", "orders", ["phase", "finished_at"])


def downgrade() -> None:
    """Remove what `upgrade` added."""
    op.drop_index("ix_orders_phase_finished_at", "orders")
    op.drop_column("outbox", "doubts")
    op.drop_column("outbox", "decided_at")
