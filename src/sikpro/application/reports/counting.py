"""Counts the orders of a recap's query: received ones by present phase, finished ones, and reasons for hold-ups.

Every table splits the same orders, those received in the period, by their present phase. So each row's cells add up to
its total, and each column's cells to the period's. Orders completed in the period are counted beside that, whenever
they were received.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.ports.facts import KEPT, LATE, Dimension, Interval, Spread, TimeBasis
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.queries import UNKNOWN, OrderFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.against_target import against_target
from sikpro.application.reports.recap_data import (
    Headline,
    Promise,
    Reason,
    ReasonGroup,
    Recap,
    RecapRow,
    RecapTable,
)
from sikpro.application.reports.recap_query import FILTERS, RecapQuery, Span
from sikpro.application.reports.tally import Tally
from sikpro.application.use_cases.orders.list_orders import AGES, age_span
from sikpro.domain.catalogue import Bilingual
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Stage

SPLITS = (
    Dimension.TYPE,
    Dimension.STO,
    Dimension.SITE_OPERATION,
    Dimension.TECHNICIAN,
    Dimension.HELPDESK,
    Dimension.CHANNEL,
    Dimension.HOUR,
)
"""The dimensions of a recap's tables. A recap longer than a day also has a table by day."""

COMPLY = (Dimension.TYPE, Dimension.STO, Dimension.SITE_OPERATION, Dimension.TECHNICIAN)
"""The dimensions whose rows also count the orders that fell due."""

_IN_ORDER = frozenset({Dimension.HOUR, Dimension.DAY})


@frozen
class Counting:
    """One count of the orders of a query; `own` is a helpdesk who may view only their own work.

    With `until`, only what happened in the period before that time counts.
    """

    uow: UnitOfWork
    query: RecapQuery
    own: int | None
    now: datetime
    zone: str
    until: datetime | None = None

    @property
    def received(self) -> OrderFilter:
        """The filter for orders received in the period."""
        return evolve(self._any_time, received=self._period)

    @property
    def finished(self) -> OrderFilter:
        """The filter for orders completed or cancelled in the period."""
        return evolve(self._any_time, finished=self._period)

    @property
    def completed(self) -> OrderFilter:
        """The filter for orders completed in the period."""
        return evolve(self.finished, phases=Stage.COMPLETED.phases)

    @property
    def due(self) -> OrderFilter:
        """The filter for orders that fell due in the period, until now."""
        period = self._period
        return evolve(self._any_time, due=Period(period.start, max(min(period.end, self.now), period.start)))

    def headline(self) -> Headline:
        """Return the figures for a comparison with another recap."""
        finished = self.tally(self.finished, (Dimension.PHASE, Dimension.PROMISE))
        due = self.tally(self.due, (Dimension.PHASE, Dimension.PROMISE))
        phases = finished.of(Dimension.PHASE)
        return Headline(
            query=self.query,
            until=self.until,
            received=self._many(self.received),
            completed=_at_stage(phases, Stage.COMPLETED),
            cancelled=_at_stage(phases, Stage.CANCELLED),
            promise=_within(_completed(finished)),
            due=_promise(due.total, _in_time(due).total),
            times=self._times(Interval.FIRST_ACTION, Interval.HANDLING),
        )

    def recap(self) -> Recap:
        """Return the recap with all counts."""
        labels = _labels(self.uow)
        spanned = SPLITS if self.query.span is Span.DAY else (*SPLITS, Dimension.DAY)
        counts = _Counts.of(self)
        phases, finished = counts.received.of(Dimension.PHASE), counts.finished.of(Dimension.PHASE)
        ages = self._ages()
        reasons, groups = self._reasons(counts, Stage.HELD_UP)
        return Recap(
            query=self.query,
            made_at=self.now,
            own=self.own is not None,
            received={phase: phases[phase.value] for phase in Phase},
            completed=_at_stage(finished, Stage.COMPLETED),
            cancelled=_at_stage(finished, Stage.CANCELLED),
            open_now=sum(ages.values()),
            ages=ages,
            tables=tuple(_table(counts, dimension, labels.get(dimension, {})) for dimension in spanned),
            reasons=reasons,
            groups=groups,
            cancel_reasons=self._reasons(counts, Stage.CANCELLED)[0],
            times=self._times(*Interval),
            promise=_within(counts.completed),
            due=_promise(counts.due.total, counts.in_time.total),
            duplicates=self._duplicates(),
            targets=against_target(self.uow, self.query, self.own, self.now, self.zone),
        )

    def tally(self, which: OrderFilter, by: tuple[Dimension, ...], basis: TimeBasis = TimeBasis.RECEIVED) -> Tally:
        """Count the orders of a filter by several dimensions at once."""
        return Tally(by, self.uow.order_facts.counts(which, by, self.zone, basis))

    @property
    def _any_time(self) -> OrderFilter:
        return self.query.which(ZoneInfo(self.zone), None, self.own)

    @property
    def _period(self) -> Period:
        period = self.query.period(ZoneInfo(self.zone))
        return period if self.until is None else Period(period.start, min(period.end, self.until))

    def _ages(self) -> Mapping[str, int]:
        """Count the open orders by age. The oldest are the rest of all, so that not every old order is counted."""
        which = evolve(self._any_time, phases=OPEN)
        *young, oldest = AGES
        ages = {age: self._many(evolve(which, received=age_span(age, self.now))) for age in young}
        saved = self._saved_open()
        if saved is None:
            return {**ages, oldest: self._many(evolve(which, received=age_span(oldest, self.now)))}
        return {**ages, oldest: saved - sum(ages.values())}

    def _saved_open(self) -> int | None:
        """Return the number of open orders by the saved totals; None where the filters need more than they have."""
        given = {name: value for name, value in self.query.filters.items() if value}
        if self.own is not None or set(given) - {"type", "sto", "status"} or UNKNOWN in given.values():
            return None
        return sum(
            total.count
            for total in self.uow.order_queries.totals()
            if total.phase in OPEN and all(getattr(total, name) == value for name, value in given.items())
        )

    def _many(self, which: OrderFilter) -> int:
        return self.uow.order_facts.counts(which, (), self.zone).get((), 0)

    def _times(self, *intervals: Interval) -> Mapping[Interval, Spread]:
        """Return the time until the first action of the orders received, and the others of those completed."""
        first = [interval for interval in intervals if interval is Interval.FIRST_ACTION]
        others = [interval for interval in intervals if interval is not Interval.FIRST_ACTION]
        spreads = self.uow.order_facts.spreads
        found = {**spreads(self.received, first), **spreads(self.completed, others)}
        return {interval: found[interval] for interval in intervals}

    def _reasons(self, counts: "_Counts", stage: Stage) -> tuple[tuple[Reason, ...], tuple[ReasonGroup, ...]]:
        found = counts.received.where(Dimension.PHASE, frozenset(stage.phases)).of(Dimension.STATUS)
        known = {status.code: status for status in self.uow.catalogue.statuses()}
        every, so_far = found.total(), 0
        reasons, groups = list[Reason](), Counter[str]()
        for status, count in sorted(found.items(), key=lambda one: (-one[1], one[0])):
            so_far += count
            group = known[status].group if status in known else ""
            groups[group] += count
            reasons.append(
                Reason(
                    status=status,
                    label=known[status].label if status in known else Bilingual(status, status),
                    group=group,
                    count=count,
                    share=count / every,
                    cumulative=so_far / every,
                )
            )
        grouped = sorted(groups.items(), key=lambda one: (-one[1], one[0]))
        return tuple(reasons), tuple(
            ReasonGroup(group=group, count=count, share=count / every) for group, count in grouped
        )

    def _duplicates(self) -> int | None:
        """Count refused duplicates. They belong to no order, so with filters they cannot be counted: return None."""
        if self.own is not None or any(self.query.filters.get(name) for name in FILTERS):
            return None
        period = self.query.period(ZoneInfo(self.zone))
        return self.uow.inbox.how_many(period.start, period.end, Outcome.REFUSAL, "order.duplicate")


