"""The journal, the tables that have workers, and the web's logins."""

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, Table, UniqueConstraint

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata

UNFINISHED = "state IN ('queued', 'sending')"
"""Which outbox rows are on their way; the condition of the partial index, so queries have to say it word for word."""

journal = Table(
    "journal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Words, nullable=False),
    Column("order_id", Id, ForeignKey("orders.id")),
    Column("subject", Words, nullable=False),
    Column("actor", Id),
    Column("data", JSON, nullable=False),
    sa.Index(None, "order_id", "id"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("chat_id", Id, nullable=False),
    Column("message_id", Id),
    Column("sender_id", Id),
    Column("sender_name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("rest", JSON, nullable=False),
    Column("outcome", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("order_id", Id, ForeignKey("orders.id")),
    Column("album", Words),
    sa.Index(None, "received_at"),
    sa.Index(None, "chat_id", "message_id"),
    sa.Index(None, "outcome", "id"),
    sa.Index(None, "order_id"),
    sa.Index(None, "chat_id", "album"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", Id, nullable=False),
    Column("text", Words, nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("reply_to", Id),
    Column("press_id", Words),
    Column("random_id", Id, nullable=False),
    Column("drop_keyboard", Boolean, nullable=False),
    Column("document", Id),
    Column("state", Words, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("leased_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("order_id", Id, ForeignKey("orders.id")),
    Column("reason", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_id", Id),
    sa.Index(
        "ix_outbox_unfinished",
        "chat_id",
        "id",
        sqlite_where=sa.text(UNFINISHED),
        postgresql_where=sa.text(UNFINISHED),
    ),
    sa.Index(None, "state"),
    sa.Index(None, "chat_id", "message_id"),
    sa.Index(None, "order_id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("telegram_id", Id, primary_key=True, autoincrement=False),
    Column("step", Words, nullable=False),
    Column("data", JSON, nullable=False),
    Column("token", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("reminded_at", UtcDateTime),
)

bot_accounts = Table(
    "bot_accounts",
    metadata,
    Column("account", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("transport", Words, nullable=False),
    Column("session", Words, nullable=False),
)

bot_cursors = Table(
    "bot_cursors",
    metadata,
    Column("account", Words, primary_key=True),
    Column("transport", Words, primary_key=True),
    Column("cursor", Words, nullable=False),
)

bot_addresses = Table(
    "bot_addresses",
    metadata,
    Column("account", Words, primary_key=True),
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("address", Words, nullable=False),
)

bot_menus = Table(
    "bot_menus",
    metadata,
    Column("account", Words, primary_key=True),
    Column("scope", Words, primary_key=True),
    Column("fingerprint", Words, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("chat_id", Id, nullable=False),
    Column("message_id", Id, nullable=False),
    Column("transport", Words, nullable=False),
    Column("reference", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("size", Integer),
    Column("state", Words, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("content", sa.LargeBinary),
    UniqueConstraint("order_id", "chat_id", "message_id", "transport", "reference", name="uq_files_once"),
    sa.Index(None, "state", "due_at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("step", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

undo_steps = Table(
    "undo_steps",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("by", Id, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("messages", JSON, nullable=False),
    Column("before", JSON, nullable=False),
    sa.Index(None, "until"),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("query", Words, nullable=False),
    UniqueConstraint("person", "name"),
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("error", Words, nullable=False),
    UniqueConstraint("kind", "key"),
    sa.Index(None, "due_at", "id"),
    sqlite_autoincrement=True,
)
"""Rows are deleted, so that SQLite has to be told not to give an id twice."""

sessions = Table(
    "sessions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    sa.Index(None, "person"),
    sa.Index(None, "seen_at"),
)

bind_links = Table(
    "bind_links",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("made_by", Id, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    sa.Index(None, "person"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "address", "at"),
    sa.Index(None, "at"),
)
