"""Facts of the ledger and their seals, whose rows the database refuses to change or delete; salts of working rows."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")

SALTED = ("inbox", "journal", "outbox")
STAY = {
    "ledger_facts": "facts of the ledger are never changed or deleted",
    "seals": "seals are never changed or deleted",
}


def upgrade() -> None:
    """Add the tables with their triggers, and the salts; rows that are there have none."""
    op.create_table(
        "ledger_facts",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("row_id", ID, nullable=False),
        sa.Column("order_id", ID),
        sa.Column("number", WORDS, nullable=False),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("detail", WORDS, nullable=False),
        sa.Column("message_id", ID),
        sa.Column("received_at", UTC),
        sa.Column("words", WORDS, nullable=False),
        sa.Column("data", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_facts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ledger_facts_row_id", "ledger_facts", ["row_id"])
    op.create_index("ix_ledger_facts_order_id", "ledger_facts", ["order_id"])
    numbered = sa.text("number <> ''")
    op.create_index(
        "ix_ledger_facts_number", "ledger_facts", ["number"], sqlite_where=numbered, postgresql_where=numbered
    )
    op.create_table(
        "seals",
        sa.Column("number", ID, nullable=False, autoincrement=False),
        sa.Column("previous", WORDS, nullable=False),
        sa.Column("first", ID, nullable=False),
        sa.Column("last", ID, nullable=False),
        sa.Column("count", ID, nullable=False),
        sa.Column("contents", WORDS, nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seals"),
    )
    op.create_index("ix_seals_last", "seals", ["last"])
    for table in SALTED:
        op.add_column(table, sa.Column("salt", WORDS, nullable=False, server_default=""))
    for table, refusal in STAY.items():
        _let_stay(table, refusal)


def _let_stay(table: str, refusal: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_stay() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_stay()"
    )


def downgrade() -> None:
    """Remove them, and the salts."""
    for table in SALTED:
        op.drop_column(table, "salt")
    for table in STAY:
        op.drop_table(table)
        if op.get_bind().dialect.name != "sqlite":
            op.execute(f"DROP FUNCTION {table}_stay()")
