"""Closed months: their figures are fixed, and changes afterwards are shown as later changes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.json import make_converter

from sikpro.application.ports.months import ClosedMonth, OpenedMonth
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.figures import counts
from sikpro.application.reports.recap_data import Closing, Headline, LaterChange, Recap, RecapRow
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase
from sikpro.domain.text import one_line

CLOSES_AFTER = timedelta(days=3)
"""How long after its end a month closes automatically."""

LONGEST_REASON = 500
"""The longest reason for opening a month, in characters."""

Write = Callable[[UnitOfWork], None]
"""A function that saves in one short transaction what was counted in a read before."""

_MICROSECOND = timedelta(microseconds=1)
_converter = make_converter()
_converter.register_unstructure_hook(timedelta, lambda span: span // _MICROSECOND)
_converter.register_structure_hook(timedelta, lambda number, _: timedelta(microseconds=number))
_converter.register_structure_hook(int | float, lambda number, _: number)
# Closed months are stored with the old names of these two fields.
_QUERY, _DUPLICATES = override(rename="asked"), override(rename="doubles")
_converter.register_unstructure_hook(
    Recap, make_dict_unstructure_fn(Recap, _converter, query=_QUERY, duplicates=_DUPLICATES)
)
_converter.register_structure_hook(
    Recap, make_dict_structure_fn(Recap, _converter, query=_QUERY, duplicates=_DUPLICATES)
)


def count_month(uow: UnitOfWork, month: str, by: Person | None, now: datetime, zone: str) -> Write:
    """Count a month (`2026-11`), and return the function that saves its figures for good.

    `by` is None for an automatic closing. The count takes long with many orders, so do it in a read: only the saving
    blocks other writers. Raises `NotPermitted`, and `InvalidValue`: `period.unknown`, `month.not_over`, `month.closed`
    (also on saving).
    """
    if by is not None:
        by.must(Permission.CLOSE_MONTH)
    query = RecapQuery.parse(month)
    if query.span is not Span.MONTH:
        raise InvalidValue("period.unknown", month)
    if now < query.period(ZoneInfo(zone)).end:
        raise InvalidValue("month.not_over", month)
    if month in uow.closed_months.names():
        raise InvalidValue("month.closed", month)
    counted = Counting(uow, query, None, now, zone).recap()
    actor = None if by is None else by.id
    figures = _converter.unstructure(counted)
    kept = {figure.code: str(count) for figure, count in counts(counted) if not figure.of_now}

    def write(uow: UnitOfWork) -> None:
        if not uow.closed_months.add(ClosedMonth(month=month, closed_at=now, closed_by=actor, figures=figures)):
            raise InvalidValue("month.closed", month)
        uow.journal.note("month_closed", month, actor, now, kept)

    return write


def open_month(uow: UnitOfWork, month: str, by: Person, now: datetime, reason: str) -> None:
    """Open a closed month again: its figures are counted from now on, until somebody closes it.

    The old figures go into the journal. Raises `NotPermitted`, and `InvalidValue`: `month.reason` without a reason,
    `month.open` if it is not closed.
    """
    by.must(Permission.CLOSE_MONTH)
    said = one_line(reason)[:LONGEST_REASON]
    if not said:
        raise InvalidValue("month.reason", month)
    closed = uow.closed_months.get(month)
    opened = OpenedMonth(month=month, opened_at=now, opened_by=by.id, reason=said)
    if closed is None or not uow.closed_months.open(opened):
        raise InvalidValue("month.open", month)
    kept = {figure.code: str(count) for figure, count in counts(_fixed(closed)) if not figure.of_now}
    uow.journal.note("month_opened", month, by.id, now, {"reason": said, **kept})


def next_closing(uow: UnitOfWork, now: datetime, zone: str) -> Write | None:
    """Count the oldest month that is due to close automatically, and return its saving function; None without one.

    A month closes three days after its end. Months before that of the first recorded order never close automatically:
    their orders are imported, and more may follow. A month that a person opened again stays open until they close it.
    """
    closed = uow.closed_months.names() | set(uow.closed_months.opened())
    for query in _over(uow, now - CLOSES_AFTER, ZoneInfo(zone)):
        if query.text not in closed:
            return count_month(uow, query.text, None, now, zone)
    return None


def as_closed(uow: UnitOfWork, closed: ClosedMonth, counted: Recap) -> Recap:
    """Return the fixed figures, with the changes since from `counted`. Figures of the present come from `counted`."""
    fixed = _fixed(closed)
    person = next((person for person in uow.people.all() if person.id == closed.closed_by), None)
    changes = tuple(_changes(fixed, counted))
    return evolve(
        fixed,
        made_at=counted.made_at,
        open_now=counted.open_now,
        ages=counted.ages,
        closed=Closing(at=closed.closed_at, by=person.name if person else "", changes=changes),
    )


def headline_of(closed: ClosedMonth) -> Headline:
    """Return a closed month's figures for a comparison."""
    fixed = _fixed(closed)
    return Headline(
        query=fixed.query,
        received=fixed.total,
        completed=fixed.completed,
        cancelled=fixed.cancelled,
        promise=fixed.promise,
        due=fixed.due,
        times=fixed.times,
    )


