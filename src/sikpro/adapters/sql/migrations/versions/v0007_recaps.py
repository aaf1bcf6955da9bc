"""Closed months, targets, exports with their files, automatic recaps, a separate text for order types."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")

_PARTIAL = (
    ("ix_orders_installed", ["serial", "number"], "deleted_at IS NULL AND phase <> 'cancelled'"),
    ("ix_orders_held_up", ["received_at", "odp"], "hold_ups > 0"),
    ("ix_orders_reopened", ["received_at", "id"], "reopenings > 1"),
)


def upgrade() -> None:
    """Add the new tables, columns and indexes."""
    op.add_column("order_types", sa.Column("template_id", WORDS, nullable=False, server_default=""))
    op.add_column("order_types", sa.Column("template_en", WORDS, nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("document", ID))
    op.create_table(
        "closed_months",
        sa.Column("month", WORDS, nullable=False),
        sa.Column("closed_at", UTC, nullable=False),
        sa.Column("closed_by", ID),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("month", name="pk_closed_months"),
    )
    op.create_table(
        "targets",
        sa.Column("month", WORDS, nullable=False),
        sa.Column("sto", WORDS, nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "sto", name="pk_targets"),
    )
    op.create_table(
        "blobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("media_type", WORDS, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_blobs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_blobs_created_at", "blobs", ["created_at"])
    op.create_table(
        "blob_parts",
        sa.Column("blob", ID, nullable=False, autoincrement=False),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("blob", "place", name="pk_blob_parts"),
        sa.ForeignKeyConstraint(["blob"], ["blobs.id"], name="fk_blob_parts_blob"),
    )
    op.create_table(
        "exports",
        sa.Column("id", ID, nullable=False),
        sa.Column("person", ID, nullable=False),
        sa.Column("query", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("language", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("leased_until", UTC),
        sa.Column("finished_at", UTC),
        sa.Column("error", WORDS, nullable=False),
        sa.Column("blob", ID),
        sa.Column("send_to", ID),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_exports_person"),
        sa.ForeignKeyConstraint(["blob"], ["blobs.id"], name="fk_exports_blob"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exports_person_id", "exports", ["person", "id"])
    op.create_index("ix_exports_state_id", "exports", ["state", "id"])
    op.create_table(
        "recap_schedules",
        sa.Column("id", ID, nullable=False),
        sa.Column("rhythm", WORDS, nullable=False),
        sa.Column("at", WORDS, nullable=False),
        sa.Column("person", ID),
        sa.Column("chat_id", ID),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("language", WORDS, nullable=False),
        sa.Column("with_file", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.Column("sent_for", WORDS, nullable=False),
        sa.Column("message", ID),
        sa.Column("trouble", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recap_schedules"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_recap_schedules_person"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_recap_schedules_made_by"),
        sqlite_autoincrement=True,
    )
    op.add_column("orders", sa.Column("hold_ups", sa.Integer(), nullable=False, server_default="0"))
    _count_hold_ups()
    for name, columns, condition in _PARTIAL:
        where = sa.text(condition)
        op.create_index(name, "orders", columns, sqlite_where=where, postgresql_where=where)


def _count_hold_ups() -> None:
    """Count the changes of each order to a held-up status, from the journal; undone changes do not count."""
    field = (
        "json_extract(data, '$.state.phase')" if op.get_bind().dialect.name == "sqlite" else "data->'state'->>'phase'"
    )
    op.execute(
        f"""
        UPDATE orders SET hold_ups = counted.times FROM (
            SELECT order_id, SUM(CASE
                WHEN kind <> 'StatusUndone' AND phase = 'held_up' AND before <> 'held_up' THEN 1
                WHEN kind = 'StatusUndone' AND phase <> 'held_up' AND before = 'held_up' THEN -1
                ELSE 0 END) AS times
            FROM (
                SELECT order_id, kind, {field} AS phase,
                    COALESCE(LAG({field}) OVER (PARTITION BY order_id ORDER BY id), '') AS before
                FROM journal WHERE order_id IS NOT NULL
            ) AS steps
            GROUP BY order_id
        ) AS counted
        WHERE counted.order_id = orders.id AND counted.times > 0
        """
    )
    op.execute("UPDATE orders SET hold_ups = 1 WHERE phase = 'held_up' AND hold_ups = 0")


def downgrade() -> None:
    """Remove what `upgrade` added."""
    for name, _, _ in _PARTIAL:
        op.drop_index(name, "orders")
    op.drop_column("orders", "hold_ups")
    op.drop_table("recap_schedules")
    op.drop_index("ix_exports_state_id", "exports")
    op.drop_index("ix_exports_person_id", "exports")
    op.drop_table("exports")
    op.drop_table("blob_parts")
    op.drop_index("ix_blobs_created_at", "blobs")
    op.drop_table("blobs")
    op.drop_table("targets")
    op.drop_table("closed_months")
    op.drop_column("outbox", "document")
    op.drop_column("order_types", "template_en")
    op.drop_column("order_types", "template_id")
