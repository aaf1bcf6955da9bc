"""Owners of held-up statuses, and disturbances with the orders tied to them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the tables, and the hour at which owners get their list."""
    op.create_table(
        "owners",
        sa.Column("status", WORDS, nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("person", ID),
        sa.Column("chat_id", ID),
        sa.PrimaryKeyConstraint("status", name="pk_owners"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_owners_person"),
    )
    op.create_table(
        "disturbances",
        sa.Column("id", ID, nullable=False),
        sa.Column("scope", WORDS, nullable=False),
        sa.Column("place", WORDS, nullable=False),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("declared_by", ID, nullable=False),
        sa.Column("declared_at", UTC, nullable=False),
        sa.Column("ended_by", ID),
        sa.Column("ended_at", UTC),
        sa.Column("end_text", WORDS, nullable=False),
        sa.Column("open_at", WORDS),
        sa.PrimaryKeyConstraint("id", name="pk_disturbances"),
        sa.ForeignKeyConstraint(["declared_by"], ["people.id"], name="fk_disturbances_declared_by"),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name="fk_disturbances_ended_by"),
        sa.UniqueConstraint("open_at", name="uq_disturbances_open_at"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_disturbances_ended_at", "disturbances", ["ended_at"])
    op.create_table(
        "tied_orders",
        sa.Column("disturbance_id", ID, nullable=False, autoincrement=False),
        sa.Column("order_id", ID, nullable=False, autoincrement=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("disturbance_id", "order_id", name="pk_tied_orders"),
        sa.ForeignKeyConstraint(["disturbance_id"], ["disturbances.id"], name="fk_tied_orders_disturbance_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_tied_orders_order_id"),
    )
    op.create_index("ix_tied_orders_order_id", "tied_orders", ["order_id"])
    op.add_column("installation", sa.Column("owners_at", WORDS, nullable=False, server_default="08:00:00"))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("installation") as batch:
        batch.drop_column("owners_at")
    op.drop_table("tied_orders")
    op.drop_table("disturbances")
    op.drop_table("owners")
