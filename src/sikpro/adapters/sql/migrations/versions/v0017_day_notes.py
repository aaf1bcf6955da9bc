"""Notes that people pin to a day of the recap."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table of notes."""
    op.create_table(
        "day_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("day", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("sto", WORDS, nullable=False),
        sa.Column("site_operation", WORDS, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_day_notes"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_day_notes_by"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_day_notes_day", "day_notes", ["day"])


def downgrade() -> None:
    """Delete the notes."""
    op.drop_table("day_notes")
