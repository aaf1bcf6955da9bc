"""The name of a group of reasons in English."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NAMES = {"kendala teknik": "technical", "kendala pelanggan": "customer", "kendala sistem": "system"}
"""The groups of the first catalogue; others keep one name in both languages until an admin gives them another."""


def upgrade() -> None:
    """Add the name; the groups of the first catalogue get theirs."""
    op.add_column("statuses", sa.Column("reason_group_en", WORDS, nullable=False, server_default=""))
    statuses = sa.table("statuses", sa.column("reason_group"), sa.column("reason_group_en"))
    for group, name in NAMES.items():
        op.execute(sa.update(statuses).where(statuses.c.reason_group == group).values(reason_group_en=name))


def downgrade() -> None:
    """Remove the name."""
    op.drop_column("statuses", "reason_group_en")
