"""The journal, the tables with workers, and the web's sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
UNFINISHED = sa.text("state IN ('queued', 'sending')")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "journal",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("order_id", ID),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("actor", ID),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_journal_order_id"),
    )
    op.create_index("ix_journal_order_id_id", "journal", ["order_id", "id"])
    op.create_table(
        "inbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("received_at", UTC, nullable=False),
        sa.Column("sent_at", UTC, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("message_id", ID),
        sa.Column("sender_id", ID),
        sa.Column("sender_name", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("rest", sa.JSON(), nullable=False),
        sa.Column("outcome", WORDS, nullable=False),
        sa.Column("detail", WORDS, nullable=False),
        sa.Column("order_id", ID),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("key", name="uq_inbox_key"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_inbox_order_id"),
    )
    op.create_index("ix_inbox_chat_id_message_id", "inbox", ["chat_id", "message_id"])
    op.create_index("ix_inbox_order_id", "inbox", ["order_id"])
    op.create_index("ix_inbox_outcome_id", "inbox", ["outcome", "id"])
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("reply_to", ID),
        sa.Column("press_id", WORDS),
        sa.Column("random_id", ID, nullable=False),
        sa.Column("drop_keyboard", sa.Boolean(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.Column("leased_until", UTC),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("order_id", ID),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("detail", WORDS, nullable=False),
        sa.Column("sent_at", UTC),
        sa.Column("message_id", ID),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_outbox_order_id"),
    )
    op.create_index(
        "ix_outbox_unfinished", "outbox", ["chat_id", "id"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED
    )
    op.create_index("ix_outbox_chat_id_message_id", "outbox", ["chat_id", "message_id"])
    op.create_index("ix_outbox_order_id", "outbox", ["order_id"])
    op.create_index("ix_outbox_state", "outbox", ["state"])
    op.create_table(
        "conversations",
        sa.Column("chat_id", ID, nullable=False, autoincrement=False),
        sa.Column("telegram_id", ID, nullable=False, autoincrement=False),
        sa.Column("step", WORDS, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("token", WORDS, nullable=False),
        sa.Column("language", WORDS, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "telegram_id", name="pk_conversations"),
    )
    op.create_table(
        "bot_accounts",
        sa.Column("account", WORDS, nullable=False),
        sa.Column("owner", WORDS, nullable=False),
        sa.Column("leased_until", UTC),
        sa.Column("cursor", WORDS, nullable=False),
        sa.Column("menu", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_bot_accounts"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("due_at", UTC, nullable=False),
        sa.Column("leased_until", UTC),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("kind", "key", name="uq_jobs_kind_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_due_at_id", "jobs", ["due_at", "id"])
    op.create_table(
        "sessions",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("seen_at", UTC, nullable=False),
        sa.Column("revoked_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_sessions_person"),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    op.create_index("ix_sessions_seen_at", "sessions", ["seen_at"])
    op.create_table(
        "login_attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("account", WORDS, nullable=False),
        sa.Column("address", WORDS, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempts"),
    )
    op.create_index("ix_login_attempts_address_at", "login_attempts", ["address", "at"])
    op.create_index("ix_login_attempts_at", "login_attempts", ["at"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("login_attempts", "sessions", "jobs", "bot_accounts", "conversations", "outbox", "inbox", "journal"):
        op.drop_table(table)
