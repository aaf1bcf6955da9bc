"""Records of health: probes of each process, the last check of the integrity, the steps of a machine's clock."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "health_records",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("detail", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_health_records"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("health_records")
