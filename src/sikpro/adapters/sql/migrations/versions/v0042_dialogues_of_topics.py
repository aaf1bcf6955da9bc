"""Each topic of a group has a person's dialogues of its own: the key of a dialogue names its topic."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = "pk_conversations"


def upgrade() -> None:
    """Widen the key. What is open now belongs to no topic: in a topic, the person begins again."""
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("topic", ID, nullable=False, server_default="0"))
        table.drop_constraint(KEY, type_="primary")
        table.create_primary_key(KEY, ["chat_id", "telegram_id", "topic", "draft"])


def downgrade() -> None:
    """Go back to dialogues of a chat; those of its topics are dropped."""
    op.execute("DELETE FROM conversations WHERE topic <> 0")
    with op.batch_alter_table("conversations") as table:
        table.drop_constraint(KEY, type_="primary")
        table.create_primary_key(KEY, ["chat_id", "telegram_id", "draft"])
        table.drop_column("topic")
