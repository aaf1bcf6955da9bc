"""The record of security events, for admins: search, filters, a file, and the last seven days as a picture."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from attrs import frozen
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.pages import Pages
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.table_files import kind_of, table_content, table_response
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.i18n import Words
from sikpro.application.ports.security_events import TROUBLE, EventFilter, EventKind, SecurityEvent
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Sheet
from sikpro.domain.people import Permission
from sikpro.domain.period import Period
from sikpro.domain.text import storable

PAGE = 50
MOST = 50_000
"""The most events in a file, the newest."""

DAYS = 7
HIGH = 60
"""How high the picture is, in its own units; a day is 100 wide."""

FILTERS = ("q", "kind", "person", "from", "to")


@frozen(kw_only=True)
class DayColumn:
    """A day of the picture: what was refused, and everything else, from the bottom to the top."""

    day: date
    x: int
    refused: int
    others: int
    refused_height: float
    others_height: float

    @property
    def refused_y(self) -> float:
        """The top of what was refused."""
        return round(HIGH - self.refused_height, 1)

    @property
    def others_y(self) -> float:
        """The top of the column."""
        return round(HIGH - self.refused_height - self.others_height, 1)


@frozen(kw_only=True)
class Wanted:
    """The filters of an address, as it has them and as the record reads them."""

    typed: Mapping[str, str]
    which: EventFilter

    def address(self, path: str, **more: str) -> str:
        """Return an address with these filters."""
        query = urlencode({**self.typed, **more})
        return f"{path}?{query}" if query else path


class SecurityController(Controller):
    """The page and its file."""

    path = "/security"
    guards = (only(Permission.ADMINISTER),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the events, newest first."""
        words, now = visit.words, parts.clock.now()
        wanted, before = _wanted(request.query_params, words), _number(request.query_params.get("before", ""))
        today = words.local(now).date()
        days = [today - timedelta(days=back) for back in reversed(range(DAYS))]

        def read(
            uow: UnitOfWork,
        ) -> tuple[Sequence[SecurityEvent], list[Mapping[EventKind, int]], list[tuple[str, str]]]:
            events = uow.security_events.page(wanted.which, before=before, limit=PAGE + 1)
            spans = [Period.of_day(day, words.zone) for day in days]
            people = [(str(person.id), person.name) for person in uow.people.all() if person.role]
            return events, [uow.security_events.counts(span.start, span.end) for span in spans], people

        events, counts, people = await parts.transactions.read(read)
        return pages.page(
            request,
            "ledgers/security.html",
            events=[(event, details_of(event, words)) for event in events[:PAGE]],
            typed={name: wanted.typed.get(name, "") for name in FILTERS},
            narrowed=len(wanted.typed.keys() - {"q"}),
            kinds=[(kind.value, words(f"security.kind.{kind}")) for kind in EventKind],
            people=sorted(people, key=lambda one: one[1].casefold()),
            week=_columns(days, counts),
            high=HIGH,
            day_of=lambda day: wanted_day(wanted, day),
            first=wanted.address("/security") if before else "",
            next=wanted.address("/security", before=str(events[PAGE - 1].id)) if len(events) > PAGE else "",
            files={kind: wanted.address(f"/security/file/events.{kind}") for kind in ("csv", "xlsx")},
        )

    @get("/file/{file:str}")
    async def export(
        self,
        request: Request[Any, Any, Any],
        file: FromPath[str],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[bytes]:
        """Return the events of the filters as a file, the newest first."""
        name, kind = kind_of(file)
        if name != "events":
            raise NotFoundException
        words = visit.words
        wanted = _wanted(request.query_params, words)

        def work(uow: UnitOfWork) -> bytes:
            events = uow.security_events.page(wanted.which, before=None, limit=MOST)
            return table_content(parts, _sheet(events, words), kind)

        return table_response(await parts.transactions.read_long(work), "SIKPRO-security", kind)


def wanted_day(wanted: Wanted, day: date) -> str:
    """Return the address of one day's events, with the other filters."""
    return wanted.address("/security", **{"from": day.isoformat(), "to": day.isoformat()})


def details_of(event: SecurityEvent, words: Words) -> str:
    """Return the details as a person reads them: a known code as its sentence."""
    if event.kind is EventKind.RECOVERY_CODE_USED:
        return words("security.left", count=event.details)
    if event.kind is EventKind.SETTINGS_CHANGED:
        return re.sub(r"\b([a-z_]+)_?([0-6]?): ", lambda name: f"{_setting(name[1], name[2], words)}: ", event.details)
    if event.kind is EventKind.PERSON_CHANGED:
        return ", ".join(_known(f"field.{name}", name, words) for name in event.details.split(", "))
    known = f"security.details.{event.details}"
    if event.kind in {EventKind.PERSON_ADDED, EventKind.ROLE_CHANGED} and event.details:
        return " ".join(
            words(f"role.{part}") if words.knows(f"role.{part}") else part for part in event.details.split()
        )
    return words(known) if words.knows(known) else event.details


def _setting(name: str, day: str, words: Words) -> str:
    return words(f"settings.day.{day}") if day else _known(f"settings.{name}", name, words)


def _known(code: str, otherwise: str, words: Words) -> str:
    return words(code) if words.knows(code) else otherwise


def _sheet(events: Sequence[SecurityEvent], words: Words) -> Sheet:
    columns = ("time", "kind", "person", "object", "address", "details")
    rows = [
        (
            words.local(event.at).replace(tzinfo=None),
            words(f"security.kind.{event.kind}"),
            event.name,
            event.object,
            event.address,
            details_of(event, words),
        )
        for event in events
    ]
    header = [words(f"security.{name}") for name in columns]
    return Sheet(name="Security", header=header, rows=rows, widths=(20, 24, 28, 40, 20, 40))


def _wanted(query: Mapping[str, str], words: Words) -> Wanted:
    """Return the filters of an address, without those that mean nothing."""
    typed: dict[str, str] = {}
    if text := storable(query.get("q", "")).strip()[:100]:
        typed["q"] = text
    if query.get("kind", "") in set(EventKind):
        typed["kind"] = query["kind"]
    if (person := _number(query.get("person", ""))) is not None:
        typed["person"] = str(person)
    for name in ("from", "to"):
        if day := _day(query.get(name, "")):
            typed[name] = day.isoformat()
    since, until = (_bounds(typed.get(name, ""), words.zone) for name in ("from", "to"))
    which = EventFilter(
        text=text,
        kind=EventKind(typed["kind"]) if "kind" in typed else None,
        actor=person,
        since=since[0] if since else None,
        until=until[1] if until else None,
    )
    return Wanted(typed=typed, which=which)


def _columns(days: Sequence[date], counts: Sequence[Mapping[EventKind, int]]) -> list[DayColumn]:
    refused = [sum(count for kind, count in one.items() if kind in TROUBLE) for one in counts]
    totals = [sum(one.values()) for one in counts]
    largest = max(totals) or 1
    return [
        DayColumn(
            day=day,
            x=100 * place,
            refused=bad,
            others=total - bad,
            refused_height=round(HIGH * bad / largest, 1),
            others_height=round(HIGH * (total - bad) / largest, 1),
        )
        for place, (day, bad, total) in enumerate(zip(days, refused, totals, strict=True))
    ]


def _bounds(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    day = _day(text)
    span = Period.of_day(day, zone) if day else None
    return (span.start, span.end) if span else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None
