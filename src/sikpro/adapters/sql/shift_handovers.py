"""Handovers of shifts in the database."""

from datetime import datetime

import sqlalchemy as sa
from attrs import evolve
from sqlalchemy import JSON, Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.shift_handovers import ShiftHandover

shift_handovers = Table(
    "shift_handovers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("by", Id, ForeignKey("people.id"), nullable=False),
    Column("to", Id, ForeignKey("people.id")),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("text", Words, nullable=False),
    Column("orders", JSON, nullable=False),
    sqlite_autoincrement=True,
)

_c = shift_handovers.c
_BETWEEN = (
    sa.select(shift_handovers)
    .where(_c.at >= sa.bindparam("start", type_=_c.at.type), _c.at < sa.bindparam("end", type_=_c.at.type))
    .order_by(_c.at, _c.id)
)


class SqlShiftHandovers:
    """Stores the handovers."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, handover: ShiftHandover) -> ShiftHandover:
        """Save a handover and return it with its id."""
        row = {
            "by": handover.by,
            "to": handover.to,
            "at": handover.at,
            "text": handover.text,
            "orders": list(handover.orders),
        }
        inserted = sa.insert(shift_handovers).returning(_c.id)
        return evolve(handover, id=self._transaction.scalar(inserted, row))

    def between(self, start: datetime, end: datetime) -> tuple[ShiftHandover, ...]:
        """Return the handovers of a span, oldest first."""
        rows = self._transaction.rows(_BETWEEN, {"start": start, "end": end})
        return tuple(ShiftHandover(**{**row, "orders": tuple(row["orders"])}) for row in rows)
