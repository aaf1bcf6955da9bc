"""The facts of recaps, counted in the database."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sikpro.adapters.sql.filters import paged, rows, within
from sikpro.adapters.sql.mappers import list_row
from sikpro.adapters.sql.tables import orders, stos
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.queries import Clocked, Dimension, Key, OrderRow
from sikpro.domain.period import Period

_c = orders.c
_CLOCKS: dict[Clocked, ColumnElement[Any]] = {Clocked.RECEIVED: _c.received_at, Clocked.FINISHED: _c.finished_at}
_COLUMNS: dict[Dimension, ColumnElement[Any]] = {
    Dimension.TYPE: _c.type,
    Dimension.STO: _c.sto,
    Dimension.SITE_OPERATION: stos.c.site_operation,
    Dimension.TECHNICIAN: _c.technician,
    Dimension.HELPDESK: _c.helpdesk,
    Dimension.CHANNEL: _c.channel,
    Dimension.PHASE: _c.phase,
    Dimension.STATUS: _c.status,
}


class SqlOrderFacts:
    """The facts that every recap is made of; deleted orders are left out."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def counts(
        self, period: Period, clocked: Clocked, by: Sequence[Dimension], zone: str
    ) -> Mapping[tuple[str, ...], int]:
        """How many orders whose time lies in the period, by the dimensions' values."""
        clock = _CLOCKS[clocked]
        columns = [self._column(dimension, clock, zone).label(f"d{place}") for place, dimension in enumerate(by)]
        counted = (
            sa.select(*columns, sa.func.count())
            .select_from(orders)
            .outerjoin(stos, stos.c.code == _c.sto)
            .where(*within(clock, period), _c.deleted_at.is_(None))
            # By label: PostgreSQL would not see two bound zones as the same expression.
            .group_by(*(sa.literal_column(f"d{place}") for place in range(len(by))))
        )
        found = self._transaction.execute(counted).all()
        return {tuple("" if value is None else str(value) for value in values): n for *values, n in found if n}

    def rows(self, period: Period, clocked: Clocked, *, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """The orders behind the counts, oldest received first, a page at a time."""
        selected = rows.where(*within(_CLOCKS[clocked], period), _c.deleted_at.is_(None))
        found = self._transaction.execute(paged(selected, after=after, limit=limit)).mappings()
        return tuple(map(list_row, found))

    def first_day(self) -> date | None:
        """The UTC date of the oldest order, None when there is none."""
        first = sa.select(_c.received_at).where(_c.deleted_at.is_(None)).order_by(_c.received_at).limit(1)
        oldest: datetime | None = self._transaction.scalar(first)
        return oldest.date() if oldest else None

    def _column(self, dimension: Dimension, clock: ColumnElement[Any], zone: str) -> ColumnElement[Any]:
        if dimension in _COLUMNS:
            return _COLUMNS[dimension]
        hour: ColumnElement[Any]
        if self._transaction.on_sqlite:
            hour = sa.func.local_hour(sa.type_coerce(clock, sa.Text), zone, type_=sa.Text)
        else:
            hour = sa.func.to_char(sa.func.timezone(zone, clock), "YYYY-MM-DD HH24", type_=sa.Text)
        return sa.func.substr(hour, *((12, 2) if dimension is Dimension.HOUR else (1, 10)), type_=sa.Text)
