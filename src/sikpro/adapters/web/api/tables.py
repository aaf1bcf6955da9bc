"""Tables for other tools: orders and daily sums as CSV, the same columns as the views of the database."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.openapi.spec import Operation
from litestar.params import FromQuery
from litestar.response import Stream

from sikpro.adapters.web.api.admission import BASIC, TAKES
from sikpro.adapters.web.api.call import Call
from sikpro.adapters.web.api.listing import PARAMETERS, PLACE, described, listing_of, which_of
from sikpro.application.ports.queries import Key, OrderFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.open_tables import (
    DAILY_COLUMNS,
    ORDER_COLUMNS,
    OpenCells,
    Value,
    daily_rows,
    order_cells,
)
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.people import Permission

AT_ONCE = 2_000
"""The orders that are read at once: the whole table is not one transaction, and no order comes twice."""

_CHOICES = tuple(name for name in PARAMETERS if name not in {*PLACE, "sort"})
_CSV = "text/csv"


@dataclass
class _OfAllOrders(Operation):
    """Describes the filters of the table."""

    def __post_init__(self) -> None:
        """Add them to the operation."""
        self.parameters = [*(self.parameters or []), *map(described, _CHOICES)]


class TablesApi(Controller):
    """Tables for other tools. They also take the token as the password of Basic authentication."""

    path = "/tables"
    tags = ["Tables for other tools"]  # noqa: RUF012  # Litestar's own type for it
    opt = {BASIC: True}  # noqa: RUF012  # Litestar's own type for it

    @get(
        "/orders.csv",
        operation_id="get_orders_table",
        summary="Get orders as CSV, by all filters of the queue",
        operation_class=_OfAllOrders,
        opt={TAKES: _CHOICES},
        media_type=_CSV,
    )
    async def orders(self, call: NamedDependency[Call]) -> Stream:
        """Return every order of the filters, oldest first; all orders without one. For who may see recaps."""
        call.me.must(Permission.VIEW_REPORTS)
        query = {name: call.request.query_params[name] for name in _CHOICES if name in call.request.query_params}
        listing, zone = listing_of({"view": "all"} | query, call.me)[0], call.parts.zone

        def begin(uow: UnitOfWork) -> tuple[OrderFilter, OpenCells]:
            return which_of(uow, listing, query, call), OpenCells.of(uow, zone)

        which, cells = await call.parts.transactions.read(begin)
        return Stream(_orders(call, which, cells), media_type=_CSV)

    @get(
        "/daily.csv",
        operation_id="get_daily_table",
        summary="Get the sums of a period by day, type and STO as CSV",
        media_type=_CSV,
    )
    async def daily(self, call: NamedDependency[Call], period: FromQuery[str]) -> Stream:
        """Return a row for each day, order type and STO where something happened, with the columns of `v_daily`."""
        query, zone = RecapQuery.parse(period), call.parts.zone
        rows = await call.parts.transactions.read_long(lambda uow: list(daily_rows(uow, query, call.me, zone)))
        return Stream(iter([csv_of([tuple(DAILY_COLUMNS), *rows])]), media_type=_CSV)


async def _orders(call: Call, which: OrderFilter, cells: OpenCells) -> AsyncIterator[bytes]:
    yield csv_of([tuple(column.name for column in ORDER_COLUMNS)])
    after: Key | None = None
    while True:

        def read(uow: UnitOfWork, after: Key | None = after) -> tuple[bytes, Key | None]:
            rows = uow.order_facts.rows(which, after=after, limit=AT_ONCE)
            last = rows[-1].key if len(rows) == AT_ONCE else None
            return csv_of(order_cells(row, cells) for row in rows), last

        part, after = await call.parts.transactions.read_long(read)
        if part:
            yield part
        if after is None:
            return


def csv_of(rows: Iterable[Sequence[Value]]) -> bytes:
    """Return rows as CSV for programs (RFC 4180): commas, a point in numbers, texts as they are."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
