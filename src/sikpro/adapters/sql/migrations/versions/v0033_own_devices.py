"""Sessions on a device that its person marked as their own."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark; the sessions that are there have none."""
    op.add_column("sessions", sa.Column("own_device", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("sessions", "own_device")
