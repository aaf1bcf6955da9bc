"""Orders of renamed technicians get the present name in portions; the messages of a day are counted by state."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0048"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

BEFORE, NOW = "ix_outbox_state", "ix_outbox_state_created_at"


def upgrade() -> None:
    """Add the technicians whose orders wait for the present name, none does; and the time to the index of states."""
    op.create_index(NOW, "outbox", ["state", "created_at"])
    op.drop_index(BEFORE, "outbox")
    op.create_table(
        "renamed_technicians",
        sa.Column("code", WORDS, nullable=False),
        sa.Column("before", ID, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_renamed_technicians"),
    )


def downgrade() -> None:
    """Forget which orders wait: whoever goes back renames them again."""
    op.create_index(BEFORE, "outbox", ["state"])
    op.drop_index(NOW, "outbox")
    op.drop_table("renamed_technicians")