def _fixed(closed: ClosedMonth) -> Recap:
    figures = {**closed.figures, "targets": list(_with_left(closed.figures["targets"]))}
    recap = _converter.structure(figures, Recap)
    tables = [evolve(table, rows=tuple(map(_with_every_phase, table.rows))) for table in recap.tables]
    return evolve(recap, received=_every_phase(recap.received), tables=tuple(tables))


def _with_every_phase(row: RecapRow) -> RecapRow:
    return evolve(row, by_phase=_every_phase(row.by_phase))


def _every_phase(counted: Mapping[Phase, int]) -> Mapping[Phase, int]:
    """Add zeros for phases that are newer than a closed month."""
    return {phase: counted.get(phase, 0) for phase in Phase}


def _with_left(targets: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Add the number left to each target. Older closed months did not save it, so it is computed."""
    left = {one["sto"]: one.get("left", max(one["target"] - one["done"], 0)) for one in targets if one["sto"]}
    for one in targets:
        yield {"left": left[one["sto"]] if one["sto"] else sum(left.values()), **one}


def _over(uow: UnitOfWork, until: datetime, zone: ZoneInfo) -> Iterator[RecapQuery]:
    began = uow.order_facts.began_at()
    if began is None:
        return
    query: RecapQuery | None = RecapQuery.month(began.astimezone(zone).date())
    while query is not None and query.period(zone).end <= until:
        yield query
        query = query.next


def _changes(then: Recap, now: Recap) -> Iterator[LaterChange]:
    before = {figure.code: count for figure, count in counts(then) if not figure.of_now}
    for figure, count in counts(now):
        if not figure.of_now and figure.code in before and before[figure.code] != count:
            yield LaterChange(code=figure.code, then=before[figure.code], now=count)
    for table in now.tables:
        fixed = then.table(table.dimension)
        if fixed is None:
            continue
        was, rows = ({row.value: row for row in one.rows} for one in (fixed, table))
        for value in {**was, **rows}:
            label = (rows.get(value) or was[value]).label
            for code, of in (("received", "total"), ("completed", "completed")):
                pair = [getattr(one[value], of) if value in one else 0 for one in (was, rows)]
                if pair[0] != pair[1]:
                    yield LaterChange(
                        code=code, then=pair[0], now=pair[1], dimension=table.dimension, value=value, label=label
                    )
    yield from _reason_changes(then, now)


def _reason_changes(then: Recap, now: Recap) -> Iterator[LaterChange]:
    was, are = ({reason.status: reason.count for reason in recap.reasons} for recap in (then, now))
    for status in {**was, **are}:
        if was.get(status, 0) != are.get(status, 0):
            yield LaterChange(code="reason", then=was.get(status, 0), now=are.get(status, 0), value=status)
