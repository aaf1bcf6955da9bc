"""A cursor per transport, sessions and addresses, files, alerts, reminders of drafts, nudges, the notice."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
HALF_AN_HOUR = "1800000000"
"""The interval of nudges in microseconds, for an existing installation."""


def upgrade() -> None:
    """Add the new tables and columns, and assign the existing cursor to the only transport so far."""
    op.create_table(
        "bot_cursors",
        sa.Column("account", WORDS, nullable=False),
        sa.Column("transport", WORDS, nullable=False),
        sa.Column("cursor", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("account", "transport", name="pk_bot_cursors"),
    )
    op.execute(
        "INSERT INTO bot_cursors (account, transport, cursor)"
        " SELECT account, 'bot_api', cursor FROM bot_accounts WHERE cursor <> ''"
    )
    with op.batch_alter_table("bot_accounts") as accounts:
        accounts.add_column(sa.Column("transport", WORDS, nullable=False, server_default="bot_api"))
        accounts.add_column(sa.Column("session", WORDS, nullable=False, server_default=""))
        accounts.drop_column("cursor")
        accounts.drop_column("menu")
    op.create_table(
        "bot_addresses",
        sa.Column("account", WORDS, nullable=False),
        sa.Column("chat_id", ID, nullable=False, autoincrement=False),
        sa.Column("address", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("account", "chat_id", name="pk_bot_addresses"),
    )
    op.create_table(
        "bot_menus",
        sa.Column("account", WORDS, nullable=False),
        sa.Column("scope", WORDS, nullable=False),
        sa.Column("fingerprint", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("account", "scope", name="pk_bot_menus"),
    )
    op.create_table(
        "files",
        sa.Column("id", ID, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("transport", WORDS, nullable=False),
        sa.Column("reference", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("size", sa.Integer()),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("media_type", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("wanted_at", UTC, nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_files_order_id"),
        sa.UniqueConstraint("order_id", "chat_id", "message_id", "transport", "reference", name="uq_files_once"),
    )
    op.create_index("ix_files_state_due_at", "files", ["state", "due_at"])
    op.create_table(
        "alerts",
        sa.Column("order_id", ID, nullable=False, autoincrement=False),
        sa.Column("step", WORDS, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("order_id", "step", name="pk_alerts"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_alerts_order_id"),
    )
    op.add_column("inbox", sa.Column("album", WORDS))
    op.create_index("ix_inbox_chat_id_album", "inbox", ["chat_id", "album"])
    op.add_column("conversations", sa.Column("reminded_at", UTC))
    op.add_column("orders", sa.Column("nudged_at", UTC))
    op.add_column(
        "installation", sa.Column("nudge_every", sa.BigInteger(), nullable=False, server_default=HALF_AN_HOUR)
    )
    op.add_column("installation", sa.Column("notice", WORDS, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them; move the Bot API's cursor back to its account."""
    op.drop_column("installation", "notice")
    op.drop_column("installation", "nudge_every")
    op.drop_column("conversations", "reminded_at")
    op.drop_column("orders", "nudged_at")
    op.drop_index("ix_inbox_chat_id_album", "inbox")
    op.drop_column("inbox", "album")
    op.drop_table("alerts")
    op.drop_table("files")
    op.drop_table("bot_menus")
    op.drop_table("bot_addresses")
    with op.batch_alter_table("bot_accounts") as accounts:
        accounts.add_column(sa.Column("cursor", WORDS, nullable=False, server_default=""))
        accounts.add_column(sa.Column("menu", WORDS, nullable=False, server_default=""))
        accounts.drop_column("session")
        accounts.drop_column("transport")
    op.execute(
        "UPDATE bot_accounts SET cursor = coalesce((SELECT c.cursor FROM bot_cursors c"
        " WHERE c.account = bot_accounts.account AND c.transport = 'bot_api'), '')"
    )
    op.drop_table("bot_cursors")
