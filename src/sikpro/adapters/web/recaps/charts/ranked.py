"""Ranked bars: the largest rows of a table, the rest as one, and their share in time beside."""

from collections.abc import Mapping, Sequence
from math import floor

from attrs import frozen

from sikpro.adapters.web.recaps.charts.scale import Scale
from sikpro.application.reports.recap_data import Promise, Recap, RecapRow, RecapTable
from sikpro.domain.phase import Phase, Stage

ORDER = (Stage.COMPLETED, Stage.IN_PROGRESS, Stage.WAITING, Stage.HELD_UP, Stage.CANCELLED)
"""The order of a bar's parts: what is done first, what was lost last."""


@frozen
class Slice:
    """A part of a bar: its phase, start, width and number; the full bar is 100."""

    phase: Phase
    start: float
    width: float
    count: int


@frozen(kw_only=True)
class RankedRow:
    """A bar: its value (None for the rest), label, parts, numbers, and the place of its share in time (of 100)."""

    value: str | None
    label: str
    slices: Sequence[Slice]
    total: int
    completed: int
    due: Promise | None = None
    dot: float | None = None
    others: int = 0


@frozen(kw_only=True)
class RankedChart:
    """The bars, the places on the axis of shares (in percent), and that of all orders together."""

    rows: Sequence[RankedRow]
    marks: Sequence[tuple[float, int]] = ()
    whole: float | None = None


def ranked(recap: Recap, table: RecapTable, most: int) -> RankedChart:
    """Draw the largest rows of a table; the others are one row."""
    first, rest = table.rows[:most], table.rows[most:]
    if len(rest) == 1:
        first, rest = table.rows, ()
    largest = max((row.total for row in first), default=0) or 1
    shares = [row.due.share for row in first if row.due and row.due.share is not None]
    low = min(floor(min(shares, default=0.9) * 20) / 20, 0.9)
    scale = Scale(low, 1, 3, 97)
    rows = [_row(row, largest, scale) for row in first]
    if rest:
        rows.append(_row(_sum(rest), None, scale, others=len(rest)))
    comply = recap.due is not None and bool(shares)
    step = 0.05 if low >= 0.8 else 0.1 if low >= 0.5 else 0.25
    places = [1 - step * n for n in range(int((1 - low) / step + 0.001) + 1)][::-1]
    return RankedChart(
        rows=rows,
        marks=[(scale(place), round(100 * place)) for place in places] if comply else (),
        whole=scale(recap.due.share) if comply and recap.due and recap.due.share is not None else None,
    )


def _sum(rows: Sequence[RecapRow]) -> RecapRow:
    due = [row.due for row in rows if row.due]
    return RecapRow(
        "",
        "",
        {phase: sum(row.by_phase[phase] for row in rows) for phase in Phase},
        sum(row.completed for row in rows),
        Promise(within=sum(one.within for one in due), late=sum(one.late for one in due)) if due else None,
    )


def _row(row: RecapRow, largest: int | None, scale: Scale, others: int = 0) -> RankedRow:
    share = row.due.share if row.due else None
    return RankedRow(
        value=None if others else row.value,
        label=row.label,
        slices=bar(row.by_phase, largest) if largest else (),
        total=row.total,
        completed=row.completed,
        due=row.due,
        dot=None if share is None else scale(share),
        others=others,
    )


def bar(by_phase: Mapping[Phase, int], largest: int) -> Sequence[Slice]:
    """Return the parts of a bar; a row with `largest` orders is 100 wide."""
    slices, start = list[Slice](), 0.0
    for stage in ORDER:
        for phase in Phase:
            width = 100 * by_phase.get(phase, 0) / largest
            if phase.stage is stage and width:
                slices.append(Slice(phase, round(start, 2), round(width, 2), by_phase[phase]))
                start += width
    return slices
