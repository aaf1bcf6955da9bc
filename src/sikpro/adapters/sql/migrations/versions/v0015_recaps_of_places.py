"""Automatic recaps of an STO or a Site Operation, and with a picture."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns; present schedules go on as they are."""
    op.add_column("recap_schedules", sa.Column("with_picture", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("recap_schedules", sa.Column("sto", WORDS, nullable=False, server_default=""))
    op.add_column("recap_schedules", sa.Column("site_operation", WORDS, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the columns."""
    for name in ("site_operation", "sto", "with_picture"):
        op.drop_column("recap_schedules", name)
