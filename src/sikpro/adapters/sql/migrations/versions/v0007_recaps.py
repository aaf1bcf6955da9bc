"""Closed months, targets, exports with their files, recaps that are sent by themselves, an order type's own text."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add what is new."""
    op.add_column("order_types", sa.Column("template_id", WORDS, nullable=False, server_default=""))
    op.add_column("order_types", sa.Column("template_en", WORDS, nullable=False, server_default=""))
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
        sa.Column("format", WORDS, nullable=False),
        sa.Column("language", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("leased_until", UTC),
        sa.Column("finished_at", UTC),
        sa.Column("error", WORDS, nullable=False),
        sa.Column("blob", ID),
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
        sa.Column("span", WORDS, nullable=False),
        sa.Column("at", WORDS, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("language", WORDS, nullable=False),
        sa.Column("with_file", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", UTC, nullable=False),
        sa.Column("sent_for", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recap_schedules"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_recap_schedules_made_by"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("recap_schedules")
    op.drop_index("ix_exports_state_id", "exports")
    op.drop_index("ix_exports_person_id", "exports")
    op.drop_table("exports")
    op.drop_table("blob_parts")
    op.drop_index("ix_blobs_created_at", "blobs")
    op.drop_table("blobs")
    op.drop_table("targets")
    op.drop_table("closed_months")
    op.drop_column("order_types", "template_en")
    op.drop_column("order_types", "template_id")
