"""The facts for recaps, counted in the database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from sikpro.adapters.sql.chosen_index import read_by
from sikpro.adapters.sql.filters import elapsed, local_hour, paged, rows, wanted
from sikpro.adapters.sql.mappers import list_row
from sikpro.adapters.sql.tables import orders, stos
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.facts import KEPT, LATE, Dimension, Interval, Spread, TimeBasis
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow
from sikpro.domain.period import Period
from sikpro.domain.phase import Turn
from sikpro.domain.promise import PROMISE

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

_SHORT = timedelta(days=100)
"""The longest period whose orders are fewer than those of a place, a person or a type over the years."""

_MICROSECOND = timedelta(microseconds=1)


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
        columns: list[ColumnElement[Any]] = [self._column(dimension) for dimension in plain]
        if len(plain) < len(by):
            columns.append(local_hour(self._transaction, clock, zone))
        labelled = [column.label(f"d{place}") for place, column in enumerate(columns)]
        chosen = self._read(sa.select(*labelled).select_from(orders), which)
        if Dimension.SITE_OPERATION in by:
            chosen = chosen.outerjoin(stos, stos.c.code == _c.sto)
        rows: Mapping[tuple[Any, ...], int]
        if len(columns) > _GROUPED:
            # To sort rows into so many groups takes longer than to count them here.
            rows = Counter(map(tuple, self._transaction.execute(chosen).all()))
        else:
            # By label: PostgreSQL does not recognise two bound zones as the same expression.
            labels: list[ColumnElement[Any]] = [sa.literal_column(f"d{place}") for place in range(len(columns))]
            grouped = chosen.add_columns(sa.func.count()).group_by(*labels)
            rows = {tuple(values): n for *values, n in self._transaction.execute(grouped).all() if n}
        return _by(rows, plain, by)

    def rows(self, which: OrderFilter, *, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the orders behind the counts, oldest received first, one page at a time."""
        selected = self._read(rows, which)
        return tuple(map(list_row, self._transaction.rows(paged(selected, after=after, limit=limit))))

    def spreads(self, which: OrderFilter, intervals: Sequence[Interval]) -> Mapping[Interval, Spread]:
        """Return the lengths of each interval, for the orders in which it is over."""
        found = self._spans(which, intervals)
        return {interval: _spread(row[place] for row in found) for place, interval in enumerate(intervals)}

    def daily_spreads(
        self, which: OrderFilter, intervals: Sequence[Interval], zone: str
    ) -> Mapping[Interval, Mapping[str, Spread]]:
        """Return the lengths of each interval, by the day of the end."""
        days: dict[str, list[Sequence[Any]]] = {}
        for *spans, hour in self._spans(which, intervals, local_hour(self._transaction, _c.finished_at, zone)):
            if hour is not None:
                days.setdefault(hour[:10], []).append(spans)
        spread = {
            interval: {day: _spread(row[place] for row in days[day]) for day in sorted(days)}
            for place, interval in enumerate(intervals)
        }
        return {interval: {day: one for day, one in found.items() if one.count} for interval, found in spread.items()}

    def began_at(self) -> datetime | None:
        """Return the time of the first recorded order, None if there is none."""
        began: datetime | None = self._transaction.scalar(sa.select(_c.recorded_at).order_by(_c.id).limit(1))
        return began

    def _read(self, selected: sa.Select[Any], which: OrderFilter) -> sa.Select[Any]:
        """Return the statement over the orders of a filter, on SQLite by the index of their period.

        It would rather walk all orders that an STO, a helpdesk or a technician ever had.
        """
        index = _index_for(which) if self._transaction.on_sqlite else ""
        return read_by(selected.where(*wanted(self._transaction, which)), orders, index)

    def _column(self, dimension: Dimension) -> ColumnElement[Any]:
        if dimension is not Dimension.PROMISE:
            return _COLUMNS[dimension]
        took = elapsed(self._transaction, _c.received_at, _c.finished_at)
        return sa.case(
            (took <= PROMISE // _MICROSECOND, sa.literal_column(f"'{KEPT}'")),
            (took.is_not(None), sa.literal_column(f"'{LATE}'")),
        )

    def _spans(
        self, which: OrderFilter, intervals: Sequence[Interval], *more: ColumnElement[Any]
    ) -> Sequence[Sequence[Any]]:
        columns = [self._span(interval).label(f"s{place}") for place, interval in enumerate(intervals)]
        selected = self._read(sa.select(*columns, *more).select_from(orders), which)
        return self._transaction.execute(selected).all()

    def _span(self, interval: Interval) -> ColumnElement[Any]:
        if interval.turn:
            return sa.type_coerce(_c[f"spent_{interval.turn}"], sa.BigInteger)
        times = (
            (_c.first_action_at, _c.finished_at)
            if interval is Interval.HANDLING
            else (_c.received_at, _c.first_action_at)
        )
        return elapsed(self._transaction, *times)


def _index_for(which: OrderFilter) -> str:
    if which.deleted or which.text:
        return ""
    if _is_short(which.finished):
        return "ix_orders_kept_finished"
    if which.open_only:
        if which.overdue is not None or which.turn is Turn.HELPDESK:
            return "ix_orders_live_turn"
        return "ix_orders_live_technician" if which.technician else "ix_orders_live"
    if _is_short(which.received) or _is_short(which.due):
        return next((f"ix_orders_{name}_received_at_id" for name in which.codes), "ix_orders_kept_received")
    return ""


def _is_short(period: Period | None) -> bool:
    return period is not None and period.end - period.start <= _SHORT


def _spread(found: Iterable[int | None]) -> Spread:
    spans = sorted(int(span) for span in found if span is not None)
    if not spans:
        return Spread()
    median, p90 = (timedelta(seconds=spans[-(-len(spans) * part // 100) - 1] // 1_000_000) for part in (50, 90))
    return Spread(count=len(spans), median=median, p90=p90)


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
