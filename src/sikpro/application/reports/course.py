"""The course of a day: received and completed orders added up by the hour, beside the last working days."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.ports.facts import Dimension, TimeBasis
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.ordinary import Band, band
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.installation import WorkDays

DAYS = 20
"""How many working days before a day make its band."""

_LOOK_BACK = 28
"""How many days to look back for them."""

Hours = tuple[int, ...]


@frozen(kw_only=True)
class Course:
    """The orders of a day, added up until the end of each hour (24 numbers), and of ordinary days, oldest first.

    `over` is how many hours of the day are over (24 for a past day). On a day that is no working day there are no
    ordinary days.
    """

    basis: TimeBasis
    hours: Hours
    over: int
    days: tuple[Hours, ...] = ()

    @property
    def now(self) -> int:
        """The orders of the day until now."""
        return self.hours[min(self.over, 23)]

    @property
    def compared(self) -> int:
        """The orders until the end of the last hour that is over: what is compared with `ordinary`."""
        return self.hours[self.over - 1] if self.over else 0

    @property
    def ordinary(self) -> Band | None:
        """What is ordinary at the end of the last hour that is over; None before the first is."""
        return self.band(self.over - 1) if self.over else None

    def band(self, hour: int) -> Band | None:
        """Return what is ordinary at the end of an hour (0 to 23)."""
        return band([day[hour] for day in self.days])


def course(counting: Counting, basis: TimeBasis) -> Course:
    """Return the course of a query's day: one query over the days before and the day."""
    query = counting.query
    first = query.first - timedelta(days=_LOOK_BACK)
    spanned = evolve(query, span=Span.FREE, first=first)
    found = _by_day(evolve(counting, query=spanned), basis)
    local = counting.now.astimezone(ZoneInfo(counting.zone))
    over = 24 if local.date() > query.first else local.hour if local.date() == query.first else 0
    return Course(
        basis=basis,
        hours=found.get(query.first, (0,) * 24),
        over=over,
        days=_ordinary(found, query, counting.uow.installation.get().work_days),
    )


def _by_day(counting: Counting, basis: TimeBasis) -> Mapping[date, Hours]:
    which = counting.received if basis is TimeBasis.RECEIVED else counting.completed
    counts = counting.uow.order_facts.counts(which, (Dimension.DAY, Dimension.HOUR), counting.zone, basis)
    days: dict[date, list[int]] = {}
    for (day, hour), count in counts.items():
        days.setdefault(date.fromisoformat(day), [0] * 24)[int(hour)] += count
    return {day: tuple(accumulate(hours)) for day, hours in days.items()}


def _ordinary(found: Mapping[date, Hours], query: RecapQuery, work_days: WorkDays) -> tuple[Hours, ...]:
    """Return the last working days before a working day, since the first one with an order; days without any are 0."""
    if query.first not in work_days:
        return ()
    first = min(found, default=query.first)
    days = (query.first - timedelta(days=back) for back in range(1, _LOOK_BACK + 1))
    kept = [found.get(day, (0,) * 24) for day in days if day >= first and day in work_days]
    return tuple(kept[:DAYS][::-1])


def courses(uow: UnitOfWork, query: RecapQuery, own: int | None, now: datetime, zone: str) -> tuple[Course, Course]:
    """Return the courses of received and of completed orders."""
    counting = Counting(uow, query, own, now, zone)
    return course(counting, TimeBasis.RECEIVED), course(counting, TimeBasis.FINISHED)
