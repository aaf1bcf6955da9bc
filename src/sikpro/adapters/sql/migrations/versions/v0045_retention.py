"""Texts and photos are kept for some months: the setting, the runs, what rows are folded into, and who left when."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add them. Nothing is removed until somebody sets the months."""
    with op.batch_alter_table("installation") as table:
        table.add_column(sa.Column("months_kept", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "retention_runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("before", UTC, nullable=False),
        sa.Column("started_at", UTC, nullable=False),
        sa.Column("finished_at", UTC),
        sa.Column("step", WORDS, nullable=False),
        sa.Column("after", ID, nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_retention_runs"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "folded_rows",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("day", WORDS, nullable=False),
        sa.Column("outcome", WORDS, nullable=False),
        sa.Column("detail", WORDS, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first", ID, nullable=False),
        sa.Column("last", ID, nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_folded_rows"),
        sa.UniqueConstraint("source", "day", "outcome", "detail", name="uq_folded_rows_once"),
    )
    op.create_index("ix_folded_rows_source_last", "folded_rows", ["source", "last"])
    op.create_table(
        "left_people",
        sa.Column("person", ID, nullable=False, autoincrement=False),
        sa.Column("since", UTC, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_left_people"),
    )


def downgrade() -> None:
    """Remove them, and with them the sums of what was folded: go back only by a backup once something was."""
    op.drop_table("left_people")
    op.drop_table("folded_rows")
    op.drop_table("retention_runs")
    with op.batch_alter_table("installation") as table:
        table.drop_column("months_kept")
