"""The list of orders: all filters of the queue page, but what is wrong with one is an error."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from litestar.openapi.spec import Operation, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType
from msgspec import Struct

from sikpro.adapters.web.api.call import Call
from sikpro.adapters.web.orders.order_listing import CHOICES, FILTERS, SPANS, VIEWS, Listing, views_for
from sikpro.application.as_json import OrderJson
from sikpro.application.ports.queries import Key, OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import CATALOGUED, codes_to_filter_by
from sikpro.application.use_cases.orders.list_orders import Looked, past_limits
from sikpro.application.use_cases.orders.order_age import aged, duration_of
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Person
from sikpro.domain.promise import PROMISE

PATH = "/api/v1/orders"
USUAL, MOST = 50, 200
"""How many orders a page has, and may have."""

PLACE = ("after", "limit")
SINCE = ("older_than", "younger_than")
PARAMETERS = ("view", "q", "sort", *FILTERS, *SINCE, *PLACE)
"""The query's parameters of the list."""

_PROMISED = PROMISE // timedelta(hours=1)

_SAID: Mapping[str, str] = {
    "view": "the queue's view; without it a search or a phase is over all orders",
    "q": "a part of number, serial, ODP, technician or note; two characters find whole codes",
    "sort": "`oldest`, `newest`, or a column of open orders, `-` in front for the other way",
    "after": "the cursor of the page before: where this page begins",
    "limit": f"orders of a page, {USUAL} without it, {MOST} at most",
    "helpdesk": "a person's id; `-` for none",
    "status": "a code of the catalogue",
    "type": "a code of the catalogue",
    "sto": "a code of the catalogue",
    "site_operation": "a code of the catalogue; `-` for none",
    "technician": "a technician's code",
    "channel": "by which door it came",
    "group": "the group of a held-up status; `-` for none",
    "day": "received on this day: `2026-11-23`, or within an hour of it: `2026-11-23T09`",
    "month": "received in this month: `2026-11`",
    "received": "received within these days: `2026-11-01_2026-11-15`",
    "finished": "completed or cancelled in a month, on a day or within days: `2026-11`, `2026-11-23`, "
    "`2026-11-01_2026-11-15`",
    "due": f"fell due (its receipt and {_PROMISED} hours) in a month, on a day or within days, until now: `2026-11`, "
    "`2026-11-23`, `2026-11-01_2026-11-15`",
    "age": "how long ago it was received, of open orders, in five ranges: `1h` below 1 hour, `4h` from 1 to below 4, "
    "`24h` from 4 to below 24, `72h` from 24 to below 72, `old` 72 hours and more",
    "older_than": "received so long ago or longer: `90m`, `4h`, `2d`, `1w`, `1h30m`",
    "younger_than": "received so long ago or later: `90m`, `4h`, `2d`, `1w`, `1h30m`",
    "overdue": "`1`: open orders past the limit of their type, if it is the helpdesk's turn",
    "acted": "`1`: a helpdesk has acted on it at least once, whatever became of it",
    "waited": "it has waited for this turn, in a span that is over; `turn` is the one it waits for now",
    "turn": "whose turn it is now",
    "tti": f"the time from receipt to the end: `within` {_PROMISED} hours, or `late`: longer; without an end neither",
    "in_time": f"`yes`: completed within {_PROMISED} hours; `no`: every other order. Use it with `due`",
    "hour": "received in this hour of any day: `09`",
    "finished_hour": "ended in this hour of any day: `09`",
    "phase": "a phase, in any view",
}

_WORDS: Mapping[str, Iterable[str]] = {**CHOICES, "view": VIEWS, "sort": Sort, "channel": Channel}


class OrderPage(Struct):
    """A page of orders. While there is a `next` there may be more, also after a page with few or none."""

    orders: list[OrderJson]
    next: str | None
    after: str | None


@dataclass
class ListsOrders(Operation):
    """Describes the parameters of the list."""

    def __post_init__(self) -> None:
        """Add them to the operation."""
        self.parameters = [*(self.parameters or []), *map(described, PARAMETERS)]


