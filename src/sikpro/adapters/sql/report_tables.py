"""The tables of what is made out of orders: closed months, targets, exports, the recaps sent by themselves."""

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata

closed_months = Table(
    "closed_months",
    metadata,
    Column("month", Words, primary_key=True),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("closed_by", Id),
    Column("figures", JSON, nullable=False),
)
"""`month` as `2026-11`; nobody closed it (`closed_by`) when it closed by itself."""

targets = Table(
    "targets",
    metadata,
    Column("month", Words, primary_key=True),
    Column("sto", Words, primary_key=True),
    Column("target", Integer, nullable=False),
    Column("working_days", Integer, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Words, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("size", sa.BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    sa.Index(None, "created_at"),
    sqlite_autoincrement=True,
)

blob_parts = Table(
    "blob_parts",
    metadata,
    Column("blob", Id, ForeignKey("blobs.id"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("content", sa.LargeBinary, nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("query", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("error", Words, nullable=False),
    Column("blob", Id, ForeignKey("blobs.id")),
    Column("send_to", Id),
    sa.Index(None, "person", "id"),
    sa.Index(None, "state", "id"),
    sqlite_autoincrement=True,
)

recap_schedules = Table(
    "recap_schedules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rhythm", Words, nullable=False),
    Column("at", Words, nullable=False),
    Column("person", Id, ForeignKey("people.id")),
    Column("chat_id", Id),
    Column("label", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("with_file", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("made_by", Id, ForeignKey("people.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_for", Words, nullable=False),
    Column("message", Id),
    Column("trouble", Words, nullable=False),
    sqlite_autoincrement=True,
)
"""`at` is local time (`17:00`); `sent_for` the day (`2026-11-24`) or month of the last recap that was due."""
