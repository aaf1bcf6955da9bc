"""Closed months in the database."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import JSON, Column, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.dialect import insert_new
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.months import ClosedMonth, OpenedMonth

closed_months = Table(
    "closed_months",
    metadata,
    Column("month", Words, primary_key=True),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("closed_by", Id),
    Column("figures", JSON, nullable=False),
)
"""`month` is `2026-11`; `closed_by` is empty if the month closed automatically."""


opened_months = Table(
    "opened_months",
    metadata,
    Column("month", Words, primary_key=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("opened_by", Id, nullable=False),
    Column("reason", Words, nullable=False),
)
"""Months that were closed and opened again, until they are closed."""

_months = closed_months.c


class SqlClosedMonths:
    """Stores the closed months, and those opened again."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, closed: ClosedMonth) -> bool:
        """Save a month's figures; return False if it is closed already."""
        row = {
            "month": closed.month,
            "closed_at": closed.closed_at,
            "closed_by": closed.closed_by,
            "figures": dict(closed.figures),
        }
        inserted = insert_new(self._transaction, closed_months, ["month"]).returning(_months.month)
        added = self._transaction.scalar(inserted, row) is not None
        if added:
            self._transaction.execute(sa.delete(opened_months).where(opened_months.c.month == closed.month))
        return added

    def relabel(self, closed: ClosedMonth) -> bool:
        """Replace the figures; return False if the month is not closed."""
        update = sa.update(closed_months).where(_months.month == closed.month).values(figures=dict(closed.figures))
        return self._transaction.execute(update).rowcount > 0

    def open(self, opened: OpenedMonth) -> bool:
        """Open a closed month again; return False if it is not closed."""
        removed = sa.delete(closed_months).where(_months.month == opened.month).returning(_months.month)
        if self._transaction.scalar(removed) is None:
            return False
        row = {
            "month": opened.month,
            "opened_at": opened.opened_at,
            "opened_by": opened.opened_by,
            "reason": opened.reason,
        }
        self._transaction.execute(sa.insert(opened_months), row)
        return True

    def opened(self) -> Mapping[str, OpenedMonth]:
        """Return the months that were opened and not closed again."""
        found = self._transaction.execute(sa.select(opened_months)).mappings()
        return {row["month"]: OpenedMonth(**row) for row in found}

    def get(self, month: str) -> ClosedMonth | None:
        """Return a closed month, None if it is open."""
        selected = sa.select(closed_months).where(_months.month == month)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return None if row is None else ClosedMonth(**row)

    def names(self) -> frozenset[str]:
        """Return all closed months."""
        return frozenset(self._transaction.execute(sa.select(_months.month)).scalars())
