"""A list of orders, defined by its address: view, filters and start."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen
from litestar import Request

from sikpro.application.i18n import Words
from sikpro.application.ports.queries import Key, OrderFilter, PastLimit, Sort
from sikpro.application.reports.recap_query import RecapQuery, Span, helpdesk_of, is_helpdesk
from sikpro.application.use_cases.orders.list_orders import AGES, age_span
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Stage, Turn
from sikpro.domain.promise import PROMISE
from sikpro.domain.search_text import is_short
from sikpro.domain.text import storable


def _of_stages(*stages: Stage) -> dict[str, frozenset[Phase]]:
    """Return one view per stage, each followed by its phases that have a separate view."""
    views: dict[str, frozenset[Phase]] = {}
    for stage in stages:
        views[stage.value] = stage.phases
        views |= {phase.value: frozenset({phase}) for phase in Phase if phase.stage is stage and phase.rule.own_view}
    return views


VIEWS: Mapping[str, frozenset[Phase]] = {
    "todo": OPEN,
    "open": OPEN,
    **_of_stages(Stage.WAITING, Stage.IN_PROGRESS),
    "mine": OPEN,
    **_of_stages(Stage.HELD_UP, Stage.COMPLETED, Stage.CANCELLED),
    "all": frozenset(),
    "deleted": frozenset(),
}
"""The phases of each view; no phases means all. *todo* has the orders that wait for the helpdesk, replies included."""

FIRST = "todo"
"""The default view: the next work is on top, not orders that others hold up for weeks."""

COUNTED = tuple(view for view, phases in VIEWS.items() if phases and phases <= OPEN)
"""The views of open orders: each shows its count."""

FILTERS = (
    *("phase", "status", "type", "sto", "site_operation", "technician", "helpdesk", "channel"),
    *(
        "age",
        "overdue",
        "day",
        "month",
        "received",
        "finished",
        "hour",
        "finished_hour",
        "group",
        "tti",
        "due",
        "in_time",
        "acted",
        "waited",
        "turn",
    ),
)
"""The filters of a view, by the name of the query parameter.

