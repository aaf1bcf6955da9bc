"""A list of orders as its address says it: which view, which filters, from where on."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from sikpro.application.ports.queries import Key, OrderFilter, Sort
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.text import storable

OPEN = frozenset({Phase.WAITING, Phase.IN_PROGRESS, Phase.HELD_UP})
VIEWS: Mapping[str, frozenset[Phase]] = {
    "todo": OPEN,
    "open": OPEN,
    "waiting": frozenset({Phase.WAITING}),
    "in_progress": frozenset({Phase.IN_PROGRESS}),
    "mine": OPEN,
    "held_up": frozenset({Phase.HELD_UP}),
    "completed": frozenset({Phase.COMPLETED}),
    "cancelled": frozenset({Phase.CANCELLED}),
    "all": frozenset(),
    "deleted": frozenset(),
}
"""The views by name, and their phases; none stands for all. *todo* is what waits for the helpdesk, replies included."""

FIRST = "todo"
"""The view an address without one means: what is to be done next is on top, not what others hold up for weeks."""

COUNTED = ("todo", "open", "waiting", "in_progress", "mine", "held_up")
FILTERS = ("type", "sto", "status", "site_operation", "technician", "helpdesk", "channel", "day", "month", "finished")
"""What narrows a view, by the query parameter's name; `day` and `month` are those of receipt, `finished` is either."""


@frozen(kw_only=True)
class Listing:
    """What an address asks for. What it says amiss is left out."""

    view: str
    filters: Mapping[str, str] = field(factory=dict[str, str])
    text: str = ""
    after: Key | None = None
    top: Key | None = None

    @classmethod
    def of(cls, query: Mapping[str, str], me: Person) -> Self:
        """Understand a query string; a search without a view looks everywhere."""
        text = storable(query.get("q", "")).strip()[:100]
        view = query.get("view", "")
        if view not in views_for(me):
            view = "all" if text else FIRST
        given = {name: storable(query.get(name, "")).strip()[:64] for name in FILTERS}
        filters = {name: value for name, value in given.items() if value and _sensible(name, value)}
        after, top = _key(query.get("after", "")), _key(query.get("top", ""))
        return cls(view=view, filters=filters, text=text, after=after, top=top)

    @property
    def sort(self) -> Sort:
        """Open orders oldest first: the next one is on top. The others newest first."""
        return Sort.OLDEST if self.view in COUNTED else Sort.NEWEST

    def which(self, me: Person, zone: ZoneInfo, view: str = "") -> OrderFilter:
        """The filter, of this view or another."""
        view, given = view or self.view, self.filters
        helpdesk = given.get("helpdesk", "")
        return OrderFilter(
            phases=VIEWS[view],
            turn=Turn.HELPDESK if view == "todo" else None,
            holder=me.id if view == "mine" else None,
            deleted=view == "deleted",
            text=self.text,
            type=given.get("type", ""),
            sto=given.get("sto", ""),
            status=given.get("status", ""),
            site_operation=given.get("site_operation", ""),
            technician=given.get("technician", ""),
            helpdesk=int(helpdesk) if helpdesk else None,
            channel=given.get("channel", ""),
            received=self._received(zone),
            finished=_period(self.filters.get("finished", ""), zone),
        )

    def address(self, **changes: str | None) -> str:
        """The address of this list with some of its parameters changed; None takes one away."""
        query: dict[str, str | None] = {"view": self.view, **self.filters, "q": self.text or None} | changes
        kept = {name: value for name, value in query.items() if value}
        if kept.get("view") == ("all" if kept.get("q") else FIRST):
            del kept["view"]
        return "/orders" + (f"?{urlencode(kept)}" if kept else "")

    def without(self, name: str) -> str:
        """The address without one filter."""
        return evolve(self, filters={k: v for k, v in self.filters.items() if k != name}).address()

    def _received(self, zone: ZoneInfo) -> Period | None:
        return _period(self.filters.get("day") or self.filters.get("month", ""), zone)


def views_for(me: Person) -> tuple[str, ...]:
    """The views a person has: *mine* for who works on orders, *deleted* for an admin."""
    hidden = set() if me.may(Permission.WORK) else {"mine"}
    hidden |= set() if me.may(Permission.ADMINISTER) else {"deleted"}
    return tuple(view for view in VIEWS if view not in hidden)


def key_text(key: Key) -> str:
    """A place in a list, for an address."""
    return f"{key.received_at.isoformat()}~{key.id}"


def _key(text: str) -> Key | None:
    moment, _, number = text.partition("~")
    try:
        received_at = datetime.fromisoformat(moment)
        order_id = int(number)
    except ValueError:
        return None
    return Key(received_at, order_id) if received_at.tzinfo and 0 < order_id < 2**53 else None


def _period(text: str, zone: ZoneInfo) -> Period | None:
    """The day or the month that a text names."""
    if len(text) == len("2026-11"):
        return Period.of_month(date.fromisoformat(text + "-01"), zone)
    return Period.of_day(date.fromisoformat(text), zone) if text else None


def _sensible(name: str, value: str) -> bool:
    if name in {"day", "month", "finished"}:
        whole_month = name == "month" or (name == "finished" and len(value) == len("2026-11"))
        text = value + "-01" if whole_month else value
        try:
            return bool(re.fullmatch(r"(19|20)\d\d-\d\d-\d\d", text)) and date.fromisoformat(text) is not None
        except ValueError:
            return False
    if name == "helpdesk":
        return value.isascii() and value.isdecimal() and len(value) <= 15
    return True
