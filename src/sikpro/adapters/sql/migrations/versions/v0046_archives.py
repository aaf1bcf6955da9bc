"""Orders of closed years go to an archive file: the archives, and which orders are in them."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add them. Nothing moves until somebody runs `sikpro archive`."""
    op.create_table(
        "archives",
        sa.Column("id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("file", WORDS, nullable=False),
        sa.Column("before", UTC, nullable=False),
        sa.Column("started_at", UTC, nullable=False),
        sa.Column("written_at", UTC),
        sa.Column("finished_at", UTC),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_archives"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "archived_orders",
        sa.Column("order_id", ID, nullable=False, autoincrement=False),
        sa.Column("archive_id", ID, nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_archived_orders"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_archived_orders_order_id"),
        sa.ForeignKeyConstraint(["archive_id"], ["archives.id"], name="fk_archived_orders_archive_id"),
    )
    op.create_index(
        "ix_archived_orders_archive_id_moved_order_id", "archived_orders", ["archive_id", "moved", "order_id"]
    )


def downgrade() -> None:
    """Remove them: once orders were archived, go back only by a backup."""
    op.drop_table("archived_orders")
    op.drop_table("archives")
