"""The reminders of each day, and after how long an order that waits for its technician counts as stuck."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
WEEK = 7 * 24 * 60 * 60 * 1_000_000


def upgrade() -> None:
    """Add the table and the setting."""
    op.create_table(
        "reminders",
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("day", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", "subject", name="pk_reminders"),
    )
    op.add_column("installation", sa.Column("stuck_after", sa.BigInteger(), nullable=False, server_default=str(WEEK)))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("installation") as batch:
        batch.drop_column("stuck_after")
    op.drop_table("reminders")
