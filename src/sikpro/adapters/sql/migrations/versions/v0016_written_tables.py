"""What uploaded tables wrote, row by row, so that a whole table can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "written_tables",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("taken_back_by", ID),
        sa.Column("taken_back_at", UTC),
        sa.PrimaryKeyConstraint("id", name="pk_written_tables"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "written_rows",
        sa.Column("table_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order", sa.JSON()),
        sa.PrimaryKeyConstraint("table_id", "place", name="pk_written_rows"),
        sa.ForeignKeyConstraint(["table_id"], ["written_tables.id"], name="fk_written_rows_table_id"),
    )
    op.create_index("ix_written_rows_subject", "written_rows", ["subject"])


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("written_rows")
    op.drop_table("written_tables")
