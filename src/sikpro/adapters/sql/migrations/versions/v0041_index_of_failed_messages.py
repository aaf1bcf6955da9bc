"""An index of the messages that failed: they are looked through in portions, and most messages did not fail."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

FAILED = sa.text("state = 'failed'")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_outbox_failed", "outbox", ["id", "reason", "created_at"], sqlite_where=FAILED, postgresql_where=FAILED
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_outbox_failed", "outbox")
