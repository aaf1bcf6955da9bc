"""Closed months in the database."""

import sqlalchemy as sa
from sqlalchemy import JSON, Column, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.dialect import insert_new
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.months import ClosedMonth

closed_months = Table(
    "closed_months",
    metadata,
    Column("month", Words, primary_key=True),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("closed_by", Id),
    Column("figures", JSON, nullable=False),
)
"""`month` is `2026-11`; `closed_by` is empty if the month closed automatically."""


_months = closed_months.c


class SqlClosedMonths:
    """Stores the closed months, each permanently."""

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
        return self._transaction.scalar(inserted, row) is not None

    def get(self, month: str) -> ClosedMonth | None:
        """Return a closed month, None if it is open."""
        selected = sa.select(closed_months).where(_months.month == month)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return None if row is None else ClosedMonth(**row)

    def names(self) -> frozenset[str]:
        """Return all closed months."""
        return frozenset(self._transaction.execute(sa.select(_months.month)).scalars())
