"""The twelve months until the one of a recap: received and completed orders of each."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.ports.facts import TimeBasis
from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.ordinary import Band, band
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.phase import Stage

MONTHS = 12


@frozen(kw_only=True)
class MonthFigures:
    """A month (its first day) with its orders; `over` is false while it runs."""

    first: date
    received: int
    completed: int
    over: bool = True


@frozen(kw_only=True)
class Trend:
    """Months in order of time; the last one is the recap's. Months before the first order are left out."""

    months: tuple[MonthFigures, ...] = ()

    def band(self, figure: str) -> Band | None:
        """Return what is ordinary for `received` or `completed`, by the months before the last one."""
        return band([getattr(month, figure) for month in self.months[:-1]])

    def outside(self, figure: str) -> int:
        """Return 1 or -1 when the last month is over and outside the band, else 0."""
        if not self.months or not self.months[-1].over:
            return 0
        ordinary = self.band(figure)
        return ordinary.outside(getattr(self.months[-1], figure)) if ordinary else 0


def trend(uow: UnitOfWork, recap: Recap, own: int | None, now: datetime, zone: str) -> Trend:
    """Return the months until the one in which a recap's period ends, narrowed by its filters.

    Closed months have their fixed figures when nothing is narrowed; each other month takes two counts. The recap's own
    month has the recap's figures.
    """
    query = recap.query
    whole = own is None and not query.filters
    closed = uow.closed_months.names() if whole else frozenset()
    local = ZoneInfo(zone)
    found = list[MonthFigures]()
    for month in _months(query):
        received, completed = _figures(uow, month, recap, own, closed, local)
        over = month.period(local).end <= now
        found.append(MonthFigures(first=month.first, received=received, completed=completed, over=over))
    return Trend(months=tuple(_since_first(found)))


def _months(query: RecapQuery) -> Sequence[RecapQuery]:
    month: RecapQuery | None = evolve(RecapQuery.month(query.last), filters=query.filters)
    found = list[RecapQuery]()
    while month is not None and len(found) < MONTHS:
        found.append(month)
        month = month.previous
    return found[::-1]


def _figures(
    uow: UnitOfWork, month: RecapQuery, recap: Recap, own: int | None, closed: frozenset[str], zone: ZoneInfo
) -> tuple[int, int]:
    if recap.query.span is Span.MONTH and month.text == recap.query.text:
        return recap.total, recap.completed
    fixed = uow.closed_months.get(month.text) if month.text in closed else None
    if fixed:
        return sum(fixed.figures["received"].values()), fixed.figures["completed"]
    ended = evolve(month.which(zone, TimeBasis.FINISHED, own), phases=Stage.COMPLETED.phases)
    return _many(uow, month.which(zone, TimeBasis.RECEIVED, own), zone), _many(uow, ended, zone)


def _many(uow: UnitOfWork, which: OrderFilter, zone: ZoneInfo) -> int:
    return uow.order_facts.counts(which, (), zone.key).get((), 0)


def _since_first(months: Sequence[MonthFigures]) -> Iterator[MonthFigures]:
    began = False
    for month in months:
        began = began or bool(month.received or month.completed)
        if began:
            yield month
