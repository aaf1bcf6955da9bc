"""The orders of a closed month that changed after it was closed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.queries import OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap_query import RecapQuery

LISTED = 20
"""The most orders shown."""


@frozen(kw_only=True)
class ChangedOrders:
    """The first orders that changed, oldest first; `more` says whether there are others."""

    orders: tuple[OrderRow, ...] = ()
    more: bool = False


def changed_orders(uow: UnitOfWork, query: RecapQuery, since: datetime, zone: str) -> ChangedOrders:
    """Return the orders received or finished in a period that changed or were deleted since a time.

    Any change counts, also one that no figure shows.
    """
    found: dict[int, OrderRow] = {}
    for basis in TimeBasis:
        which = evolve(query.which(ZoneInfo(zone), basis), changed_since=since)
        for one in (which, evolve(which, deleted=True)):
            page = uow.order_queries.page(one, sort=Sort.OLDEST, after=None, limit=LISTED + 1)
            found |= {row.id: row for row in page}
    rows = sorted(found.values(), key=lambda row: (row.received_at, row.id))
    return ChangedOrders(orders=tuple(rows[:LISTED]), more=len(rows) > LISTED)
