"""Who was named in a note to colleagues, and the texts that people write often."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "mentions",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("read_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_mentions"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_mentions_order_id"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_mentions_person"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_mentions_by"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mentions_person_read_at", "mentions", ["person", "read_at"])
    op.create_table(
        "snippets",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner", ID, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snippets"),
        sa.UniqueConstraint("owner", "name", name="uq_snippets_owner_name"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Remove both tables."""
    op.drop_table("snippets")
    op.drop_table("mentions")