@frozen(kw_only=True)
class _Counts:
    """The orders of a recap by all dimensions of its tables: three questions to the database."""

    received: Tally
    finished: Tally
    completed: Tally
    due: Tally
    in_time: Tally

    @classmethod
    def of(cls, counting: Counting) -> "_Counts":
        of_end = (*SPLITS, Dimension.DAY, Dimension.PHASE, Dimension.PROMISE)
        finished = counting.tally(counting.finished, of_end, TimeBasis.FINISHED)
        due = counting.tally(counting.due, (*COMPLY, Dimension.PHASE, Dimension.PROMISE))
        return cls(
            received=counting.tally(counting.received, (*SPLITS, Dimension.DAY, Dimension.PHASE, Dimension.STATUS)),
            finished=finished,
            completed=_completed(finished),
            due=due,
            in_time=_in_time(due),
        )


def _table(counts: _Counts, dimension: Dimension, labels: Mapping[str, str]) -> RecapTable:
    comply = dimension in COMPLY
    phases: dict[str, dict[Phase, int]] = {}
    for (value, phase), count in counts.received.by(dimension, Dimension.PHASE).items():
        phases.setdefault(value, dict.fromkeys(Phase, 0))[Phase(phase)] = count
    completed = counts.completed.of(dimension)
    due, in_time = (tally.of(dimension) if comply else Counter[str]() for tally in (counts.due, counts.in_time))
    rows = [
        RecapRow(
            value,
            labels.get(value, value),
            phases.get(value, dict.fromkeys(Phase, 0)),
            completed[value],
            _promise(due[value], in_time[value]) if comply else None,
        )
        for value in {*phases, *completed, *due}
    ]
    rows.sort(key=lambda row: row.value if dimension in _IN_ORDER else (-row.total, -row.completed, row.label))
    return RecapTable(dimension, tuple(rows))


def _completed(tally: Tally) -> Tally:
    return tally.where(Dimension.PHASE, frozenset(Stage.COMPLETED.phases))


def _in_time(due: Tally) -> Tally:
    """Return those of the orders that fell due that were completed within `PROMISE`."""
    return _completed(due).where(Dimension.PROMISE, frozenset({KEPT}))


def _within(completed: Tally) -> Promise:
    """Count how many of the completed orders were within `PROMISE`."""
    by = completed.of(Dimension.PROMISE)
    return Promise(within=by[KEPT], late=by[LATE])


def _promise(due: int, in_time: int) -> Promise:
    return Promise(within=in_time, late=due - in_time)


def _at_stage(by_phase: Mapping[str, int], stage: Stage) -> int:
    return sum(by_phase.get(phase, 0) for phase in stage.phases)


def _labels(uow: UnitOfWork) -> Mapping[Dimension, Mapping[str, str]]:
    people = uow.people.all()
    return {
        Dimension.HELPDESK: {str(person.id): person.name for person in people},
        Dimension.TECHNICIAN: {
            person.technician_code: f"{person.technician_code} · {person.name}"
            for person in people
            if person.technician_code
        },
        Dimension.STO: {row.code: f"{row.code} · {row.name}" if row.name else row.code for row in uow.catalogue.stos()},
        Dimension.SITE_OPERATION: {row.code: row.name for row in uow.catalogue.site_operations()},
    }
