"""Second steps of logins, logins that wait for their code, and when a session's password was last given."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UTC = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add the tables and columns; of the sessions that are there, none has given its password lately."""
    op.create_table(
        "second_steps",
        sa.Column("person", ID, sa.ForeignKey("people.id", name="fk_second_steps_person"), nullable=False),
        sa.Column("secret", WORDS, nullable=False),
        sa.Column("on_since", UTC),
        sa.Column("last_step", ID, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_second_steps"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person", ID, sa.ForeignKey("people.id", name="fk_recovery_codes_person"), nullable=False),
        sa.Column("code_hash", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("person", "code_hash", name="pk_recovery_codes"),
    )
    op.create_table(
        "login_tickets",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("person", ID, sa.ForeignKey("people.id", name="fk_login_tickets_person"), nullable=False),
        sa.Column("password", WORDS, nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.Column("own_device", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_tickets"),
    )
    for column in ("person", "expires_at"):
        op.create_index(f"ix_login_tickets_{column}", "login_tickets", [column])
    op.add_column("sessions", sa.Column("confirmed_at", UTC))
    op.add_column(
        "installation", sa.Column("admins_two_steps", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_column("installation", "admins_two_steps")
    op.drop_column("sessions", "confirmed_at")
    for table in ("login_tickets", "recovery_codes", "second_steps"):
        op.drop_table(table)
