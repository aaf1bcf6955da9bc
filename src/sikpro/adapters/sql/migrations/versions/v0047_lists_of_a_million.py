"""Lists among a million orders: indexes of open and of deleted ones, and the modems under several numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
LIVE = "deleted_at IS NULL AND phase <> 'completed' AND phase <> 'cancelled'"
HELD = "hold_ups > 0"
DELETED = "deleted_at IS NOT NULL"
NARROWING = (
    *("phase", "turn", "turn_since", "status", "type", "sto", "technician"),
    *("channel", "helpdesk", "holder", "first_action_at", "finished_at", "number"),
    *("spent_helpdesk", "spent_technician", "spent_customer", "spent_system", "spent_nobody"),
)
REPLACED = (
    ("ix_orders_received_at_id", ["received_at", "id"]),
    ("ix_orders_phase_received_at_id", ["phase", "received_at", "id"]),
    ("ix_orders_sender", ["sender"]),
)
LIVE_BY = ("phase", "technician", "sender")


def upgrade() -> None:
    """Add four small ones, widen one, drop three of all orders that these and `ix_orders_kept_received` replace."""
    for name, _ in REPLACED:
        op.drop_index(name, "orders")
    op.drop_index("ix_orders_live", "orders")
    op.create_table(
        "shared_serials",
        sa.Column("serial", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_shared_serials"),
        comment="modems that stood under several registration numbers; whether they still do, the orders say",
    )
    op.execute(
        "INSERT INTO shared_serials SELECT serial FROM orders WHERE deleted_at IS NULL AND phase <> 'cancelled'"
        " GROUP BY serial HAVING min(number) < max(number)"
    )
    _make("ix_orders_deleted", ["received_at", "id"], DELETED)
    op.drop_index("ix_orders_held_up", "orders")
    _make("ix_orders_held_up", ["received_at", "odp", "hold_ups"], f"deleted_at IS NULL AND {HELD}")
    for column in LIVE_BY:
        _make(f"ix_orders_live_{column}", [column, "received_at", "id"], LIVE)
    _make("ix_orders_live", ["received_at", "id", *NARROWING], LIVE)


def downgrade() -> None:
    """Make the indexes as they were, and count the modems anew each time."""
    op.drop_table("shared_serials")
    op.drop_index("ix_orders_held_up", "orders")
    _make("ix_orders_held_up", ["received_at", "odp"], HELD)
    for name in ("ix_orders_live", "ix_orders_deleted", *(f"ix_orders_live_{column}" for column in LIVE_BY)):
        op.drop_index(name, "orders")
    for name, columns in REPLACED:
        op.create_index(name, "orders", columns)
    _make("ix_orders_live", ["received_at", "id"], LIVE)


def _make(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "orders", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
