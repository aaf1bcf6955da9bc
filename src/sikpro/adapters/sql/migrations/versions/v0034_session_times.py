"""The ends of sessions as settings of the installation."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the settings, in hours; without them the defaults hold."""
    op.add_column("installation", sa.Column("sessions", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("installation", "sessions")
