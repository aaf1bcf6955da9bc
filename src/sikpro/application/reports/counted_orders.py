"""The orders that a recap's figures count: received, ended or due in the period, and those open now."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from heapq import merge
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from sikpro.application.ports.queries import OrderFilter, OrderRow
from sikpro.application.reports.counting import Counting
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Stage
from sikpro.domain.promise import PROMISE, due_at

PAGE = 2000
"""Orders read at a time."""

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@frozen
class CountedOrders:
    """The orders behind a recap, each once. `of` makes one; reading is by pages, in one view of the data."""

    counting: Counting
    period: Period = field(init=False)
    """The recap's period."""

    @period.default
    def _period(self) -> Period:
        return self.counting.query.period(ZoneInfo(self.counting.zone))

    @classmethod
    def of(cls, counting: Counting, by: Person) -> "CountedOrders":
        """Return the orders behind a count. Raises `NotPermitted`."""
        by.must(Permission.VIEW_OWN_REPORT)
        return cls(counting)

    def parts(self) -> tuple[OrderFilter, ...]:
        """Return filters that together select every counted order once."""
        every, period = self.counting.query.which(ZoneInfo(self.counting.zone), None, self.counting.own), self.period
        before, after = Period(_FIRST, period.start), Period(period.end, _LAST)
        ended = frozenset(Phase) - OPEN
        due_before = Period(period.start - PROMISE, min(period.start, period.end - PROMISE))
        return (
            evolve(every, received=period),
            evolve(every, received=before, phases=OPEN),
            evolve(every, received=after, phases=OPEN),
            evolve(every, received=before, phases=ended, finished=period),
            evolve(every, received=after, phases=ended, finished=period),
            evolve(every, received=due_before, phases=Stage.COMPLETED.phases, finished=before),
            evolve(every, received=due_before, phases=Stage.COMPLETED.phases, finished=after),
        )

    def how_many(self) -> int:
        """Count them."""
        facts = self.counting.uow.order_facts
        return sum(facts.counts(part, (), self.counting.zone).get((), 0) for part in self.parts())

    def rows(self, report: Callable[[int], None] = lambda _: None) -> Iterator[OrderRow]:
        """Yield them, oldest received first. `report` is called with the number so far, after each page."""
        done = 0
        for done, row in enumerate(
            merge(*map(self._paged, self.parts()), key=lambda row: (row.received_at, row.id)), 1
        ):
            yield row
            if done % PAGE == 0:
                report(done)
        report(done)

    def received(self, row: OrderRow) -> bool:
        """Whether an order was received in the period."""
        return row.received_at in self.period

    def ended(self, row: OrderRow, stage: Stage) -> bool:
        """Whether an order ended in the period, with this stage."""
        return row.phase.stage is stage and row.finished_at is not None and row.finished_at in self.period

    def in_time(self, row: OrderRow) -> bool | None:
        """Whether an order that fell due in the period, until now, was completed in time; None for all others."""
        due = due_at(row.received_at)
        unknown = not row.open and row.finished_at is None
        if row.phase.ends_badly or unknown or due >= self.counting.now or due not in self.period:
            return None
        ended = None if row.finished_at is None else row.finished_at.replace(microsecond=0)
        return ended is not None and row.phase.ends_well and ended <= due

    def _paged(self, which: OrderFilter) -> Iterator[OrderRow]:
        after = None
        while rows := self.counting.uow.order_facts.rows(which, after=after, limit=PAGE):
            yield from rows
            after = rows[-1].key