def listing_of(query: Mapping[str, str], me: Person) -> tuple[Listing, int]:
    """Return the list that a query asks for, and how many orders. Raises `InvalidFields` for what it cannot ask."""
    listing, errors = Listing.of(dict(query) | {"after": ""}, me), dict[str, DomainError]()
    for name in FILTERS:
        if query.get(name, "") and name not in listing.filters:
            errors[name] = _no_choice(query[name], CHOICES.get(name) or SPANS.get(name) or ())
    if (channel := query.get("channel", "")) and channel not in set(Channel):
        errors["channel"] = _no_choice(channel, Channel)
    errors |= {name: _no_choice("", words) for name, words in _WORDS.items() if query.get(name) == ""}
    for name in SINCE:
        if query.get(name, "") and duration_of(query[name]) is None:
            errors[name] = _no_choice(query[name], ("90m", "4h", "2d", "1w", "1h30m"))
    if query.get("view", "") and query["view"] not in views_for(me):
        errors["view"] = _no_choice(query["view"], views_for(me))
    sort = query.get("sort", "")
    if sort and listing.sort != sort:
        errors["sort"] = _no_choice(sort, Sort if listing.live else (Sort.OLDEST, Sort.NEWEST))
    limit = query.get("limit", str(USUAL))
    if not (limit.isascii() and limit.isdecimal() and len(limit) < 5 and 1 <= int(limit) <= MOST):
        errors["limit"] = _no_choice(limit, (f"1–{MOST}",))
    if errors:
        raise InvalidFields(errors)
    return listing, int(limit)


def which_of(uow: UnitOfWork, listing: Listing, query: Mapping[str, str], call: Call) -> OrderFilter:
    """Return the filter of a list. Raises `InvalidFields` for codes that no row of a catalogue with rows has."""
    known = {name: codes_to_filter_by(uow, name) for name in CATALOGUED if name in listing.filters}
    wrong = {
        name: listing.filters[name] for name, codes in known.items() if codes and listing.filters[name] not in codes
    }
    if wrong:
        raise InvalidFields({name: _no_choice(typed, known[name]) for name, typed in wrong.items()})
    zone = call.parts.zone
    which = listing.which(call.me, call.now, ZoneInfo(zone), past_limits(uow, call.now, zone))
    older, younger = (duration_of(query.get(name, "")) for name in SINCE)
    return aged(which, call.now, older_than=older, younger_than=younger)


def listing_of_text(query: str, me: Person) -> tuple[Listing, Mapping[str, str]]:
    """Return the list that a query as text asks for, and the query. Raises `InvalidFields`, also for unknown names."""
    given = dict(parse_qsl(query, keep_blank_values=True))
    names = {
        name: InvalidValue("api.parameter", name, known=", ".join(PARAMETERS)) for name in given.keys() - {*PARAMETERS}
    }
    if names:
        raise InvalidFields(names)
    return listing_of(given, me)[0], given


def key_of(cursor: str) -> Key | None:
    """Return where a page begins, None for the beginning. Raises `InvalidFields` for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        key = Key.read(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    except (Error, ValueError):
        key = None
    if key is None:
        raise InvalidFields({"after": InvalidValue("api.cursor", cursor)})
    return key


def cursor_of(key: Key) -> str:
    """Return the cursor for a place in a list."""
    return urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def page_of(looked: Looked, listing: Listing, query: Mapping[str, str], limit: int, rows: list[OrderJson]) -> OrderPage:
    """Return a page, with the address of the next one where there may be more."""
    after = looked.edge
    if looked.rows and len(looked.rows) == limit:
        after = looked.rows[-1].key_in(listing.sort)
    if after is None:
        return OrderPage(rows, None, None)
    cursor = cursor_of(after)
    kept = {name: value for name, value in query.items() if name != "after" and value}
    return OrderPage(rows, f"{PATH}?{urlencode({**kept, 'after': cursor})}", cursor)


def _no_choice(typed: str, known: Iterable[str]) -> InvalidValue:
    return InvalidValue("api.choice", typed, known=", ".join(sorted(known)) or "-")


def described(name: str) -> Parameter:
    """Return the description of a parameter of the list."""
    choices = sorted(_WORDS.get(name, ()))
    kind = OpenAPIType.INTEGER if name == "limit" else OpenAPIType.STRING
    schema = Schema(type=kind, enum=list(choices) or None)
    if name == "limit":
        schema.minimum, schema.maximum = 1, MOST
    return Parameter(name=name, param_in="query", required=False, description=_SAID[name], schema=schema)
