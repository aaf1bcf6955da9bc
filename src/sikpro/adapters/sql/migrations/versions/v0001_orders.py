"""Orders, people and catalogues."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "people",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("name_folded", WORDS, nullable=False),
        sa.Column("username", WORDS),
        sa.Column("username_folded", WORDS),
        sa.Column("password_hash", WORDS),
        sa.Column("role", WORDS),
        sa.Column("technician_code", WORDS),
        sa.Column("site_operation", WORDS),
        sa.Column("telegram_id", ID),
        sa.Column("phone", WORDS, nullable=False),
        sa.Column("language", WORDS, nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("technician_code", name="uq_people_technician_code"),
        sa.UniqueConstraint("telegram_id", name="uq_people_telegram_id"),
        sa.UniqueConstraint("username_folded", name="uq_people_username_folded"),
    )
    op.create_index("ix_people_phone", "people", ["phone"])
    op.create_table(
        "access_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("telegram_id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("telegram_name", WORDS, nullable=False),
        sa.Column("technician_code", WORDS, nullable=False),
        sa.Column("phone", WORDS, nullable=False),
        sa.Column("matched_person", ID),
        sa.Column("requested_at", UTC, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("decided_by", ID),
        sa.Column("decided_at", UTC),
        sa.Column("pending_of", ID),
        sa.PrimaryKeyConstraint("id", name="pk_access_requests"),
        sa.UniqueConstraint("pending_of", name="uq_access_requests_pending_of"),
    )
    op.create_table(
        "statuses",
        sa.Column("code", WORDS, nullable=False),
        sa.Column("phase", WORDS, nullable=False),
        sa.Column("turn", WORDS, nullable=False),
        sa.Column("label_id", WORDS, nullable=False),
        sa.Column("label_en", WORDS, nullable=False),
        sa.Column("template_id", WORDS, nullable=False),
        sa.Column("template_en", WORDS, nullable=False),
        sa.Column("reason_group", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_statuses"),
    )
    op.create_table(
        "order_types",
        sa.Column("code", WORDS, nullable=False),
        sa.Column("label_id", WORDS, nullable=False),
        sa.Column("label_en", WORDS, nullable=False),
        sa.Column("first_action_limit", sa.BigInteger(), nullable=False),
        sa.Column("completion_limit", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_order_types"),
    )
    op.create_table(
        "site_operations",
        sa.Column("code", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_site_operations"),
    )
    op.create_table(
        "stos",
        sa.Column("code", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("site_operation", WORDS, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_stos"),
    )
    op.create_index("ix_stos_site_operation", "stos", ["site_operation"])
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("duplicate_mode", WORDS, nullable=False),
        sa.Column("claim", sa.BigInteger(), nullable=False),
        sa.Column("work_from", WORDS, nullable=False),
        sa.Column("work_until", WORDS, nullable=False),
        sa.Column("work_days", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.create_table(
        "orders",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("number", WORDS, nullable=False),
        sa.Column("number_typed", WORDS, nullable=False),
        sa.Column("type", WORDS, nullable=False),
        sa.Column("serial", WORDS, nullable=False),
        sa.Column("serial_typed", WORDS, nullable=False),
        sa.Column("sto", WORDS, nullable=False),
        sa.Column("sto_typed", WORDS, nullable=False),
        sa.Column("odp", WORDS, nullable=False),
        sa.Column("odp_typed", WORDS, nullable=False),
        sa.Column("technician", WORDS, nullable=False),
        sa.Column("technician_typed", WORDS, nullable=False),
        sa.Column("note", WORDS, nullable=False),
        sa.Column("search_text", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("sender", ID),
        sa.Column("origin_chat_id", ID),
        sa.Column("origin_message_id", ID),
        sa.Column("received_at", UTC, nullable=False),
        sa.Column("recorded_at", UTC, nullable=False),
        sa.Column("changed_at", UTC, nullable=False),
        sa.Column("phase", WORDS, nullable=False),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("turn", WORDS, nullable=False),
        sa.Column("turn_since", UTC, nullable=False),
        sa.Column("spent_helpdesk", sa.BigInteger()),
        sa.Column("spent_technician", sa.BigInteger()),
        sa.Column("spent_customer", sa.BigInteger()),
        sa.Column("spent_system", sa.BigInteger()),
        sa.Column("spent_nobody", sa.BigInteger()),
        sa.Column("holder", ID),
        sa.Column("claimed_until", UTC),
        sa.Column("helpdesk", ID),
        sa.Column("first_action_at", UTC),
        sa.Column("finished_at", UTC),
        sa.Column("resubmissions", sa.Integer(), nullable=False),
        sa.Column("reopenings", sa.Integer(), nullable=False),
        sa.Column("resubmitted", sa.Boolean(), nullable=False),
        sa.Column("reply_waiting", sa.Boolean(), nullable=False),
        sa.Column("last_feedback", WORDS, nullable=False),
        sa.Column("last_feedback_at", UTC),
        sa.Column("deleted_at", UTC),
        sa.Column("duplicate_key", WORDS),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("duplicate_key", name="uq_orders_duplicate_key"),
    )
    op.create_index("ix_orders_claimed_until", "orders", ["claimed_until"])
    op.create_index("ix_orders_finished_at", "orders", ["finished_at"])
    op.create_index("ix_orders_first_action_at", "orders", ["first_action_at"])
    op.create_index("ix_orders_helpdesk_received_at_id", "orders", ["helpdesk", "received_at", "id"])
    op.create_index("ix_orders_holder", "orders", ["holder"])
    op.create_index("ix_orders_number", "orders", ["number"])
    op.create_index("ix_orders_phase_received_at_id", "orders", ["phase", "received_at", "id"])
    op.create_index("ix_orders_received_at_id", "orders", ["received_at", "id"])
    op.create_index("ix_orders_sender", "orders", ["sender"])
    op.create_index("ix_orders_status_received_at_id", "orders", ["status", "received_at", "id"])
    op.create_index("ix_orders_sto_received_at_id", "orders", ["sto", "received_at", "id"])
    op.create_index("ix_orders_technician_received_at_id", "orders", ["technician", "received_at", "id"])
    op.create_table(
        "order_ids",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("last", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_order_ids"),
        comment="SQLite's counter of order ids; PostgreSQL has the sequence order_id",
    )
    op.create_table(
        "totals",
        sa.Column("type", WORDS, nullable=False),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("phase", WORDS, nullable=False),
        sa.Column("sto", WORDS, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("type", "status", "phase", "sto", name="pk_totals"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE order_id")


def downgrade() -> None:
    """Drop the tables."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE order_id")
    for table in (
        "totals",
        "order_ids",
        "orders",
        "installation",
        "stos",
        "site_operations",
        "order_types",
        "statuses",
        "access_requests",
        "people",
    ):
        op.drop_table(table)
