"""Topics of groups: those seen, and the topic of a message, a file, a schedule and an owner."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

IN_A_TOPIC = ("outbox", "exports", "recap_schedules", "owners")


def upgrade() -> None:
    """Add the table and the columns; what is there now belongs to no topic."""
    op.create_table(
        "topics",
        sa.Column("chat_id", ID, primary_key=True, autoincrement=False),
        sa.Column("number", ID, primary_key=True, autoincrement=False),
        sa.Column("title", WORDS, nullable=False),
    )
    for table in IN_A_TOPIC:
        op.add_column(table, sa.Column("topic", ID))


def downgrade() -> None:
    """Drop the columns and the table."""
    for table in reversed(IN_A_TOPIC):
        op.drop_column(table, "topic")
    op.drop_table("topics")