`phase` is one of `Phase`, for any view; `age` is one of `AGES`, for open orders since their receipt; `overdue` is `1`.
`day`, `month` and `received` (`2026-11-01_2026-11-15`) filter by receipt; `finished` takes any of the three formats. A
day may have an hour: `2026-11-23T09`. `hour` and `finished_hour` are an hour of any day. `group` is the group of a
reason, `tti` the time until the end, `acted` the first action of a helpdesk, `waited` the turn that was waited for.
`due` (any of the three formats) is the period in which orders fell due, `in_time` whether they were completed by then.
`-` stands for no Site Operation, helpdesk or group.
"""

_HOURS = frozenset(f"{hour:02}" for hour in range(24))
CHOICES: Mapping[str, frozenset[str]] = {
    "phase": frozenset(Phase),
    "age": frozenset(AGES),
    "overdue": frozenset({"1"}),
    "acted": frozenset({"1"}),
    "tti": frozenset({"within", "late"}),
    "in_time": frozenset({"yes", "no"}),
    "waited": frozenset(Turn),
    "turn": frozenset(Turn),
    "hour": _HOURS,
    "finished_hour": _HOURS,
}

SPANS: Mapping[str, frozenset[Span]] = {
    "day": frozenset({Span.DAY}),
    "month": frozenset({Span.MONTH}),
    "received": frozenset({Span.FREE}),
    "finished": frozenset(Span),
    "due": frozenset(Span),
}

Limits = tuple[PastLimit, ...]


@frozen(kw_only=True)
class Listing:
    """The list that an address asks for; invalid parameters are left out.

    `since` is the newest order at the time when the list was opened: later orders are announced. `chosen` is the sort
    that a person chose by the head of a column.
    """

    view: str
    filters: Mapping[str, str] = field(factory=dict[str, str])
    text: str = ""
    since: int | None = None
    after: Key | None = None
    before: Key | None = None
    top: Key | None = None
    chosen: Sort | None = None

    @classmethod
    def of(cls, query: Mapping[str, str], me: Person) -> Self:
        """Parse a query string. Without a view, a search or a phase covers all orders, an age covers open orders."""
        text = storable(query.get("q", "")).strip()[:100]
        given = {name: storable(query.get(name, "")).strip()[:64] for name in FILTERS}
        filters = {name: value for name, value in given.items() if value and _sensible(name, value)}
        view = query.get("view", "")
        if view not in views_for(me):
            view = _unsaid(text, filters)
        after, top, since = Key.read(query.get("after", "")), Key.read(query.get("top", "")), query.get("since", "")
        listing = cls(
            view=view,
            filters=filters,
            text=text,
            after=after,
            before=Key.read(query.get("before", "")),
            top=top,
            since=int(since) if _whole(since) else None,
        )
        sort = query.get("sort", "")
        chosen = Sort(sort) if sort in set(Sort) and sort != listing.sort else None
        return evolve(listing, chosen=chosen if chosen and (listing.live or not chosen.column) else None)

    @classmethod
    def of_query(cls, query: str, me: Person) -> Self:
        """Parse a query string as text."""
        return cls.of(dict(parse_qsl(query)), me)

    @property
    def short(self) -> bool:
        """Whether its text is so short that it finds whole codes only."""
        return is_short(self.text)

    @property
    def live(self) -> bool:
        """Whether it has open orders only: these can be sorted by a column."""
        phase = self.filters.get("phase")
        return Phase(phase).live if phase else self.view in COUNTED

    @property
    def sort(self) -> Sort:
        """Return the order of rows: open orders oldest first, so that the next one is on top; others newest first."""
        return self.chosen or (Sort.OLDEST if self.live else Sort.NEWEST)

    def sorted_by(self, column: str) -> str:
        """Return the address of the list sorted by a column, "" for the time of receipt; the other way if it is."""
        if column == self.sort.column:
            return self.address(sort=self.sort.back)
        return self.address(sort=Sort(column) if column else Sort.OLDEST)

    @property
    def next_from(self) -> "Listing":
        """Return the list from which *take next* takes: this one, or the whole queue if none of its orders can wait."""
        phase = self.filters.get("phase")
        phases = frozenset({Phase(phase)}) if phase else VIEWS[self.view]
        waiting = not phases or bool(phases & Stage.WAITING.phases)
        return self if waiting and self.view not in {"mine", "deleted"} else Listing(view=FIRST)

    def which(self, me: Person, now: datetime, zone: ZoneInfo, limits: Limits, view: str = "") -> OrderFilter:
        """Return the filter of this view, or of another view without the phase; `limits` come from `past_limits`."""
        phase = "" if view else self.filters.get("phase", "")
        view, given = view or self.view, self.filters
        helpdesk = given.get("helpdesk", "")
        return OrderFilter(
            phases=frozenset({Phase(phase)}) if phase else VIEWS[view],
            turn=Turn.HELPDESK if view == "todo" else Turn(given["turn"]) if "turn" in given else None,
            holder=me.id if view == "mine" else None,
            deleted=view == "deleted",
            text=self.text,
            type=given.get("type", ""),
            sto=given.get("sto", ""),
            status=given.get("status", ""),
            site_operation=given.get("site_operation", ""),
            technician=given.get("technician", ""),
            helpdesk=helpdesk_of(helpdesk) if helpdesk else None,
            channel=given.get("channel", ""),
            received=self._received(now, zone),
            overdue=limits if given.get("overdue") else None,
            finished=_period(given.get("finished", ""), zone),
            hour=_hour(given.get("hour", ""), zone),
            finished_hour=_hour(given.get("finished_hour", ""), zone),
            group=given.get("group", ""),
            acted="acted" in given,
            waited=Turn(given["waited"]) if "waited" in given else None,
            took_at_most=PROMISE if given.get("tti") == "within" else None,
            took_over=PROMISE if given.get("tti") == "late" else None,
            due=_due(given.get("due", ""), now, zone),
            in_time=given["in_time"] == "yes" if "in_time" in given else None,
        )

    def address(self, **changes: str | None) -> str:
        """Return the address of this list with changed parameters; None removes one."""
        query: dict[str, str | None] = {"view": self.view, **self.filters, "q": self.text or None, "sort": self.chosen}
        query |= changes
        kept = {name: value for name, value in query.items() if value}
        if kept.get("view") == _unsaid(kept.get("q") or "", kept):
            del kept["view"]
        return "/orders" + (f"?{urlencode(kept)}" if kept else "")

    @property
    def query(self) -> str:
        """Return the query of the address, without the position in the list."""
        return self.address().partition("?")[2]

    @property
    def place(self) -> str:
        """Return the query of the address with the position in the list: what the address of an order carries."""
        after, before = (key_text(key) if key else None for key in (self.after, self.before))
        return self.address(after=after, before=before).partition("?")[2]

    @property
    def behind(self) -> str:
        """Return the end of an order's address that has this list beside the order, or behind it."""
        return f"?{urlencode({'in': place})}" if (place := self.place) else ""

    def order_address(self, order_id: int) -> str:
        """Return the address of an order with this list beside it, or behind it."""
        return f"/orders/{order_id}{self.behind}"

    def plain(self) -> str:
        """Return the address without filters."""
        return self.address(**dict.fromkeys(self.filters))

    def without(self, name: str) -> str:
        """Return the address without one filter."""
        return self.address(**{name: None})

    def _received(self, now: datetime, zone: ZoneInfo) -> Period | None:
        given = self.filters
        dated = _period(given.get("day") or given.get("month") or given.get("received", ""), zone)
        aged = age_span(self.filters["age"], now) if "age" in self.filters else None
        if dated and aged:
            return Period(max(dated.start, aged.start), min(dated.end, aged.end))
        return dated or aged


