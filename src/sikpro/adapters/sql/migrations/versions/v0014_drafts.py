"""A person may have several unfinished orders in a chat: the key of a dialogue names its draft."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = "pk_conversations"


def upgrade() -> None:
    """Widen the key. A request that was being entered becomes a draft."""
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("draft", WORDS, nullable=False, server_default=""))
        table.drop_constraint(KEY, type_="primary")
        table.create_primary_key(KEY, ["chat_id", "telegram_id", "draft"])
    with op.batch_alter_table("conversations") as table:
        table.alter_column("draft", server_default=None)
    op.execute("UPDATE conversations SET draft = token WHERE step LIKE 'reg:%'")


def downgrade() -> None:
    """Go back to one dialogue a chat: the newest of each person stays."""
    op.execute(
        "DELETE FROM conversations WHERE EXISTS (SELECT 1 FROM conversations AS newer "
        "WHERE newer.chat_id = conversations.chat_id AND newer.telegram_id = conversations.telegram_id AND "
        "(newer.updated_at > conversations.updated_at OR "
        "(newer.updated_at = conversations.updated_at AND newer.draft > conversations.draft)))"
    )
    with op.batch_alter_table("conversations") as table:
        table.drop_constraint(KEY, type_="primary")
        table.create_primary_key(KEY, ["chat_id", "telegram_id"])
        table.drop_column("draft")
