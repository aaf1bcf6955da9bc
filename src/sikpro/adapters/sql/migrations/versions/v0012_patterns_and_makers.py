"""The installation's patterns of numbers and boxes (none: those of the start), and the catalogue of makers."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MAKERS = (
    ("ZTEG", "ZTE"),
    ("HWTC", "Huawei"),
    ("ALCL", "Nokia/Alcatel"),
    ("NOKG", "Nokia"),
    ("NOKW", "Nokia"),
    ("FHTT", "FiberHome"),
    ("CDTC", "C-Data"),
    ("SKYW", "Skyworth"),
    ("GNXS", "Genexis"),
    ("RTEG", "RTEG"),
    ("XPON", "XPON"),
    ("CIGG", "CIG"),
)


def upgrade() -> None:
    """Add both. An installation that has its catalogues gets the first makers; a new one fills all at its start."""
    op.add_column("installation", sa.Column("patterns", sa.JSON()))
    makers = op.create_table(
        "makers",
        sa.Column("code", WORDS, primary_key=True),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    if op.get_bind().execute(sa.text("SELECT 1 FROM statuses LIMIT 1")).first():
        op.bulk_insert(makers, [{"code": code, "name": name, "active": True} for code, name in MAKERS])


def downgrade() -> None:
    """Remove what `upgrade` added."""
    op.drop_table("makers")
    op.drop_column("installation", "patterns")
