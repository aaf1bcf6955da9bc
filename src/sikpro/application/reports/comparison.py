"""What a recap is compared with when it is explained: the period before by dimension, the months, the ordinary days."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.facts import Dimension, Interval, Spread
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.course import Course, courses
from sikpro.application.reports.due_soon import DueSoon, due_soon
from sikpro.application.reports.notes import notes_of
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import Span
from sikpro.application.reports.trend import Trend, trend
from sikpro.application.reports.waiting import TURNS
from sikpro.domain.installation import WorkDays
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Stage

CONTRIBUTORS = (Dimension.STO, Dimension.TYPE, Dimension.TECHNICIAN)
"""The dimensions in which the largest part of a change is looked for, the most telling first."""


@frozen(kw_only=True)
class Comparison:
    """What stands beside a recap; each part is empty where there is nothing to compare with.

    `before` counts the orders received in the period before by value of each of `CONTRIBUTORS`, `done_before` the
    completed ones.
    `unfinished` counts the received orders that are held up or cancelled, by status and STO. `work_days` are the
    installation's.
    """

    before: Mapping[Dimension, Mapping[str, int]] = field(factory=dict[Dimension, Mapping[str, int]])
    done_before: Mapping[Dimension, Mapping[str, int]] = field(factory=dict[Dimension, Mapping[str, int]])
    waits_before: Mapping[Interval, Spread] = field(factory=dict[Interval, Spread])
    duplicates_before: int | None = None
    unfinished: Mapping[tuple[str, str], int] = field(factory=dict[tuple[str, str], int])
    trend: Trend = field(factory=Trend)
    courses: tuple[Course, ...] = ()
    due: DueSoon = field(factory=DueSoon)
    notes: tuple[DayNote, ...] = ()
    work_days: WorkDays = field(factory=WorkDays)
    today: date = date.max


def compare(uow: UnitOfWork, recap: Recap, by: Person, now: datetime, zone: str) -> Comparison:
    """Fetch what stands beside a recap: a few grouped queries, and closed months as they are fixed."""
    own = None if by.may(Permission.VIEW_REPORTS) else by.id
    before = recap.before
    counting = Counting(uow, recap.query, own, now, zone)
    earlier = Counting(uow, before.query, own, now, zone, before.until) if before else None
    is_day = recap.query.span is Span.DAY
    unfinished = evolve(counting.received, phases=Stage.HELD_UP.phases | Stage.CANCELLED.phases)
    return Comparison(
        before=_by_dimension(earlier, done=False) if earlier else {},
        done_before=_by_dimension(earlier, done=True) if earlier else {},
        waits_before=uow.order_facts.spreads(earlier.completed, TURNS) if earlier else {},
        duplicates_before=_duplicates(earlier) if earlier and recap.duplicates is not None else None,
        unfinished={
            (status, sto): count
            for (status, sto), count in uow.order_facts.counts(
                unfinished, (Dimension.STATUS, Dimension.STO), zone
            ).items()
        },
        trend=Trend() if is_day else trend(uow, recap, own, now, zone),
        courses=courses(uow, recap.query, own, now, zone) if is_day else (),
        due=due_soon(uow, recap.query, own, now, zone) if is_day else DueSoon(),
        notes=notes_of(uow, recap.query),
        work_days=uow.installation.get().work_days,
        today=now.astimezone(ZoneInfo(zone)).date(),
    )


def _by_dimension(earlier: Counting, *, done: bool) -> Mapping[Dimension, Mapping[str, int]]:
    which = earlier.completed if done else earlier.received
    found: dict[Dimension, Counter[str]] = {dimension: Counter() for dimension in CONTRIBUTORS}
    for values, count in earlier.uow.order_facts.counts(which, CONTRIBUTORS, earlier.zone).items():
        for dimension, value in zip(CONTRIBUTORS, values, strict=True):
            found[dimension][value] += count
    return found


def _duplicates(earlier: Counting) -> int:
    period = earlier.query.period(ZoneInfo(earlier.zone))
    end = min(period.end, earlier.until or period.end)
    return earlier.uow.inbox.how_many(period.start, end, Outcome.REFUSAL, "order.duplicate")
