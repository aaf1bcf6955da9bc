"""The filters of orders as a script writes them: words for codes, `4h` for a time, a day for a span."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TypedDict, TypeVar

from attrs import evolve, frozen

from sikpro.application.ports.queries import NOBODY, UNKNOWN, OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.catalogue.lookup import CATALOGUED, codes_to_filter_by
from sikpro.application.use_cases.orders.list_orders import past_limits
from sikpro.application.use_cases.orders.order_age import aged, duration_of, waiting_for
from sikpro.domain.errors import InvalidValue
from sikpro.domain.order_data import Channel
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Turn
from sikpro.entrypoints.library.session import Session, person_named

E = TypeVar("E", bound=StrEnum)


class OrderSearch(TypedDict, total=False):
    """The filters of `orders.where`; one that is left out does not narrow the list.

    `phase`, `turn`, `waited` and `channel` are words (`waiting`, `helpdesk`, `telegram`); `open` is every phase in
    which somebody still has to act. `status`, `type`, `sto` and `site_operation` are codes of the catalogue; `phase`,
    `type` and `sto` may be several. `holder` (who has it now) and `helpdesk` (who had it last; "-" for nobody) are user
    names. `technician` is a technician code. `text` is what the search field takes.

    `serial` is a whole serial number, `maker` its beginning (the maker's id, ZTEG), `odp` a whole name, `group` the
    reason group of a status ("-" for none). `waited` is a turn that is over (`technician`: orders that waited for one),
    `acted` orders on which a helpdesk did something, `newer_than` those added after the order with this id.

    `received`, `finished`, `due` and `turn_began` are a day (`date`, `2026-11-29`, `today`, `yesterday`), a month
    (`2026-11`), several days (`2026-11-01_2026-11-15`) or a `Period`. `older_than` and `younger_than` are the time
    since the receipt, `turn_for` the least time that the present turn lasts (`turn="technician", turn_for="2d"` waits
    for a technician since two days), `took_at_most` and `took_over` the time from the receipt to the end,
    `changed_within` the time since the last change, `changed_since` the moment of it: `4h`, `2d`, `1h30m`, or a
    `timedelta`. `overdue` is past its limit, and the helpdesk's turn.
    `in_time` selects of the orders that fall `due` those within the promise, or the others. `hour` and `finished_hour`
    are 0 to 23 in the installation's zone. `deleted` is for admins.

    `sort` is `oldest` (as without it), `newest`, or for open orders a column: `number`, `type`, `sto`, `technician`,
    `status`, each with `-` in front for the greatest first.
    """

    phase: str | Collection[str]
    open: bool
    status: str
    type: str | Collection[str]
    sto: str | Collection[str]
    site_operation: str
    technician: str
    holder: str
    helpdesk: str
    channel: str
    turn: str
    waited: str
    acted: bool
    text: str
    serial: str
    maker: str
    odp: str
    group: str
    received: str | date | Period
    finished: str | date | Period
    due: str | date | Period
    turn_began: str | date | Period
    older_than: str | timedelta
    younger_than: str | timedelta
    turn_for: str | timedelta
    changed_within: str | timedelta
    changed_since: datetime
    took_at_most: str | timedelta
    took_over: str | timedelta
    newer_than: int
    overdue: bool
    in_time: bool
    hour: int
    finished_hour: int
    deleted: bool
    sort: str


@frozen(kw_only=True)
class Search:
    """A search whose names and words are understood; what depends on the time is decided when it is read."""

    fixed: OrderFilter
    sort: Sort
    older_than: timedelta | None = None
    younger_than: timedelta | None = None
    turn_for: timedelta | None = None
    changed_within: timedelta | None = None
    overdue: bool = False

    def at(self, uow: UnitOfWork, now: datetime, zone: str) -> OrderFilter:
        """Return the filter at a time."""
        which = aged(self.fixed, now, older_than=self.older_than, younger_than=self.younger_than)
        which = waiting_for(which, now, self.turn_for)
        if self.changed_within is not None:
            which = evolve(which, changed_since=now - self.changed_within)
        return evolve(which, overdue=past_limits(uow, now, zone)) if self.overdue else which


def understood(session: Session, given: OrderSearch) -> Search:
    """Return what a script searches. Raises `ValueError` with the known words for one that is not known."""
    return session.read(lambda uow, by, now: _understood(uow, given, now, session))


def _understood(uow: UnitOfWork, given: OrderSearch, now: datetime, session: Session) -> Search:
    fields: dict[str, object] = {}
    known = known_codes(uow)
    words: Mapping[str, type[StrEnum]] = {"channel": Channel, "turn": Turn, "waited": Turn}
    relative: dict[str, timedelta] = {}
    for name, value in given.items():
        match name:
            case "phase":
                fields["phases"] = frozenset(_word(Phase, name, one) for one in _several(value))
            case "open":
                fields["phases"] = OPEN if value else frozenset(Phase) - OPEN
            case "channel" | "turn" | "waited":
                fields[name] = _word(words[name], name, str(value))
            case "sto" | "type":
                codes = [code_meant(f"where: {name}", one, known[name]()) for one in _several(value)]
                fields |= {name: codes[0]} if len(codes) == 1 else {f"{name}s": frozenset(codes)}
            case "status" | "site_operation" | "group":
                fields[name] = code_meant(f"where: {name}", str(value), known[name]())
            case "holder" | "helpdesk":
                fields[name] = NOBODY if value == UNKNOWN else person_named(uow, str(value)).id
            case "received" | "finished" | "due" | "turn_began":
                fields[name] = _span(name, value, now, session)
            case "older_than" | "younger_than" | "changed_within" | "turn_for":
                relative[name] = duration(name, value)
            case "took_at_most" | "took_over":
                fields[name] = duration(name, value)
            case "hour" | "finished_hour":
                fields[name] = (_hour(name, value), session.zone)
            case "sort" | "overdue":
                pass
            case "technician":
                fields[name] = str(value).strip().upper()
            case _:
                fields[name] = value
    sort = _word(Sort, "sort", given.get("sort", Sort.OLDEST))
    which = OrderFilter(**fields)  # type: ignore[arg-type]  # each name has its own type in `OrderSearch`
    if sort.column and not which.open_only:
        raise ValueError(f"where: sort: {sort} needs open=True or a phase of open orders: only these are sorted by it")
    return Search(fixed=which, sort=sort, overdue=given.get("overdue", False), **relative)


def known_codes(uow: UnitOfWork) -> Mapping[str, Callable[[], Iterable[str]]]:
    """Return what reads the codes of the catalogues, by the filter that takes one of them."""
    return {name: partial(codes_to_filter_by, uow, name) for name in CATALOGUED}


def duration(name: str, value: object) -> timedelta:
    """Return a time such as `4h`, `2d` or `1h30m`. Raises `ValueError`."""
    if isinstance(value, timedelta):
        return value
    found = duration_of(str(value))
    if found is None:
        raise ValueError(f"where: {name}: {value!r} is no time: write 90m, 4h, 2d, 1w or 1h30m")
    return found


def _several(value: object) -> tuple[str, ...]:
    found = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Collection) else ()
    if not found:
        raise ValueError("where: an empty choice selects nothing: leave it out")
    return tuple(map(str, found))


def _word(kind: type[E], name: str, value: str) -> E:
    try:
        return kind(value.strip().lower())
    except ValueError:
        raise ValueError(f"where: {name}: there is no {value!r}; there are {', '.join(kind)}") from None


def code_meant(place: str, value: str, known: Iterable[str]) -> str:
    """Return a code of a catalogue as it is written there. Raises `ValueError` with the known ones for another."""
    codes = {code.casefold(): code for code in known}
    if not codes:  # an installation without this catalogue accepts every code
        return value.strip().upper()
    try:
        return codes[value.strip().casefold()]
    except KeyError:
        raise ValueError(f"{place}: there is no {value!r}; there are {', '.join(codes.values())}") from None


def _hour(name: str, value: object) -> int:
    if isinstance(value, int) and 0 <= value <= 23:
        return value
    raise ValueError(f"where: {name}: {value!r} is no hour from 0 to 23")


def _span(name: str, value: object, now: datetime, session: Session) -> Period:
    if isinstance(value, Period):
        return value
    today = now.astimezone(session.local).date()
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    if isinstance(value, datetime):
        raise ValueError(f"where: {name}: {value} is one moment: give a day, or a Period from one to another")
    if isinstance(value, date):
        return Period.of_day(value, session.local)
    typed = str(value).strip().lower()
    try:
        query = RecapQuery.day(days[typed]) if typed in days else RecapQuery.parse(typed)
    except InvalidValue:
        known = "today, yesterday, 2026-11-29, 2026-11 or 2026-11-01_2026-11-15"
        raise ValueError(f"where: {name}: {value!r} is no time that is known: write {known}") from None
    return query.period(session.local)
