"""Tables are written in portions: how far each is, which of its rows were refused, taken back or kept."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")

COUNTS = ("total", "refused", "returned", "kept", "attempts")
TEXTS = ("error", "claimed_by")


def upgrade() -> None:
    """Add how far each table is: what is there was written as a whole, and what was taken back, as a whole too."""
    with op.batch_alter_table("written_tables", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("state", WORDS, nullable=False, server_default="written"))
        for name in COUNTS:
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for name in TEXTS:
            table.add_column(sa.Column(name, WORDS, nullable=False, server_default=""))
        table.add_column(sa.Column("work", ID))
        table.add_column(sa.Column("leased_until", UTC))
        table.create_foreign_key("fk_written_tables_work", "blobs", ["work"], ["id"])
    with op.batch_alter_table("written_rows") as table:
        table.add_column(sa.Column("back", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("kept", sa.JSON()))
    op.execute("UPDATE written_tables SET total = added + changed")
    op.execute(
        "UPDATE written_tables SET state = 'taken_back', returned = added + changed WHERE taken_back_at IS NOT NULL"
    )
    op.execute(
        "UPDATE written_rows SET back = true"
        " WHERE table_id IN (SELECT id FROM written_tables WHERE taken_back_at IS NOT NULL)"
    )
    op.create_table(
        "refused_rows",
        sa.Column("table_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("error", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("table_id", "number", name="pk_refused_rows"),
        sa.ForeignKeyConstraint(["table_id"], ["written_tables.id"], name="fk_refused_rows_table_id"),
    )


def downgrade() -> None:
    """Remove it. Tables that were not written, or not taken back, to their end count as written, as far as they are."""
    op.execute("UPDATE written_tables SET taken_back_by = NULL, taken_back_at = NULL WHERE state <> 'taken_back'")
    op.drop_table("refused_rows")
    with op.batch_alter_table("written_rows") as table:
        table.drop_column("kept")
        table.drop_column("back")
    with op.batch_alter_table("written_tables", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint("fk_written_tables_work", type_="foreignkey")
        for name in ("leased_until", "work", *reversed(TEXTS), *reversed(COUNTS), "state"):
            table.drop_column(name)
