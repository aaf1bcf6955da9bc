"""Links that connect a technician's phone: each for one person, for one use, for one day."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "bind_links",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.Column("used_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_bind_links"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_bind_links_person"),
    )
    op.create_index("ix_bind_links_person", "bind_links", ["person"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("bind_links")
