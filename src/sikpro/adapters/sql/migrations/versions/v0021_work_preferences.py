"""How people like to work in the console, the orders that they set aside, and how many one person may have."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add both tables and the setting."""
    op.add_column("installation", sa.Column("most_claims", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "work_preferences",
        sa.Column("person_id", ID, nullable=False, autoincrement=False),
        sa.Column("side_by_side", sa.Boolean(), nullable=False),
        sa.Column("go_on", sa.Boolean(), nullable=False),
        sa.Column("stos", sa.JSON(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("site_operations", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_work_preferences"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_work_preferences_person_id"),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("until", UTC, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_set_aside"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_set_aside_order_id"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_set_aside_by"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_set_aside_at", "set_aside", ["at"])
    op.create_index("ix_set_aside_by_at", "set_aside", ["by", "at"])
    op.create_index("ix_set_aside_order_id_until", "set_aside", ["order_id", "until"])


def downgrade() -> None:
    """Remove both tables and the setting."""
    op.drop_table("set_aside")
    op.drop_table("work_preferences")
    op.drop_column("installation", "most_claims")
