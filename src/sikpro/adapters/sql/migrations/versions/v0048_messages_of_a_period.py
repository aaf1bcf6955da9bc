"""The messages of a period are counted by outcome and detail in one index."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

BEFORE, NOW = "ix_inbox_received_at", "ix_inbox_received_at_outcome_detail"


def upgrade() -> None:
    """Widen the index of the time."""
    op.create_index(NOW, "inbox", ["received_at", "outcome", "detail"])
    op.drop_index(BEFORE, "inbox")


def downgrade() -> None:
    """Have the time alone again."""
    op.create_index(BEFORE, "inbox", ["received_at"])
    op.drop_index(NOW, "inbox")
