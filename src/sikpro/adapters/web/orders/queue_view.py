"""The view model of a list of orders: rows with their urgency, counts of the views, choices of the filters."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.adapters.web.orders.order_listing import COUNTED, FIRST, SPANS, Limits, Listing, views_for
from sikpro.application.i18n import Words
from sikpro.application.ports.queries import LAST_ID, UNKNOWN, Key, OrderFilter, OrderRow, PastLimit, Sort
from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.shift_handovers import ShiftHandover
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.undo_and_views import SavedView, UndoStep
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.reports.wording import days_text
from sikpro.application.use_cases.catalogue.lookup import group_text
from sikpro.application.use_cases.orders.list_orders import (
    AGES,
    Looked,
    count_look,
    list_orders,
    look_through,
    past_limits,
    permitted,
)
from sikpro.application.use_cases.orders.set_aside import put_off
from sikpro.application.use_cases.orders.undo_status import undoable
from sikpro.domain.catalogue import OrderType, SiteOperation, Status, Sto
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Turn

PAGE = 50
MOST_IN_HAND = 200
CAP = 999
NEWER = 99
SOON = timedelta(minutes=5)
"""A claim that ends within this time is about to end."""

NEAR = 0.75
"""The part of a limit after which an order counts as near it."""

Choices = tuple[tuple[str, str], ...]


HANDED_SHOWN = timedelta(hours=2)
"""How long the list shows what a colleague handed over."""

COUNTED_UP_TO = 9_999
"""The highest count of a filtered list."""


@frozen
class Urgency:
    """An order's age against the limit of its type: `tone` is `old` or `ageing`, with the limit."""

    tone: str
    limit: timedelta


@frozen(kw_only=True)
class QueuePage:
    """The view model of a list; `total` is the count of a filtered list, of its first look only with `total_more`.

    With `edge` the list was looked through as far as that place, towards the first page with `Listing.before`.
    `first` and `last` are the places from which the pages before and after it begin.

    `newest` is the newest order, `newer` the number of orders since the list was opened. `next_name` is what
    `next_list_name` returns.
    """

    rows: tuple[OrderRow, ...]
    total: int
    total_more: bool
    edge: Key | None
    first: Key | None
    last: Key | None
    less: bool
    more: bool
    newer: int
    newest: int
    counts: Mapping[str, int]
    statuses: Mapping[str, Status]
    urgency: Mapping[int, Urgency]
    choices: Mapping[str, Choices]
    names: Mapping[str, str]
    mine: tuple[OrderRow, ...]
    undo: tuple[UndoStep, ...]
    saved: tuple[tuple[SavedView, int], ...]
    disturbed: Mapping[int, Disturbance]
    next_name: str
    put_off: tuple[tuple[SetAside, Order], ...] = ()
    handed: tuple[tuple[str, ShiftHandover], ...] = ()

    def other_turn(self, row: OrderRow) -> bool:
        """Return whether it is the turn of somebody else than the order's status says."""
        status = self.statuses.get(row.status)
        return row.phase.live and (status is None or status.turn is not row.turn)

    def labels(self, words: Words) -> Mapping[str, str]:
        """Return the text of each status by its code."""
        return {code: words.text(status.label) for code, status in self.statuses.items()}

    def ending(self, now: datetime) -> int:
        """Return how many of the person's claims end within `SOON`."""
        return sum(row.claimed_until is not None and row.claimed_until - now <= SOON for row in self.mine)


def read_queue(uow: UnitOfWork, listing: Listing, me: Person, words: Words, now: datetime, zone: str) -> QueuePage:
    """Return the list that a person may see. Raises `NotPermitted`."""
    limits, iana = past_limits(uow, now, zone), ZoneInfo(zone)
    which = permitted(listing.which(me, now, iana, limits), me)
    counts = {} if listing.text else _counts(uow, listing, me, now, iana, limits)
    known = counts.get(listing.view) if listing.filters and "phase" not in listing.filters else None
    # Where the count says that there is none, nothing is read to see it once more.
    looked, less, more = (Looked(()), False, False) if known == 0 else _page(uow, listing, which, me)
    rows = looked.rows
    total, total_more = (
        _total(uow, listing, which, me, looked, whole=not less and not more)
        if known is None
        else (min(known, COUNTED_UP_TO), known > COUNTED_UP_TO)
    )
    newest = uow.order_queries.newest_id()
    since = newest if listing.since is None else listing.since
    near = past_limits(uow, now, zone, NEAR)
    types = {row.code: row for row in uow.catalogue.order_types()}
    return QueuePage(
        rows=tuple(sorted(rows, key=lambda row: not is_resubmitted_to(row, me)))
        if listing.sort is Sort.OLDEST and not listing.chosen
        else rows,
        total=total,
        total_more=total_more,
        edge=looked.edge,
        first=looked.edge
        if listing.before and looked.edge
        else rows[0].key_in(listing.sort)
        if rows
        else _just(listing.after, earlier=listing.sort.down),
        last=rows[-1].key_in(listing.sort) if rows else _just(listing.before, earlier=not listing.sort.down),
        less=less,
        more=more,
        newer=uow.order_queries.count(within(evolve(which, newer_than=since), me), NEWER) if since < newest else 0,
        newest=since,
        counts=counts,
        statuses={status.code: status for status in uow.catalogue.statuses()},
        urgency={row.id: found for row in rows if (found := _urgency(row, types, limits, near))},
        choices=filter_choices(uow, words, me),
        names={name: _filter_text(uow, name, value, words) for name, value in listing.filters.items()},
        mine=_in_hand(uow, me),
        undo=undoable(uow, me, now),
        saved=_saved(uow, me, now, iana, limits),
        disturbed=uow.disturbances.open_of([row.id for row in rows]),
        next_name=next_list_name(uow, listing, me, words),
        put_off=put_off(uow, me, now) if me.may(Permission.WORK) else (),
        handed=tuple(
            (uow.people.get(one.by).name, one)
            for one in uow.shift_handovers.between(now - HANDED_SHOWN, now + timedelta(seconds=1))
            if one.to == me.id
        ),
    )


