"""Closed months that a person opened again, with the reason."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "opened_months",
        sa.Column("month", WORDS, nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("opened_by", ID, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_opened_months"),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("opened_months")
