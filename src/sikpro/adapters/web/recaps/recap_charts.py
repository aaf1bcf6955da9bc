"""The charts of a recap, drawn on the server on a canvas with height 100; each has a table with its figures."""

from collections.abc import Sequence
from datetime import timedelta

from attrs import frozen

from sikpro.application.ports.facts import Dimension
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import Span

SLOT = 10
"""The width of a value on the canvas."""

LEAST = 6
"""The fewest places of a Pareto chart, so that a single bar does not fill it."""


@frozen
class Bar:
    """A bar on the bottom of the canvas: its left edge, width, height and value."""

    x: float
    width: float
    height: float
    kind: str

    @property
    def y(self) -> float:
        """Return the position of its top."""
        return round(100 - self.height, 2)


@frozen(kw_only=True)
class Chart:
    """Bars and an optional line (SVG points); `peak` is the value of the full height, `marks` are the labels below."""

    width: int
    bars: Sequence[Bar]
    peak: int
    peak_at: str = ""
    line: str = ""
    marks: Sequence[str] = ()


def flow(recap: Recap) -> Chart:
    """Return the chart of received and completed orders, for each hour of a day or each day of a longer period."""
    dimension = Dimension.HOUR if recap.query.span is Span.DAY else Dimension.DAY
    table = recap.table(dimension)
    rows = {row.value: row for row in table.rows} if table else {}
    slots = _slots(recap)
    pairs = [(rows[slot].total, rows[slot].completed) if slot in rows else (0, 0) for slot in slots]
    peak = max((max(pair) for pair in pairs), default=0)
    bars = [
        Bar(place * SLOT + at, 3.5, round(100 * count / peak, 2), kind)
        for place, pair in enumerate(pairs)
        for at, count, kind in ((1, pair[0], "received"), (5, pair[1], "completed"))
        if count
    ]
    most = max(range(len(slots)), key=lambda place: pairs[place][0])
    return Chart(width=len(slots) * SLOT, bars=bars, peak=peak, peak_at=slots[most], marks=_marks(slots))


def pareto(recap: Recap) -> Chart:
    """Return the reasons, most frequent first, with the line of cumulated shares; the full height is the total."""
    bars = [
        Bar(place * SLOT + 1.5, SLOT - 3, round(100 * reason.share, 2), "held_up")
        for place, reason in enumerate(recap.reasons)
    ]
    points = [
        f"{place * SLOT + SLOT / 2:g},{round(100 - 100 * reason.cumulative, 2):g}"
        for place, reason in enumerate(recap.reasons)
    ]
    width, held_up = max(len(bars), LEAST) * SLOT, recap.held_up
    return Chart(width=width, bars=bars, peak=held_up, line=" ".join(points))


def _slots(recap: Recap) -> list[str]:
    if recap.query.span is Span.DAY:
        return [f"{hour:02}" for hour in range(24)]
    return [(recap.query.first + timedelta(days=n)).isoformat() for n in range(recap.query.days)]


def _marks(slots: Sequence[str]) -> Sequence[str]:
    """Return the first value, the last, and a few between them."""
    if len(slots) < 3:
        return slots
    parts = 4 if len(slots) > 4 else 2
    return [slots[round(part * (len(slots) - 1) / parts)] for part in range(parts + 1)]
