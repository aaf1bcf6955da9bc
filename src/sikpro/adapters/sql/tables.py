"""The tables that several modules read: orders, people, catalogues. Each other table is in the module that reads it."""

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Integer, MetaData, Table

from sikpro.adapters.sql.columns import Id, Microseconds, UtcDateTime, Words
from sikpro.domain.duplicates import STANDING as STANDING_PHASES
from sikpro.domain.order_data import TEXTS
from sikpro.domain.phase import OPEN, Phase, Turn

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

STANDING = " AND ".join(
    ["deleted_at IS NULL", *(f"phase <> '{phase}'" for phase in Phase if phase not in STANDING_PHASES)]
)
LIVE = " AND ".join(["deleted_at IS NULL", *(f"phase <> '{phase}'" for phase in Phase if phase not in OPEN)])
KEPT = "deleted_at IS NULL"
DELETED = "deleted_at IS NOT NULL"
WITH_PORT = "port <> ''"
HELD = f"{KEPT} AND hold_ups > 0"
REOPENED_TWICE = "reopenings > 1"
"""The conditions of partial indexes; an index serves only queries that repeat its condition exactly."""

NARROWING = (
    *("phase", "turn", "turn_since", "status", "type", "sto", "technician"),
    *("channel", "helpdesk", "holder", "first_action_at", "finished_at", "number"),
    *(f"spent_{turn.value}" for turn in Turn),
)
"""What filters compare in lists of open orders: the index has it, so that only the rows of a page are read.

Those orders lie far apart in the table: to read them costs twenty times as much.
"""

