"""Working hours in parts for each day of the week, and the catalogue of holidays."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTALLATION = sa.table(
    "installation",
    sa.column("week", sa.JSON()),
    sa.column("work_from", sa.Text()),
    sa.column("work_until", sa.Text()),
    sa.column("work_days", sa.JSON()),
)
_AT_FIRST = ("08:00:00", "17:00:00")


def upgrade() -> None:
    """Give each working day the hours that all of them had."""
    op.create_table(
        "holidays",
        sa.Column("code", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_holidays"),
    )
    op.add_column("installation", sa.Column("week", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(INSTALLATION)).mappings().all():
        hours = [[row["work_from"], row["work_until"]]] if row["work_from"] < row["work_until"] else []
        week = [hours if day in row["work_days"] else [] for day in range(7)]
        connection.execute(sa.update(INSTALLATION).values(week=week))
    with op.batch_alter_table("installation") as table:
        table.alter_column("week", server_default=None)
        for name in ("work_from", "work_until", "work_days"):
            table.drop_column(name)


def downgrade() -> None:
    """Keep of each installation the earliest beginning and the latest end, for the days with work."""
    with op.batch_alter_table("installation") as table:
        table.add_column(sa.Column("work_from", WORDS, nullable=False, server_default=_AT_FIRST[0]))
        table.add_column(sa.Column("work_until", WORDS, nullable=False, server_default=_AT_FIRST[1]))
        table.add_column(sa.Column("work_days", sa.JSON(), nullable=False, server_default="[]"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(INSTALLATION)).mappings().all():
        parts = [hours for day in row["week"] for hours in day]
        first, last = (min(start for start, _ in parts), max(end for _, end in parts)) if parts else _AT_FIRST
        days = [day for day, hours in enumerate(row["week"]) if hours]
        connection.execute(sa.update(INSTALLATION).values(work_from=first, work_until=last, work_days=days))
    with op.batch_alter_table("installation") as table:
        for name in ("work_from", "work_until", "work_days"):
            table.alter_column(name, server_default=None)
        table.drop_column("week")
    op.drop_table("holidays")
