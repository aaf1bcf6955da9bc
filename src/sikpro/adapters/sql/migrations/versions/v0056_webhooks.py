"""Webhooks: addresses of other systems, and what is on its way to them."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
UNFINISHED = "state IN ('queued', 'sending')"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "webhooks",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("secret", WORDS, nullable=False),
        sa.Column("kinds", WORDS, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("former", WORDS, nullable=False),
        sa.Column("former_until", UTC),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_webhooks_made_by"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("webhook", ID, nullable=False),
        sa.Column("order_id", ID),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("message_id", WORDS, nullable=False),
        sa.Column("body", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("ended_at", UTC),
        sa.Column("answer", WORDS, nullable=False),
        sa.Column("leased_until", UTC),
        sa.Column("claimed_by", WORDS, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(["webhook"], ["webhooks.id"], name="fk_webhook_deliveries_webhook"),
        sqlite_autoincrement=True,
    )
    where = sa.text(UNFINISHED)
    op.create_index(
        "ix_webhook_deliveries_unfinished",
        "webhook_deliveries",
        ["webhook", "order_id", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("ix_webhook_deliveries_webhook_state_id", "webhook_deliveries", ["webhook", "state", "id"])
    op.create_index("ix_webhook_deliveries_ended_at", "webhook_deliveries", ["ended_at"])


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