orders = Table(
    "orders",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("number", Words, nullable=False),
    Column("number_typed", Words, nullable=False),
    Column("type", Words, nullable=False),
    Column("serial", Words, nullable=False),
    Column("serial_typed", Words, nullable=False),
    Column("sto", Words, nullable=False),
    Column("sto_typed", Words, nullable=False),
    Column("odp", Words, nullable=False),
    Column("odp_typed", Words, nullable=False),
    Column("technician", Words, nullable=False),
    Column("technician_typed", Words, nullable=False),
    *(Column(name, Words, nullable=False) for name in TEXTS),
    Column("search_text", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("sender", Id),
    Column("origin_chat_id", Id),
    Column("origin_message_id", Id),
    Column("received_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("phase", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("turn", Words, nullable=False),
    Column("turn_since", UtcDateTime, nullable=False),
    Column("spent_helpdesk", Microseconds),
    Column("spent_technician", Microseconds),
    Column("spent_customer", Microseconds),
    Column("spent_system", Microseconds),
    Column("spent_nobody", Microseconds),
    Column("holder", Id),
    Column("claimed_until", UtcDateTime),
    Column("claimed_at", UtcDateTime),
    Column("helpdesk", Id),
    Column("first_action_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("resubmissions", Integer, nullable=False),
    Column("reopenings", Integer, nullable=False),
    Column("hold_ups", Integer, nullable=False),
    Column("resubmitted", Boolean, nullable=False),
    Column("reply_waiting", Boolean, nullable=False),
    Column("nudged_at", UtcDateTime),
    Column("last_feedback", Words, nullable=False),
    Column("last_feedback_at", UtcDateTime),
    Column("place", Words),
    Column("deleted_at", UtcDateTime),
    Column("duplicate_key", Words, unique=True),
    Column("version", Integer, nullable=False),
    sa.Index(None, "number"),
    sa.Index(None, "status", "received_at", "id"),
    sa.Index(None, "sto", "received_at", "id"),
    sa.Index(None, "technician", "received_at", "id"),
    sa.Index(None, "serial", "received_at", "id"),
    sa.Index(None, "odp", "received_at", "id"),
    sa.Index(None, "holder"),
    sa.Index(None, "helpdesk", "received_at", "id"),
    sa.Index(None, "claimed_until"),
    sa.Index(None, "first_action_at"),
    sa.Index(None, "finished_at"),
    sa.Index(None, "phase", "finished_at"),
    sa.Index(
        "ix_orders_installed",
        *("serial", "number"),
        sqlite_where=sa.text(STANDING),
        postgresql_where=sa.text(STANDING),
    ),
    sa.Index(
        "ix_orders_live_port",
        *("odp", "port", "received_at", "id"),
        sqlite_where=sa.text(f"{LIVE} AND {WITH_PORT}"),
        postgresql_where=sa.text(f"{LIVE} AND {WITH_PORT}"),
    ),
    sa.Index(
        "ix_orders_kept_received",
        *("received_at", "id", "phase"),
        sqlite_where=sa.text(KEPT),
        postgresql_where=sa.text(KEPT),
    ),
    sa.Index(
        "ix_orders_kept_finished",
        *("finished_at", "phase"),
        sqlite_where=sa.text(KEPT),
        postgresql_where=sa.text(KEPT),
    ),
    sa.Index(
        "ix_orders_live",
        *("received_at", "id", *NARROWING),
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    ),
    *(
        sa.Index(
            f"ix_orders_live_{of}", of, "received_at", "id", sqlite_where=sa.text(LIVE), postgresql_where=sa.text(LIVE)
        )
        for of in ("phase", "technician", "sender")
    ),
    sa.Index(
        "ix_orders_deleted", "received_at", "id", sqlite_where=sa.text(DELETED), postgresql_where=sa.text(DELETED)
    ),
    sa.Index(
        "ix_orders_live_turn",
        *("turn", "received_at", "id"),
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    ),
    sa.Index(
        "ix_orders_live_waiting",
        *("turn", "turn_since", "technician"),
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    ),
    sa.Index(
        "ix_orders_held_up",
        "received_at",
        "odp",
        "hold_ups",
        sqlite_where=sa.text(HELD),
        postgresql_where=sa.text(HELD),
    ),
    sa.Index(
        "ix_orders_reopened",
        *("received_at", "id"),
        sqlite_where=sa.text(REOPENED_TWICE),
        postgresql_where=sa.text(REOPENED_TWICE),
    ),
)

order_ids = Table(
    "order_ids",
    metadata,
    Column("name", Words, primary_key=True),
    Column("last", Id, nullable=False),
    comment="SQLite's counter of order ids; PostgreSQL has the sequence order_id",
)

totals = Table(
    "totals",
    metadata,
    Column("type", Words, primary_key=True),
    Column("status", Words, primary_key=True),
    Column("phase", Words, primary_key=True),
    Column("sto", Words, primary_key=True),
    Column("count", Integer, nullable=False),
)

shared_serials = Table(
    "shared_serials",
    metadata,
    Column("serial", Words, primary_key=True),
    comment="modems that stood under several registration numbers; whether they still do, the orders say",
)

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Words, nullable=False),
    Column("name_folded", Words, nullable=False),
    Column("username", Words),
    Column("username_folded", Words, unique=True),
    Column("password_hash", Words),
    Column("role", Words),
    Column("technician_code", Words, unique=True),
    Column("site_operation", Words),
    Column("telegram_id", Id, unique=True),
    Column("phone", Words, nullable=False),
    Column("phone_key", Words),
    Column("language", Words, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    sa.Index(None, "phone"),
    sa.Index(None, "phone_key", unique=True),
)
"""`phone_key` is the phone number if only this person has it; it is empty for numbers shared before schema 0008."""

access_requests = Table(
    "access_requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("telegram_id", Id, nullable=False),
    Column("chat_id", Id, nullable=False),
    Column("name", Words, nullable=False),
    Column("telegram_name", Words, nullable=False),
    Column("technician_code", Words, nullable=False),
    Column("phone", Words, nullable=False),
    Column("matched_person", Id),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("state", Words, nullable=False),
    Column("decided_by", Id),
    Column("decided_at", UtcDateTime),
    Column("pending_of", Id, unique=True),
)
"""`pending_of` is the Telegram id while the request is pending, so that at most one is pending."""

statuses = Table(
    "statuses",
    metadata,
    Column("code", Words, primary_key=True),
    Column("phase", Words, nullable=False),
    Column("turn", Words, nullable=False),
    Column("label_id", Words, nullable=False),
    Column("label_en", Words, nullable=False),
    Column("template_id", Words, nullable=False),
    Column("template_en", Words, nullable=False),
    Column("reason_group", Words, nullable=False),
    Column("reason_group_en", Words, nullable=False, server_default=""),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("key", Words, nullable=False, server_default=""),
    Column("uses", Integer, nullable=False, server_default="0"),
)

order_types = Table(
    "order_types",
    metadata,
    Column("code", Words, primary_key=True),
    Column("label_id", Words, nullable=False),
    Column("label_en", Words, nullable=False),
    Column("first_action_limit", Microseconds, nullable=False),
    Column("completion_limit", Microseconds, nullable=False),
    Column("template_id", Words, nullable=False),
    Column("template_en", Words, nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
)

site_operations = Table(
    "site_operations",
    metadata,
    Column("code", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("active", Boolean, nullable=False),
)

stos = Table(
    "stos",
    metadata,
    Column("code", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("site_operation", Words, nullable=False),
    Column("active", Boolean, nullable=False),
    sa.Index(None, "site_operation"),
)

makers = Table(
    "makers",
    metadata,
    Column("code", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("active", Boolean, nullable=False),
)

provider_codes = Table(
    "provider_codes",
    metadata,
    Column("code", Words, primary_key=True),
    Column("meaning", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("active", Boolean, nullable=False),
)

holidays = Table(
    "holidays",
    metadata,
    Column("code", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("active", Boolean, nullable=False),
)

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("duplicate_mode", Words, nullable=False),
    Column("claim", Microseconds, nullable=False),
    Column("week", sa.JSON, nullable=False),
    Column("nudge_every", Microseconds, nullable=False),
    Column("stuck_after", Microseconds, nullable=False, server_default=str(7 * 24 * 60 * 60 * 1_000_000)),
    Column("owners_at", Words, nullable=False, server_default="08:00:00"),
    Column("notice", Words, nullable=False),
    Column("most_used_first", Boolean, nullable=False, server_default=sa.false()),
    Column("most_claims", Integer, nullable=False, server_default="0"),
    Column("admins_two_steps", Boolean, nullable=False, server_default=sa.false()),
    Column("patterns", sa.JSON(none_as_null=True)),
    Column("sessions", sa.JSON(none_as_null=True)),
    Column("months_kept", Integer, nullable=False, server_default="0"),
)
