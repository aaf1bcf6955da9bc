"""Check one order, list the queue and search, within each person's permissions."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from attrs import evolve, frozen

from sikpro.application.ports.queries import LAST_ID, Key, OrderFilter, OrderRow, PastLimit, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.domain.errors import NotFound, NotPermitted
from sikpro.domain.events import OrderReopened, StatusChanged, StatusUndone
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.working_time import passed_before

PACE = timedelta(hours=2)
"""The span of first actions from which the pace is computed."""

AGES: Mapping[str, tuple[timedelta, timedelta | None]] = {
    "1h": (timedelta(), timedelta(hours=1)),
    "4h": (timedelta(hours=1), timedelta(hours=4)),
    "24h": (timedelta(hours=4), timedelta(hours=24)),
    "72h": (timedelta(hours=24), timedelta(hours=72)),
    "old": (timedelta(hours=72), None),
}
"""The age ranges of open orders in recaps: from, and below. Telkom promises to finish within 72 hours."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_PAGE = 200

LEAP = timedelta(days=1)
"""A second look is worth its time where the list has no order for so long."""


def check_order(uow: UnitOfWork, number: str, by: Person) -> OrderRow:
    """Return an order's row by its registration number. Raises `NotFound`, also when the person may not view it."""
    order = order_named(uow, number)
    row = uow.order_queries.row(order.id)
    if row is None or not may_view(order, row, by):
        raise NotFound.order(number)
    return row


def may_view(order: Order, row: OrderRow, by: Person) -> bool:
    """Whether a person may view an order: all orders, those of their Site Operation, or their own."""
    if by.may(Permission.VIEW_ALL):
        return True
    if not by.active:
        return False
    own = order.sender == by.id or (by.technician_code is not None and row.technician == by.technician_code)
    same_so = bool(by.site_operation) and row.site_operation == by.site_operation
    return own or (same_so and by.may(Permission.VIEW_SITE_OPERATION))


def state_since(uow: UnitOfWork, row: OrderRow) -> datetime:
    """Return when an order got its present status. Joined messages and nudges since then do not count."""
    entries = uow.journal.of_order(row.id)
    since = row.changed_at if entries else row.finished_at or row.changed_at  # the history of archived ones is not here
    undone = 0
    for entry in reversed(entries):
        # A status that was set and undone changed nothing.
        if isinstance(entry.event, StatusUndone):
            undone += 1
            continue
        if undone and isinstance(entry.event, StatusChanged | OrderReopened):
            undone -= 1
            continue
        if (entry.event.state.phase, entry.event.state.status) != (row.phase, row.status):
            break
        since = entry.event.at
    return since


def list_orders(
    uow: UnitOfWork, which: OrderFilter, by: Person, *, sort: Sort, after: Key | None = None, limit: int = 50
) -> tuple[OrderRow, ...]:
    """Return a page of the orders that a person may view, however far they lie apart.

    Raises `NotPermitted`, also for deleted orders unless the person is an admin.
    """
    return uow.order_queries.page(permitted(which, by), sort=sort, after=after, limit=limit)


@frozen
class Looked:
    """What one look through a list found; with `edge` there may be more of the list after that place.

    It `leaps` if the next order that may be of the list is far from where the look ended.
    """

    rows: tuple[OrderRow, ...]
    edge: Key | None = None
    leaps: bool = False


def look_through(
    uow: UnitOfWork, which: OrderFilter, by: Person, *, sort: Sort, after: Key | None = None, limit: int = 50
) -> Looked:
    """Return a page like `list_orders`, after looks of bounded length (`OrderQueries.edge`).

    Where the first look finds nothing, and the next order that may be of the filter is far, a second look begins there.
    A look that fills the page has no edge; another look begins after the edge of the one before. A list sorted by a
    column goes to the end: an edge in time cuts it anywhere. Raises `NotPermitted`.
    """
    allowed = permitted(which, by)
    looked = _look(uow, allowed, sort, after, limit)
    if looked.leaps and not looked.rows:
        looked = _look(uow, allowed, sort, looked.edge, limit)
    return looked


def _look(uow: UnitOfWork, which: OrderFilter, sort: Sort, after: Key | None, limit: int) -> Looked:
    edge = None if sort.column else uow.order_queries.edge(which, down=sort.down, after=after)
    near = which.until(edge, down=sort.down, after=after)
    rows = uow.order_queries.page(near, sort=sort, after=after, limit=limit)
    if edge is None or len(rows) == limit:
        return Looked(rows)
    beyond = _beyond(uow, which, sort, edge)
    return Looked(rows, beyond, leaps=_leaps(edge, beyond))


