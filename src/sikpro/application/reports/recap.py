"""The recap of a day or a month: what came in and where it stands now, what was finished, why orders are held up.

Every table splits the same orders, those received in the period, by where they stand now, so that each row's cells
add up to its total and each column's to the period's. What was finished in the period is counted apart, whenever it
was received.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from sikpro.application.ports.queries import Clocked, Dimension
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import Phase


class Span(StrEnum):
    """How long a recap's period is."""

    DAY = "day"
    MONTH = "month"


TABLES = (
    Dimension.TYPE,
    Dimension.STO,
    Dimension.SITE_OPERATION,
    Dimension.TECHNICIAN,
    Dimension.HELPDESK,
    Dimension.HOUR,
)
"""What a recap's orders are split by, a table each; a month's has a table by day instead of by hour."""


@frozen
class RecapRow:
    """One value of a dimension (its code or id; "" when unknown), its label, and its orders by phase."""

    value: str
    label: str
    by_phase: Mapping[Phase, int]

    @property
    def total(self) -> int:
        """All its orders."""
        return sum(self.by_phase.values())


@frozen
class RecapTable:
    """The period's orders split by a dimension, the largest row first (hours and days in their order)."""

    dimension: Dimension
    rows: tuple[RecapRow, ...]


@frozen(kw_only=True)
class Reason:
    """A status of being held up and how many of the period's orders have it now."""

    status: str
    group: str
    count: int


@frozen(kw_only=True)
class Recap:
    """The figures of one period; `received` orders are those that came in, by where they stand now."""

    period: Period
    received: Mapping[Phase, int]
    completed: int
    cancelled: int
    open_now: int
    tables: tuple[RecapTable, ...]
    reasons: tuple[Reason, ...]

    @property
    def total(self) -> int:
        """How many came in."""
        return sum(self.received.values())


def recap(uow: UnitOfWork, period: Period, span: Span, by: Person, zone: str) -> Recap:
    """Count a period's orders. A helpdesk sees their own work only. Raises `NotPermitted`."""
    by.must(Permission.SEE_OWN_REPORT)
    own = None if by.may(Permission.SEE_REPORTS) else str(by.id)
    split = (*TABLES[:-1], Dimension.DAY if span is Span.MONTH else Dimension.HOUR)
    labels = _labels(uow)
    tables = tuple(
        RecapTable(dimension, _rows(_counts(uow, period, zone, dimension, own), dimension, labels))
        for dimension in split
    )
    received: Counter[Phase] = Counter()
    for row in tables[0].rows:
        received.update(row.by_phase)
    finished = _finished(uow, period, zone, own)
    return Recap(
        period=period,
        received={phase: received[phase] for phase in Phase},
        completed=finished[Phase.COMPLETED],
        cancelled=finished[Phase.CANCELLED],
        open_now=sum(total.count for total in uow.order_queries.totals() if total.phase.live),
        tables=tables,
        reasons=_reasons(uow, period, zone, own),
    )


def _counts(
    uow: UnitOfWork, period: Period, zone: str, dimension: Dimension, own: str | None
) -> Mapping[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    by = (dimension, Dimension.PHASE, Dimension.HELPDESK)
    for (value, phase, helpdesk), count in uow.order_facts.counts(period, Clocked.RECEIVED, by, zone).items():
        if own is None or helpdesk == own:
            found[value, phase] += count
    return found


def _rows(
    counts: Mapping[tuple[str, str], int], dimension: Dimension, labels: Mapping[Dimension, Mapping[str, str]]
) -> tuple[RecapRow, ...]:
    phases: dict[str, dict[Phase, int]] = {}
    for (value, phase), count in counts.items():
        phases.setdefault(value, dict.fromkeys(Phase, 0))[Phase(phase)] = count
    names = labels.get(dimension, {})
    rows = [RecapRow(value, names.get(value, value), by_phase) for value, by_phase in phases.items()]
    if dimension in {Dimension.HOUR, Dimension.DAY}:
        return tuple(sorted(rows, key=lambda row: row.value))
    return tuple(sorted(rows, key=lambda row: (-row.total, row.label)))


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


def _finished(uow: UnitOfWork, period: Period, zone: str, own: str | None) -> Mapping[Phase, int]:
    found: Counter[Phase] = Counter()
    by = (Dimension.PHASE, Dimension.HELPDESK)
    for (phase, helpdesk), count in uow.order_facts.counts(period, Clocked.FINISHED, by, zone).items():
        if own is None or helpdesk == own:
            found[Phase(phase)] += count
    return found


def _reasons(uow: UnitOfWork, period: Period, zone: str, own: str | None) -> tuple[Reason, ...]:
    found: Counter[str] = Counter()
    by = (Dimension.PHASE, Dimension.STATUS, Dimension.HELPDESK)
    for (phase, status, helpdesk), count in uow.order_facts.counts(period, Clocked.RECEIVED, by, zone).items():
        if phase == Phase.HELD_UP and (own is None or helpdesk == own):
            found[status] += count
    groups = {status.code: status.group for status in uow.catalogue.statuses()}
    return tuple(
        Reason(status=status, group=groups.get(status, ""), count=count) for status, count in found.most_common()
    )
