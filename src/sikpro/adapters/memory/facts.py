"""The facts for recaps, in memory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sikpro.adapters.memory.queries import sorted_page
from sikpro.adapters.memory.rows import Names, Wanted, elapsed, in_seconds
from sikpro.adapters.memory.store import State
from sikpro.application.ports.facts import KEPT, LATE, Dimension, Interval, Spread, TimeBasis
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.domain.order import Order
from sikpro.domain.promise import PROMISE


class MemoryOrderFacts:
    """Counts the facts of every recap."""

    def __init__(self, state: State) -> None:
        self._state = state

    def counts(
        self, which: OrderFilter, by: Sequence[Dimension], zone: str, basis: TimeBasis = TimeBasis.RECEIVED
    ) -> Mapping[tuple[str, ...], int]:
        """Return the number of orders by the values of the dimensions."""
        names = Names(self._state)
        local = ZoneInfo(zone)
        return dict(
            Counter(
                tuple(_value(order, dimension, _at(order, basis, local), names) for dimension in by)
                for order in self._wanted(which)
            )
        )

    def rows(self, which: OrderFilter, *, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the orders behind the counts, oldest received first, one page at a time."""
        return tuple(map(Names(self._state).row, sorted_page(self._wanted(which), Sort.OLDEST, after, limit)))

    def spreads(self, which: OrderFilter, intervals: Sequence[Interval]) -> Mapping[Interval, Spread]:
        """Return the lengths of each interval, for the orders in which it is over."""
        found = list(self._wanted(which))
        return {
            interval: _ranked(span for order in found if (span := _span(order, interval)) is not None)
            for interval in intervals
        }

    def daily_spreads(
        self, which: OrderFilter, intervals: Sequence[Interval], zone: str
    ) -> Mapping[Interval, Mapping[str, Spread]]:
        """Return the lengths of each interval, by the day of the end."""
        local = ZoneInfo(zone)
        days: dict[Interval, dict[str, list[timedelta]]] = {interval: {} for interval in intervals}
        for order in self._wanted(which):
            at = _at(order, TimeBasis.FINISHED, local)
            for interval in intervals:
                span = _span(order, interval)
                if span is not None and at is not None:
                    days[interval].setdefault(at.date().isoformat(), []).append(span)
        return {
            interval: {day: _ranked(spans) for day, spans in sorted(theirs.items())}
            for interval, theirs in days.items()
        }

    def began_at(self) -> datetime | None:
        """Return the time of the first recorded order, None if there is none."""
        first = min(self._state.orders.values(), key=lambda order: order.id, default=None)
        return first.recorded_at if first else None

    def _wanted(self, which: OrderFilter) -> Iterator[Order]:
        return filter(Wanted(which, Names(self._state)), self._state.orders.values())


def _ranked(found: Iterable[timedelta]) -> Spread:
    spans = sorted(found)
    if not spans:
        return Spread()
    median, p90 = (in_seconds(spans[-(-len(spans) * part // 100) - 1]) for part in (50, 90))
    return Spread(count=len(spans), median=median, p90=p90)


def _at(order: Order, basis: TimeBasis, local: ZoneInfo) -> datetime | None:
    at = order.received_at if basis is TimeBasis.RECEIVED else order.finished_at
    return None if at is None else at.astimezone(local)


def _span(order: Order, interval: Interval) -> timedelta | None:
    if interval.turn:
        return order.clock.spent.get(interval.turn)
    start, end = order.received_at, order.first_action_at
    if interval is Interval.HANDLING:
        return None if end is None or order.finished_at is None else elapsed(end, order.finished_at)
    return None if end is None else elapsed(start, end)


def _value(order: Order, dimension: Dimension, at: datetime | None, names: Names) -> str:
    data = order.data
    match dimension:
        case Dimension.TYPE:
            return data.type
        case Dimension.STO:
            return data.sto.value
        case Dimension.SITE_OPERATION:
            return names.site_operations.get(data.sto.value, "")
        case Dimension.TECHNICIAN:
            return data.technician.value
        case Dimension.HELPDESK:
            return "" if order.helpdesk is None else str(order.helpdesk)
        case Dimension.CHANNEL:
            return order.channel.value
        case Dimension.PHASE:
            return order.phase.value
        case Dimension.STATUS:
            return order.status
        case Dimension.HOUR:
            return f"{at.hour:02}" if at else ""
        case Dimension.DAY:
            return at.date().isoformat() if at else ""
        case Dimension.PROMISE:
            if order.finished_at is None:
                return ""
            return KEPT if elapsed(order.received_at, order.finished_at) <= PROMISE else LATE