def _counts(
    uow: UnitOfWork, listing: Listing, me: Person, now: datetime, zone: ZoneInfo, limits: Limits
) -> Mapping[str, int]:
    """Return the number of orders of each counted view; without a filter up to `CAP` + 1."""
    shown = {view: within(listing.which(me, now, zone, limits, view), me) for view in COUNTED if view in views_for(me)}
    counts = uow.order_queries.count
    if listing.filters.keys() <= {"phase"} and me.may(Permission.VIEW_ALL):
        return dict(zip(shown, uow.order_queries.counts(tuple(shown.values()), CAP + 1), strict=True))
    # One walk for all of them: each alone would look at all open orders to find that none is of the filter.
    by_phase, todo = uow.order_queries.open_counts(shown["open"])

    def number(view: str, which: OrderFilter) -> int:
        if view == "mine" or (view == FIRST and "turn" in listing.filters):
            return counts(which, COUNTED_UP_TO + 1)
        return todo if view == FIRST else sum(by_phase[phase] for phase in which.phases)

    return {view: number(view, which) for view, which in shown.items()}


def next_list_name(uow: UnitOfWork, listing: Listing, me: Person, words: Words) -> str:
    """Return the name of the list from which *take next* takes; "" for the whole queue."""
    source = listing.next_from
    saved = next((view.name for view in uow.saved_views.of_person(me.id) if view.query == source.query), "")
    if saved:
        return saved
    filters = [_filter_text(uow, name, value, words) for name, value in source.filters.items()]
    return " · ".join([*filters, *([f"“{source.text}”"] if source.text else [])])


def is_resubmitted_to(row: OrderRow, me: Person) -> bool:
    """Return whether this person held up a free order whose data were corrected: that person sees it first."""
    return row.resubmitted and row.phase.waits and row.helpdesk == me.id


def within(which: OrderFilter, me: Person) -> OrderFilter:
    """Limit a filter to the orders that `list_orders` would list."""
    return which if me.may(Permission.VIEW_ALL) else evolve(which, site_operation=me.site_operation or "")


def _total(
    uow: UnitOfWork, listing: Listing, which: OrderFilter, me: Person, looked: Looked, *, whole: bool
) -> tuple[int, bool]:
    """Return the count of a filtered list, and whether there may be more; the page may have all of it."""
    if not listing.filters and not listing.text:
        return 0, False
    if whole and listing.top is None:
        return len(looked.rows), looked.edge is not None
    count, is_all = count_look(uow, which, me, sort=listing.sort, cap=COUNTED_UP_TO + 1)
    return min(count, COUNTED_UP_TO), count > COUNTED_UP_TO or not is_all


def _page(uow: UnitOfWork, listing: Listing, which: OrderFilter, me: Person) -> tuple[Looked, bool, bool]:
    """Return the rows in the list's order, and whether there are rows before and after them."""
    if listing.before is not None:
        looked = look_through(uow, which, me, sort=listing.sort.back, after=listing.before, limit=PAGE + 1)
        found = looked.rows
        return evolve(looked, rows=found[:PAGE][::-1]), len(found) > PAGE or looked.edge is not None, True
    start = listing.after
    if listing.top and listing.sort is Sort.NEWEST and start is None:
        # Orders since the opening of the list wait behind a button, so that nothing moves under the cursor.
        start = evolve(listing.top, id=listing.top.id + 1)
    looked = look_through(uow, which, me, sort=listing.sort, after=start, limit=PAGE + 1)
    return evolve(looked, rows=looked.rows[:PAGE]), listing.after is not None, len(looked.rows) > PAGE


def _just(place: Key | None, *, earlier: bool) -> Key | None:
    """Return the place beside one, so that a page from there has the order of that place too."""
    if place is None:
        return None
    return evolve(place, id=max(place.id - 1, 0) if earlier else min(place.id + 1, LAST_ID))


