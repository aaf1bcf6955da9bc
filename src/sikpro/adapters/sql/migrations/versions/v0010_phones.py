"""A phone number belongs to one person only from now on; people who share one keep it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the key, filled for numbers that only one person has."""
    op.add_column("people", sa.Column("phone_key", WORDS))
    op.execute(
        """
        UPDATE people SET phone_key = phone WHERE phone <> '' AND phone IN (
            SELECT phone FROM people GROUP BY phone HAVING COUNT(*) = 1
        )
        """
    )
    op.create_index("ix_people_phone_key", "people", ["phone_key"], unique=True)


def downgrade() -> None:
    """Remove what `upgrade` added."""
    op.drop_index("ix_people_phone_key", "people")
    op.drop_column("people", "phone_key")
