"""The catalogue of the provider's codes, with their meanings."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
CODES = (
    ("ACTCOMP", "finished", "Activation completed"),
    ("APPR", "open", "Approved"),
    ("CANCEL", "left_out", ""),
    ("CANCELED", "left_out", ""),
    ("CANCELLED", "left_out", ""),
    ("CANCLWORK", "left_out", "Work cancelled"),
    ("CLOSE", "finished", ""),
    ("CLOSED", "finished", ""),
    ("COMPLETE", "finished", ""),
    ("COMPLETED", "finished", ""),
    ("COMPWORK", "finished", "Work completed"),
    ("CONTWORK", "open", "Work continued"),
    ("DECLINE", "left_out", ""),
    ("DECLINED", "left_out", ""),
    ("FALLOUT", "open", ""),
    ("INPRG", "open", "In progress"),
    ("INSTCOMP", "open", "Installation completed"),
    ("OSS", "open", ""),
    ("PENDWORK", "open", "Work pending"),
    ("PI", "open", "Provision issued"),
    ("PONR", "open", "Point of no return"),
    ("PROVISION COMPLETED", "finished", ""),
    ("PROVISION ISSUED", "open", ""),
    ("PS", "finished", "Put in service"),
    ("RE", "open", "Registration"),
    ("REJECT", "left_out", ""),
    ("REJECTED", "left_out", ""),
    ("REVOKE", "left_out", ""),
    ("REVOKED", "left_out", ""),
    ("STARTWORK", "open", "Work started"),
    ("UNSC", "left_out", ""),
    ("VALCOMP", "finished", "Validation completed"),
    ("VALSTART", "open", "Validation started"),
    ("WAPPR", "open", "Waiting for approval"),
    ("WFM", "open", ""),
    ("WORKFAIL", "open", "Work failed"),
)


def upgrade() -> None:
    """Add it. An installation that has its catalogues gets the first codes; a new one fills all at its start."""
    codes = op.create_table(
        "provider_codes",
        sa.Column("code", WORDS, nullable=False),
        sa.Column("meaning", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_provider_codes"),
    )
    if op.get_bind().execute(sa.text("SELECT 1 FROM statuses LIMIT 1")).first():
        rows = [{"code": code, "meaning": meaning, "name": name, "active": True} for code, meaning, name in CODES]
        op.bulk_insert(codes, rows)


def downgrade() -> None:
    """Remove it."""
    op.drop_table("provider_codes")
