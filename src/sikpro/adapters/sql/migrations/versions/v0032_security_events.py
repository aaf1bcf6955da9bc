"""The record of security events, whose rows the database refuses to change or delete."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")

REFUSAL = "security events are never changed or deleted"


def upgrade() -> None:
    """Add the table, its indexes and its triggers."""
    op.create_table(
        "security_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("actor", ID),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("object", WORDS, nullable=False),
        sa.Column("address", WORDS, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("details", WORDS, nullable=False),
        sa.Column("search_text", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_security_events"),
        sqlite_autoincrement=True,
    )
    for columns in (["kind", "id"], ["actor", "id"], ["at", "kind"]):
        op.create_index(f"ix_security_events_{'_'.join(columns)}", "security_events", columns)
    if op.get_bind().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER security_events_no_{what} BEFORE {what.upper()} ON security_events "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION security_events_stay() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER security_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON security_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION security_events_stay()"
    )


def downgrade() -> None:
    """Remove the table with its triggers."""
    op.drop_table("security_events")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION security_events_stay()")
