"""What falls due before midnight and what is past it already, and whose turn the open orders are."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.orders.list_orders import age_span
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Turn
from sikpro.domain.promise import due_at, received_when_due_in

LISTED = 8
"""The most orders of a list."""

OLDEST = 3
"""How many of the oldest orders of each turn are shown."""

COUNTED = 9_999
"""Open orders are counted up to this number."""

TURNS = (Turn.HELPDESK, Turn.TECHNICIAN, Turn.CUSTOMER, Turn.SYSTEM)


@frozen(kw_only=True)
class DueOrder:
    """An order and when it falls due."""

    row: OrderRow
    at: datetime


@frozen(kw_only=True)
class DueList:
    """The number of orders, and the first of them."""

    count: int = 0
    orders: tuple[DueOrder, ...] = ()


@frozen(kw_only=True)
class OpenOrders:
    """The open orders of one turn: their number, and the oldest."""

    turn: Turn
    count: int
    oldest: tuple[OrderRow, ...]


@frozen(kw_only=True)
class DueSoon:
    """The open orders by the time they fall due: `today` until midnight, `tomorrow` in the twelve hours after, `past`.

    For a day that is over, `today` are the orders that fell due on it and are open still.
    """

    today: DueList = DueList()
    tomorrow: int = 0
    past: DueList = DueList()
    turns: tuple[OpenOrders, ...] = ()
    older: int = 0
    """How many open orders were received before the day."""

    lists: Mapping[str, OrderFilter] = field(factory=dict[str, OrderFilter])
    """The filter of each number: `today`, `tomorrow`, `past`."""

    @property
    def open(self) -> int:
        """The number of open orders of all turns."""
        return sum(turn.count for turn in self.turns)


def due_soon(uow: UnitOfWork, query: RecapQuery, own: int | None, now: datetime, zone: str) -> DueSoon:
    """Return what falls due on a day, of the orders that a query's filters select; for a past day, what did."""
    local = ZoneInfo(zone)
    day = query.period(local)
    running = now in day
    still = evolve(query.which(local, None, own), phases=OPEN)
    lists = {
        "today": evolve(
            still, received=received_when_due_in(Period(max(day.start, now) if running else day.start, day.end))
        ),
        "tomorrow": evolve(still, received=received_when_due_in(Period(day.end, day.end + timedelta(hours=12)))),
        "past": evolve(still, received=age_span("old", now)),
    }
    which = still if running else evolve(query.which(local, TimeBasis.RECEIVED, own), phases=OPEN)
    return DueSoon(
        today=_listed(uow, lists["today"]),
        tomorrow=uow.order_queries.count(lists["tomorrow"], COUNTED) if running else 0,
        past=_listed(uow, lists["past"]) if running else DueList(),
        turns=tuple(_of_turn(uow, which, turn) for turn in TURNS),
        older=uow.order_queries.count(evolve(still, received=_before(day.start)), COUNTED) if running else 0,
        lists=lists,
    )


def _before(moment: datetime) -> Period:
    return Period(age_span("old", moment).start, moment)


def _listed(uow: UnitOfWork, which: OrderFilter) -> DueList:
    rows = uow.order_queries.page(which, sort=Sort.OLDEST, after=None, limit=LISTED)
    count = len(rows) if len(rows) < LISTED else uow.order_queries.count(which, COUNTED)
    return DueList(count=count, orders=tuple(DueOrder(row=row, at=due_at(row.received_at)) for row in rows))


def _of_turn(uow: UnitOfWork, which: OrderFilter, turn: Turn) -> OpenOrders:
    theirs = evolve(which, turn=turn)
    return OpenOrders(
        turn=turn,
        count=uow.order_queries.count(theirs, COUNTED),
        oldest=uow.order_queries.page(theirs, sort=Sort.OLDEST, after=None, limit=OLDEST),
    )
