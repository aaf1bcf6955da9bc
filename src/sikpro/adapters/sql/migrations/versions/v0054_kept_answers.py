"""Answers of the JSON API that are kept under a key of the caller."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "kept_answers",
        sa.Column("person", ID, nullable=False, autoincrement=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("request", WORDS, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", WORDS, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("person", "key", name="pk_kept_answers"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_kept_answers_person"),
    )
    op.create_index("ix_kept_answers_at", "kept_answers", ["at"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("kept_answers")
