"""The shift: its figures by helpdesk, and the handover at its end."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.i18n import Words
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.shift import Shift, ShiftRow, shift
from sikpro.application.use_cases.orders.hand_over_shift import hand_over_shift, held_by
from sikpro.application.use_cases.orders.set_aside import SKIP_REASONS
from sikpro.domain.catalogue import Status
from sikpro.domain.errors import InvalidFields
from sikpro.domain.people import Permission, Person


@frozen
class Span:
    """The day and the times of a shift, as the form shows them, and its two moments."""

    day: date
    first: time
    last: time
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The beginning of the shift."""
        return datetime.combine(self.day, self.first, self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The end of the shift, on the next day if its time is not later than the beginning."""
        day = self.day if self.last > self.first else self.day + timedelta(days=1)
        return datetime.combine(day, self.last, self.zone).astimezone(UTC)


class ShiftController(Controller):
    """The page of a shift: a helpdesk sees their own work and hands over, a leader sees everybody's."""

    path = "/shift"
    guards = (only(Permission.WORK, Permission.LEAD, Permission.VIEW_REPORTS),)

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the shift of `day` from `from` until `to`; without them today's, since work began."""
        return await _page(request, me, visit, pages, parts)

    @post(guards=[only(Permission.WORK)])
    async def hand_over(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Hand over everything that the person has, to a colleague (`to`) or to the queue."""
        now, to, text = parts.clock.now(), form.whole("to"), form.text("text")
        try:
            done = await parts.transactions.write(lambda uow: hand_over_shift(uow, to, text, me, now, parts.zone))
        except InvalidFields as error:
            return await _page(request, me, visit, pages, parts, typed={"to": str(to or ""), "text": text}, error=error)
        visit.sent("shift")
        visit.toast("shift_handed", count=str(len(done.orders)))
        return go(request, "/shift")


async def _page(
    request: Request[Any, Any, Any],
    me: Person,
    visit: Visit,
    pages: Pages,
    parts: WebParts,
    *,
    typed: dict[str, str] | None = None,
    error: InvalidFields | None = None,
) -> Response[str]:
    now, everybody = parts.clock.now(), me.may(Permission.LEAD) or me.may(Permission.VIEW_REPORTS)

    def read(uow: UnitOfWork) -> tuple[Span, Shift, list[tuple[int, str]], tuple[OrderRow, ...], dict[str, Status]]:
        span = _span(uow, request.query_params, now, ZoneInfo(parts.zone))
        colleagues = [
            (person.id, person.name)
            for person in uow.people.all()
            if person.role and person.may(Permission.WORK) and person.id != me.id
        ]
        found = shift(uow, span.start, span.end, None if everybody else me.id)
        mine = held_by(uow, me) if me.may(Permission.WORK) else ()
        return span, found, colleagues, mine, {status.code: status for status in uow.catalogue.statuses()}

    span, found, colleagues, mine, statuses = await parts.transactions.read_long(read)
    return pages.page(
        request,
        "orders/shift.html",
        status=status_of(error) if error else 200,
        span=span,
        shift=found,
        mine=mine,
        statuses=statuses,
        colleagues=colleagues,
        reasons=(*SKIP_REASONS, ""),
        text=_text(found, span, visit.words),
        typed=typed or {"to": "", "text": ""},
        errors=error.errors if error else {},
    )


def _span(uow: UnitOfWork, query: Any, now: datetime, zone: ZoneInfo) -> Span:
    """Return the span of an address; what is missing or cannot be read is today's shift until now."""
    local = now.astimezone(zone)
    day = _read(date.fromisoformat, query.get("day", "")) or local.date()
    hours = uow.installation.get().hours_on(day)
    first = _read(time.fromisoformat, query.get("from", "")) or (hours[0].start if hours else time(0))
    over = hours[-1].end if hours else time(23, 59)
    last = _read(time.fromisoformat, query.get("to", "")) or (over if day != local.date() else _minute(local))
    return Span(day, first, last, zone)


def _minute(local: datetime) -> time:
    """Return the end of the minute, so that what has just happened belongs to the shift."""
    return (local + timedelta(minutes=1)).time().replace(second=0, microsecond=0)


def _read(parse: Any, text: str) -> Any:
    try:
        return parse(text) if text else None
    except ValueError:
        return None


def _text(found: Shift, span: Span, words: Words) -> str:
    """Return the shift as a text for the group of the helpdesks."""

    def line(row: ShiftRow) -> str:
        median = words.duration(row.median) if row.median is not None else "–"
        name = row.name or words("shift.together")
        return words(
            "shift.line",
            name=name,
            taken=row.taken,
            answered=row.answered,
            completed=row.completed,
            median=median,
            held=row.held,
        )

    head = words("shift.head", day=words.short_date(span.day), first=f"{span.first:%H.%M}", last=f"{span.last:%H.%M}")
    notes = [
        words(
            "shift.handed_line",
            name=found.names.get(one.by, ""),
            to=found.names.get(one.to, "") if one.to else words("shift.queue"),
            count=len(one.orders),
            text=f": {one.text}" if one.text else "",
        )
        for one in found.handovers
    ]
    missing = [words("shift.archived", year=one.year, file=one.file) for one in found.archived]
    return "\n".join([head, line(found.together), *map(line, found.rows), *notes, *missing])
