"""Photos to read for barcodes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "photo_reads",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("transport", WORDS, nullable=False),
        sa.Column("reference", WORDS, nullable=False),
        sa.Column("telegram_id", ID, nullable=False),
        sa.Column("album", WORDS),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("reading", sa.JSON()),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wanted_at", UTC, nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_photo_reads"),
        sa.UniqueConstraint("chat_id", "message_id", "transport", "reference", name="uq_photo_reads_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_photo_reads_state_due_at", "photo_reads", ["state", "due_at"])
    op.create_index("ix_photo_reads_chat_id_album", "photo_reads", ["chat_id", "album"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("photo_reads")
