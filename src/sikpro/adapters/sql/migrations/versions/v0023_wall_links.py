"""Links to the wall."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "wall_links",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("site_operation", WORDS, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("ended_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_wall_links"),
        sa.UniqueConstraint("token_hash", name="uq_wall_links_token_hash"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_wall_links_by"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("wall_links")
