"""The key of a status, chosen in the catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the key; without one it follows from the label, as before."""
    op.add_column("statuses", sa.Column("key", WORDS, nullable=False, server_default=""))


def downgrade() -> None:
    """Remove the key."""
    op.drop_column("statuses", "key")
