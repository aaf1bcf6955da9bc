"""What people handed on at the end of their shift, and the journal by time."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table and the index."""
    op.create_table(
        "shift_handovers",
        sa.Column("id", ID, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("to", ID),
        sa.Column("at", UTC, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shift_handovers"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_shift_handovers_by"),
        sa.ForeignKeyConstraint(["to"], ["people.id"], name="fk_shift_handovers_to"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shift_handovers_at", "shift_handovers", ["at"])
    op.create_index("ix_journal_at", "journal", ["at"])


def downgrade() -> None:
    """Remove both."""
    op.drop_index("ix_journal_at", "journal")
    op.drop_table("shift_handovers")