def _in_hand(uow: UnitOfWork, me: Person) -> tuple[OrderRow, ...]:
    """Return the orders that the person has, the claim that ends first on top."""
    if not me.may(Permission.WORK):
        return ()
    rows = list_orders(uow, OrderFilter(holder=me.id), me, sort=Sort.OLDEST, limit=MOST_IN_HAND)
    return tuple(sorted(rows, key=lambda row: (row.claimed_until or row.received_at, row.id)))


def _saved(
    uow: UnitOfWork, me: Person, now: datetime, zone: ZoneInfo, limits: Limits
) -> tuple[tuple[SavedView, int], ...]:
    def count(view: SavedView) -> int:
        which = Listing.of_query(view.query, me).which(me, now, zone, limits)
        return uow.order_queries.count(within(which, me), CAP + 1)

    return tuple((view, count(view)) for view in uow.saved_views.of_person(me.id))


def _urgency(row: OrderRow, types: Mapping[str, OrderType], limits: Limits, near: Limits) -> Urgency | None:
    order_type = types.get(row.type)
    if order_type is None or not row.open or row.turn is not Turn.HELPDESK:
        return None
    for tone, many in (("old", limits), ("ageing", near)):
        limit = next(limit for limit in many if limit.type == row.type)
        if passed := _passed(row, order_type, limit):
            return Urgency(tone, passed)
    return None


def _passed(row: OrderRow, order_type: OrderType, limit: PastLimit) -> timedelta | None:
    if limit.completion is not None and row.received_at < limit.completion:
        return order_type.completion_limit
    late = limit.first_action is not None and row.received_at < limit.first_action
    return order_type.first_action_limit if late and row.first_action_at is None else None


def filter_choices(uow: UnitOfWork, words: Words, me: Person) -> Mapping[str, Choices]:
    """Return the choices of each filter, as value and name."""
    catalogue = uow.catalogue
    sites = catalogue.site_operations() if me.may(Permission.VIEW_ALL) else ()
    read = uow.people.all(), catalogue.order_types(), catalogue.stos(), catalogue.statuses(), sites
    key = words.language, bool(sites)
    before = _made.get(key)
    if before is None or any(old is not new for old, new in zip(before[0], read, strict=True)):
        before = _made[key] = read, _choices(words, *read)
    return before[1]


_made: dict[tuple[str, bool], tuple[tuple[object, ...], Mapping[str, Choices]]] = {}
"""The choices made last, and what was read for them: the same objects while the database has the same rows."""


def _choices(
    words: Words,
    people: tuple[Person, ...],
    order_types: tuple[OrderType, ...],
    stos: tuple[Sto, ...],
    statuses: tuple[Status, ...],
    sites: tuple[SiteOperation, ...],
) -> Mapping[str, Choices]:
    """Return the choices that follow from what was read."""
    return {
        "type": tuple((row.code, row.code) for row in order_types if row.active),
        "sto": tuple((row.code, row.code) for row in stos if row.active),
        "phase": tuple((phase.value, words(f"phase.{phase}")) for phase in Phase),
        "status": tuple((row.code, words.text(row.label)) for row in statuses if row.active),
        "site_operation": tuple((row.code, row.name) for row in sites if row.active),
        "technician": tuple((person.technician_code, person.name) for person in people if person.technician_code),
        "helpdesk": tuple(
            (str(person.id), person.name) for person in people if person.role and person.may(Permission.WORK)
        ),
        "channel": tuple((channel.value, words(f"channel.{channel}")) for channel in Channel),
        "overdue": (("1", words("queue.overdue")),),
        "age": tuple((age, words(f"queue.age.{age}")) for age in AGES),
    }


_NAMED = {
    "channel": "channel.{}",
    "phase": "phase.{}",
    "age": "queue.age.{}",
    "tti": "queue.tti.{}",
    "in_time": "queue.in_time.{}",
    "waited": "turn.{}",
    "turn": "turn.{}",
    "acted": "queue.acted",
}


def _filter_text(uow: UnitOfWork, name: str, value: str, words: Words) -> str:
    """Return the readable text of a filter's value."""
    if name == "status":
        return next((words.text(row.label) for row in uow.catalogue.statuses() if row.code == value), value)
    if value == UNKNOWN:
        return words("recap.unknown")
    if name == "group":
        return group_text(uow.catalogue.statuses(), value, words)
    if name == "helpdesk":
        return next((person.name for person in uow.people.all() if str(person.id) == value), value)
    if name == "overdue":
        return words("queue.overdue")
    if name in SPANS:
        day, _, hour = value.partition("T")
        days = days_text(RecapQuery.parse(day), words)
        return f"{days}, {words('recap.hour', hour=hour)}" if hour else days
    if name in {"hour", "finished_hour"}:
        return words("recap.hour", hour=value)
    known = _NAMED.get(name, "").format(value)
    return words(known) if known and words.knows(known) else value
