"""Personal tokens of the JSON API."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "personal_tokens",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", WORDS, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("scope", WORDS, nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.Column("used_at", UTC),
        sa.Column("ended_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_personal_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_personal_tokens_token_hash"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_personal_tokens_person"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_personal_tokens_person", "personal_tokens", ["person"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("personal_tokens")
