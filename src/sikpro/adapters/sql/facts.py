"""The facts for recaps, counted in the database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sikpro.adapters.sql.filters import elapsed, local_hour, paged, rows, wanted
from sikpro.adapters.sql.mappers import list_row
from sikpro.adapters.sql.tables import orders, stos
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.facts import Dimension, Interval, Spread, TimeBasis
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow

_c = orders.c
_CLOCKS: dict[TimeBasis, ColumnElement[Any]] = {TimeBasis.RECEIVED: _c.received_at, TimeBasis.FINISHED: _c.finished_at}
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


_TIMES = frozenset({Dimension.HOUR, Dimension.DAY})
_GROUPED = 3
"""The most dimensions that the database groups by."""


class SqlOrderFacts:
    """Counts the facts of every recap."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def counts(
        self, which: OrderFilter, by: Sequence[Dimension], zone: str, basis: TimeBasis = TimeBasis.RECEIVED
    ) -> Mapping[tuple[str, ...], int]:
        """Return the number of orders by the values of the dimensions."""
        clock = _CLOCKS[basis]
        plain = [dimension for dimension in by if dimension not in _TIMES]
        columns: list[ColumnElement[Any]] = [_COLUMNS[dimension] for dimension in plain]
        if len(plain) < len(by):
            columns.append(local_hour(self._transaction, clock, zone))
        labelled = [column.label(f"d{place}") for place, column in enumerate(columns)]
        chosen = sa.select(*labelled).select_from(orders).where(*wanted(self._transaction, which))
        if Dimension.SITE_OPERATION in by:
            chosen = chosen.outerjoin(stos, stos.c.code == _c.sto)
        rows: Mapping[tuple[Any, ...], int]
        if len(columns) > _GROUPED:
            # To sort rows into so many groups takes longer than to count them here.
            rows = Counter(map(tuple, self._transaction.execute(chosen)))
        else:
            # By label: PostgreSQL does not recognise two bound zones as the same expression.
            labels: list[ColumnElement[Any]] = [sa.literal_column(f"d{place}") for place in range(len(columns))]
            grouped = chosen.add_columns(sa.func.count()).group_by(*labels)
            rows = {tuple(values): n for *values, n in self._transaction.execute(grouped) if n}
        return _by(rows, plain, by)

    def rows(self, which: OrderFilter, *, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the orders behind the counts, oldest received first, one page at a time."""
        selected = rows.where(*wanted(self._transaction, which))
        found = self._transaction.execute(paged(selected, after=after, limit=limit)).mappings()
        return tuple(map(list_row, found))

    def spread(self, which: OrderFilter, interval: Interval) -> Spread:
        """Return the lengths of an interval, for the orders in which it is over."""
        span = self._span(interval)
        ranked = (
            sa.select(
                span.label("span"),
                sa.func.row_number().over(order_by=span).label("rank"),
                sa.func.count().over().label("many"),
            )
            .where(*wanted(self._transaction, which), span.is_not(None))
            .subquery()
        )
        found = self._transaction.execute(sa.select(sa.func.count(), *_percentiles(ranked)).select_from(ranked)).one()
        return _spread(*found)

    def daily_spread(self, which: OrderFilter, interval: Interval, zone: str) -> Mapping[str, Spread]:
        """Return the lengths of an interval, by the day of the end."""
        span, hour = self._span(interval), local_hour(self._transaction, _c.finished_at, zone)
        ended = (
            sa.select(span.label("span"), sa.func.substr(hour, 1, 10, type_=sa.Text).label("day"))
            .where(*wanted(self._transaction, which), span.is_not(None), _c.finished_at.is_not(None))
            .subquery()
        )
        ranked = sa.select(
            ended.c.span,
            ended.c.day,
            sa.func.row_number().over(partition_by=ended.c.day, order_by=ended.c.span).label("rank"),
            sa.func.count().over(partition_by=ended.c.day).label("many"),
        ).subquery()
        by_day = (
            sa.select(ranked.c.day, sa.func.count(), *_percentiles(ranked))
            .group_by(ranked.c.day)
            .order_by(ranked.c.day)
        )
        return {day: _spread(*found) for day, *found in self._transaction.execute(by_day)}

    def began_at(self) -> datetime | None:
        """Return the time of the first recorded order, None if there is none."""
        began: datetime | None = self._transaction.scalar(sa.select(_c.recorded_at).order_by(_c.id).limit(1))
        return began

    def _span(self, interval: Interval) -> ColumnElement[Any]:
        if interval.turn:
            return sa.type_coerce(_c[f"spent_{interval.turn}"], sa.BigInteger)
        times = (
            (_c.first_action_at, _c.finished_at)
            if interval is Interval.HANDLING
            else (_c.received_at, _c.first_action_at)
        )
        return elapsed(self._transaction, *times)


def _percentiles(ranked: sa.Subquery) -> list[ColumnElement[Any]]:
    return [
        sa.func.max(sa.case((ranked.c.rank == (ranked.c.many * part + 99) // 100, ranked.c.span))) for part in (50, 90)
    ]


def _spread(count: int, median: int | None, p90: int | None) -> Spread:
    return Spread(count=count, median=_duration(median), p90=_duration(p90))


def _duration(microseconds: int | None) -> timedelta | None:
    return None if microseconds is None else timedelta(seconds=int(microseconds) // 1_000_000)


def _by(
    rows: Mapping[tuple[Any, ...], int], plain: Sequence[Dimension], by: Sequence[Dimension]
) -> Mapping[tuple[str, ...], int]:
    """Return counts by dimensions; after the values of the plain ones a row may have a local hour."""
    if len(plain) == len(by):
        return {tuple(["" if value is None else str(value) for value in values]): n for values, n in rows.items()}
    counts = Counter[tuple[str, ...]]()
    for (*values, hour), n in rows.items():
        found = dict(zip(plain, ("" if value is None else str(value) for value in values), strict=True))
        found |= {Dimension.DAY: (hour or "")[:10], Dimension.HOUR: (hour or "")[11:13]}
        counts[tuple([found[dimension] for dimension in by])] += n
    return counts