def list_behind(request: Request[Any, Any, Any], me: Person) -> Listing:
    """Return the list of an order's address (`in`), or that of the page from which a request comes."""
    given = request.query_params.get("in")
    if given is None:
        page = urlsplit(str(request.headers.get("hx-current-url") or request.headers.get("referer") or ""))
        given = page.query if page.path == "/orders" else dict(parse_qsl(page.query)).get("in", "")
    return Listing.of_query(given, me)


def views_for(me: Person) -> tuple[str, ...]:
    """Return the views of a person: *mine* only for people who work on orders, *deleted* only for an admin."""
    hidden = set() if me.may(Permission.WORK) else {"mine"}
    hidden |= set() if me.may(Permission.ADMINISTER) else {"deleted"}
    return tuple(view for view in VIEWS if view not in hidden)


def view_name(view: str, words: Words) -> str:
    """Return the name of a view; a view of a phase has the phase's name."""
    return words(f"phase.{view}" if view in set(Phase) else f"queue.view.{view}")


def view_about(view: str, words: Words) -> str:
    """Return the sentence that explains a view."""
    known = f"queue.about.{view}"
    return words(known) if words.knows(known) else words("queue.about.phase", phase=view_name(view, words))


def nothing_in(view: str, words: Words) -> str:
    """Return the text of a view without orders."""
    known = f"queue.empty.{view}"
    return words(known) if words.knows(known) else words("queue.empty.phase", phase=view_name(view, words))


def key_text(key: Key) -> str:
    """Return a position in a list as text for an address."""
    return str(key)


def _unsaid(text: str, filters: Mapping[str, str | None]) -> str:
    """Return the view of an address that does not name one."""
    if text or filters.get("phase"):
        return "all"
    return "open" if filters.get("age") or filters.get("overdue") else FIRST


def _period(text: str, zone: ZoneInfo) -> Period | None:
    """Parse a span of days, a month, a day or an hour of a day; None for invalid text."""
    day, _, hour = text.partition("T")
    if hour:
        return Period.of_hour(date.fromisoformat(day), int(hour), zone)
    return RecapQuery.parse(text).period(zone) if text else None


def _due(text: str, now: datetime, zone: ZoneInfo) -> Period | None:
    """Return the span of a period in which orders fell due: it ends now, if the period has not ended."""
    period = _period(text, zone)
    return period and Period(period.start, max(min(period.end, now), period.start))


def _hour(text: str, zone: ZoneInfo) -> tuple[int, str] | None:
    return (int(text), zone.key) if text else None


def _sensible(name: str, value: str) -> bool:
    if name in SPANS:
        day, _, hour = value.partition("T")
        try:
            span = RecapQuery.parse(day).span
        except InvalidValue:
            return False
        return span in SPANS[name] and (not hour or (span is Span.DAY and hour in _HOURS))
    if name in CHOICES:
        return value in CHOICES[name]
    return is_helpdesk(value) if name == "helpdesk" else True


def _whole(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= 15
