"""An index of the messages that failed: they are looked through in portions, and most messages did not fail."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

REPLACED = "('present_state', 'newer_sent')"
"""The reasons that only replaced messages have."""

FAILED = sa.text("state = 'failed'")


def upgrade() -> None:
    """Make the index, and give back their state to messages that a downgrade called expired."""
    op.execute(f"UPDATE outbox SET state = 'replaced' WHERE state = 'expired' AND reason IN {REPLACED}")
    op.create_index(
        "ix_outbox_failed", "outbox", ["id", "reason", "created_at"], sqlite_where=FAILED, postgresql_where=FAILED
    )


def downgrade() -> None:
    """Drop the index. The version before does not know the state of a replaced message."""
    op.drop_index("ix_outbox_failed", "outbox")
    op.execute("UPDATE outbox SET state = 'expired' WHERE state = 'replaced'")
