"""The port of an order's box, the customer's place, live orders by port; reactions and removed buttons."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_LIVE_WITH_PORT = "deleted_at IS NULL AND phase <> 'completed' AND phase <> 'cancelled' AND port <> ''"


def upgrade() -> None:
    """Add the columns, empty for the rows that are there, and the indexes."""
    op.add_column("orders", sa.Column("port", WORDS, nullable=False, server_default=""))
    op.add_column("orders", sa.Column("place", WORDS))
    op.add_column("outbox", sa.Column("reaction", WORDS, nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("strip_buttons", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_orders_live_port",
        "orders",
        ["odp", "port", "received_at", "id"],
        sqlite_where=sa.text(_LIVE_WITH_PORT),
        postgresql_where=sa.text(_LIVE_WITH_PORT),
    )


def downgrade() -> None:
    """Remove what `upgrade` added."""
    op.drop_index("ix_orders_live_port", "orders")
    op.drop_column("outbox", "strip_buttons")
    op.drop_column("outbox", "reaction")
    op.drop_column("orders", "place")
    op.drop_column("orders", "port")
