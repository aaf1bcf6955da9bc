"""Which process has claimed a message, a job, an export, a file or a photo."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

CLAIMED = ("outbox", "jobs", "exports", "files", "photo_reads")


def upgrade() -> None:
    """Add the columns; what is claimed now is free when its lease ends."""
    for table in CLAIMED:
        op.add_column(table, sa.Column("claimed_by", WORDS, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the columns."""
    for table in reversed(CLAIMED):
        op.drop_column(table, "claimed_by")
