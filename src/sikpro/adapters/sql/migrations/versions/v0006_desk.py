"""The start of a claim, undo steps, saved views, and the index for related orders."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the new tables, columns and indexes."""
    op.add_column("orders", sa.Column("claimed_at", UTC))
    op.create_index("ix_orders_serial_received_at_id", "orders", ["serial", "received_at", "id"])
    op.create_index("ix_orders_odp_received_at_id", "orders", ["odp", "received_at", "id"])
    op.create_table(
        "undo_steps",
        sa.Column("order_id", ID, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("until", UTC, nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_undo_steps"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_undo_steps_order_id"),
    )
    op.create_index("ix_undo_steps_until", "undo_steps", ["until"])
    op.create_table(
        "saved_views",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("query", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_saved_views_person"),
        sa.UniqueConstraint("person", "name", name="uq_saved_views_person_name"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Remove what `upgrade` added."""
    op.drop_table("saved_views")
    op.drop_index("ix_undo_steps_until", "undo_steps")
    op.drop_table("undo_steps")
    op.drop_index("ix_orders_odp_received_at_id", "orders")
    op.drop_index("ix_orders_serial_received_at_id", "orders")
    op.drop_column("orders", "claimed_at")
