"""The facts of recaps in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sikpro.adapters.memory.queries import sorted_page
from sikpro.adapters.memory.rows import Names
from sikpro.adapters.memory.store import State
from sikpro.application.ports.queries import Clocked, Dimension, Key, OrderRow, Sort
from sikpro.domain.order import Order
from sikpro.domain.period import Period


class MemoryOrderFacts:
    """The facts that every recap is made of; deleted orders are left out."""

    def __init__(self, state: State) -> None:
        self._state = state

    def counts(
        self, period: Period, clocked: Clocked, by: Sequence[Dimension], zone: str
    ) -> Mapping[tuple[str, ...], int]:
        """How many orders whose time lies in the period, by the dimensions' values."""
        names = Names(self._state)
        local = ZoneInfo(zone)
        return dict(
            Counter(
                tuple(_value(order, dimension, at.astimezone(local), names) for dimension in by)
                for order, at in self._clocked(period, clocked)
            )
        )

    def rows(self, period: Period, clocked: Clocked, *, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """The orders behind the counts, oldest received first, a page at a time."""
        orders = (order for order, _ in self._clocked(period, clocked))
        return tuple(map(Names(self._state).row, sorted_page(orders, Sort.OLDEST, after, limit)))

    def first_day(self) -> date | None:
        """The UTC date of the oldest order, None when there is none."""
        oldest = min((o.received_at for o in self._state.orders.values() if o.deleted_at is None), default=None)
        return oldest.astimezone(UTC).date() if oldest else None

    def _clocked(self, period: Period, clocked: Clocked) -> Iterator[tuple[Order, datetime]]:
        for order in self._state.orders.values():
            at = order.received_at if clocked is Clocked.RECEIVED else order.finished_at
            if order.deleted_at is None and at is not None and at in period:
                yield order, at


def _value(order: Order, dimension: Dimension, at: datetime, names: Names) -> str:
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
            return f"{at.hour:02}"
        case Dimension.DAY:
            return at.date().isoformat()
