"""How often each status was set in the last weeks, and whether the most used ones come first."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counts and the setting."""
    op.add_column("statuses", sa.Column("uses", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("installation", sa.Column("most_used_first", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Remove both."""
    with op.batch_alter_table("installation") as batch:
        batch.drop_column("most_used_first")
    with op.batch_alter_table("statuses") as batch:
        batch.drop_column("uses")