def _beyond(uow: UnitOfWork, which: OrderFilter, sort: Sort, edge: datetime) -> Key | None:
    """Return from where the next look begins; all orders received at the moment of the edge were looked at."""
    return uow.order_queries.next_possible(which, down=sort.down, after=Key(edge, 0 if sort.down else LAST_ID))


def count_look(uow: UnitOfWork, which: OrderFilter, by: Person, *, sort: Sort, cap: int) -> tuple[int, bool]:
    """Count what `look_through` finds from the list's beginning, up to `cap`, and say whether that is all of the list.

    Raises `NotPermitted`.
    """
    allowed = permitted(which, by)
    count, edge = _count_look(uow, allowed, sort, None, cap)
    if edge is not None and count < cap:
        after = _beyond(uow, allowed, sort, edge)
        if after is None:
            return count, True
        if not count and _leaps(edge, after):
            count, edge = _count_look(uow, allowed, sort, after, cap)
    return count, edge is None


def _leaps(edge: datetime, beyond: Key | None) -> bool:
    return beyond is not None and abs(beyond.received_at - edge) > LEAP


def _count_look(
    uow: UnitOfWork, which: OrderFilter, sort: Sort, after: Key | None, cap: int
) -> tuple[int, datetime | None]:
    edge = None if sort.column else uow.order_queries.edge(which, down=sort.down, after=after)
    # A first look that found none: those received at the very moment of the place are none of the filter.
    near = which.until(edge, down=sort.down, after=after)
    if edge is None and after is not None:
        near = which.since(after, down=sort.down)
    return uow.order_queries.count(near, cap), edge


def permitted(which: OrderFilter, by: Person) -> OrderFilter:
    """Return a filter limited to what a person may list. Raises `NotPermitted` where that is nothing."""
    if not by.may(Permission.VIEW_ALL):
        by.must(Permission.VIEW_SITE_OPERATION)
        if not by.site_operation:
            raise NotPermitted(permission=Permission.VIEW_SITE_OPERATION)
        which = evolve(which, site_operation=by.site_operation)
    if which.deleted:
        by.must(Permission.ADMINISTER)
    return which


def every_order(uow: UnitOfWork, which: OrderFilter) -> Iterator[OrderRow]:
    """Return all orders of a filter, oldest first, read page by page. Rights are the caller's."""
    after: Key | None = None
    while rows := uow.order_queries.page(which, sort=Sort.OLDEST, after=after, limit=_PAGE):
        yield from rows
        after = rows[-1].key


def age_span(age: str, now: datetime) -> Period:
    """Return the receipt times of orders whose age is now in one of `AGES`. Raises `KeyError` for another name."""
    youngest, oldest = AGES[age]
    # Ages are half-open like times: an order of exactly one hour belongs to the second range.
    start = _LONG_AGO if oldest is None else now - oldest + _TICK
    return Period(start, now - youngest + _TICK)


def past_limits(uow: UnitOfWork, now: datetime, zone: str, part: float = 1) -> tuple[PastLimit, ...]:
    """Return the filter `OrderFilter.overdue` for orders that `overdue_step` calls overdue.

    With `part`, orders past that part of their limit count.
    """
    installation = uow.installation.get()
    return tuple(
        PastLimit(
            row.code,
            passed_before(row.first_action_limit * part, now, installation, zone),
            passed_before(row.completion_limit * part, now, installation, zone),
        )
        for row in uow.catalogue.order_types()
    )


def search_orders(uow: UnitOfWork, text: str, by: Person, limit: int = 20) -> tuple[OrderRow, ...]:
    """Return the newest orders that match a text and that a person may view."""
    return find_orders(uow, text, by, limit).rows


def find_orders(uow: UnitOfWork, text: str, by: Person, limit: int = 20) -> Looked:
    """Return what one look from the newest order finds of a text, for each key stroke in the search box."""
    return look_through(uow, OrderFilter(text=text), by, sort=Sort.NEWEST, limit=limit)


def related_orders(uow: UnitOfWork, row: OrderRow, by: Person, limit: int = 6) -> tuple[OrderRow, ...]:
    """Return the newest other orders of the same modem, then of the same ODP, that a person may view."""
    found: dict[int, OrderRow] = {}
    for which in (OrderFilter(serial=row.serial), OrderFilter(odp=row.odp)):
        for other in uow.order_queries.page(which, sort=Sort.NEWEST, after=None, limit=limit + 1):
            if other.id != row.id and may_view(uow.orders.get(other.id), other, by):
                found.setdefault(other.id, other)
    return tuple(found.values())[:limit]


def expected_wait(uow: UnitOfWork, place: int, now: datetime) -> timedelta | None:
    """Return the expected wait at a place in the queue, at the pace of the last hours; None when unknown."""
    done = uow.order_queries.first_actions_since(now - PACE)
    return PACE * place / done if done >= 3 else None
