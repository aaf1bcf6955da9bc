"""A message names what it was queued for: log lines about it have the id of the update, the request or the job."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column. Of messages that are there nobody knows it any more."""
    op.add_column("outbox", sa.Column("cause", WORDS, nullable=False, server_default=""))


def downgrade() -> None:
    """Forget what messages were queued for."""
    op.drop_column("outbox", "cause")
