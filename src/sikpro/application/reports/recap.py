"""The recap of a day, a month or a free period: the one source for page, Excel file, CSV and chat."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from attrs import evolve

from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.closing import as_closed, headline_of
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.people import Permission, Person


def recap(uow: UnitOfWork, query: RecapQuery, by: Person, now: datetime, zone: str) -> Recap:
    """Return the recap of a query. A closed month without filters has its fixed figures, and the changes since.

    While the period runs it is compared with the same days of the period before, until the same time of day. A helpdesk
    gets only their own work, always counted anew. Raises `NotPermitted`.
    """
    by.must(Permission.VIEW_OWN_REPORT)
    own = None if by.may(Permission.VIEW_REPORTS) else by.id
    counted = Counting(uow, query, own, now, zone).recap()
    whole = own is None and not query.filters
    closed = _closed(uow, query) if whole else None
    shown = as_closed(uow, closed, counted) if closed else counted
    previous = query.previous
    if previous is None:
        return shown
    until = same_time_before(query, previous, now, ZoneInfo(zone))
    fixed = _closed(uow, previous) if whole and until is None else None
    before = headline_of(fixed) if fixed else Counting(uow, previous, own, now, zone, until).headline()
    return evolve(shown, before=before)


def same_time_before(query: RecapQuery, previous: RecapQuery, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the time in the period before as many days after its start as now, at the same time of day.

    None when the period does not run now, and when the period before was over by then.
    """
    if now not in query.period(zone):
        return None
    local = now.astimezone(zone)
    day = previous.first + (local.date() - query.first)
    if day > previous.last:
        return None
    return datetime.combine(day, time(local.hour, local.minute, local.second, local.microsecond), zone).astimezone(UTC)


def _closed(uow: UnitOfWork, query: RecapQuery) -> ClosedMonth | None:
    return uow.closed_months.get(query.text) if query.span is Span.MONTH else None
