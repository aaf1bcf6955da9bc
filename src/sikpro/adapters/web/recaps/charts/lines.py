"""Line charts: a month's place in the trend, a day's course, waiting by day."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import log10

from attrs import frozen

from sikpro.adapters.web.recaps.charts.scale import Scale, from_zero_or_near, ticks
from sikpro.application.reports.course import Course
from sikpro.application.reports.ordinary import Band
from sikpro.application.reports.trend import MonthFigures, Trend
from sikpro.application.reports.waiting import Waiting


@frozen
class Mark:
    """A place on an axis and its value."""

    at: float
    value: int


@frozen(kw_only=True)
class Frame:
    """The canvas: its size, and the space around the drawing."""

    width: int
    height: int
    left: int = 40
    right: int = 12
    top: int = 14
    bottom: int = 22

    @property
    def base(self) -> int:
        """The position of the lower axis."""
        return self.height - self.bottom

    @property
    def end(self) -> int:
        """The position of the right end of the drawing."""
        return self.width - self.right

    def across(self, low: float, high: float) -> Scale:
        """Return a scale from left to right."""
        return Scale(low, high, self.left, self.end)

    def up(self, low: float, high: float) -> Scale:
        """Return a scale from the bottom to the top."""
        return Scale(low, high, self.base, self.top)


@frozen(kw_only=True)
class MonthPoint:
    """A month on the canvas."""

    x: float
    y: float
    month: MonthFigures
    value: int
    last: bool


@frozen(kw_only=True)
class TrendChart:
    """The months of one figure, with the band of what is ordinary and the three labels beside it."""

    frame: Frame
    rows: Sequence[Mark]
    points: Sequence[MonthPoint]
    band: Band | None
    top: float = 0
    middle: float = 0
    bottom: float = 0
    outside: int = 0

    @property
    def line(self) -> str:
        """The line through the months that are over, as SVG points."""
        return _points([(one.x, one.y) for one in self.points if one.month.over])


def trend_chart(trend: Trend, figure: str) -> TrendChart:
    """Draw the months of `received` or `completed`."""
    frame = Frame(width=548, height=118, left=46, right=84, top=16)
    values = [getattr(month, figure) for month in trend.months]
    ordinary = trend.band(figure)
    reach = [*values, *((ordinary.low, ordinary.high) if ordinary else ())]
    marks = ticks(*from_zero_or_near(reach), most=4)
    x, y = frame.across(0, max(len(values) - 1, 1)), frame.up(marks[0], marks[-1])
    points = [
        MonthPoint(x=x(place), y=y(value), month=month, value=value, last=place == len(values) - 1)
        for place, (month, value) in enumerate(zip(trend.months, values, strict=True))
    ]
    return TrendChart(
        frame=frame,
        rows=[Mark(y(mark), mark) for mark in marks],
        points=points,
        band=ordinary,
        top=y(ordinary.high) if ordinary else 0,
        middle=y(ordinary.mean) if ordinary else 0,
        bottom=y(ordinary.low) if ordinary else 0,
        outside=trend.outside(figure),
    )


@frozen(kw_only=True)
class CourseChart:
    """A day's orders added up, hour by hour, over the band of ordinary days."""

    frame: Frame
    rows: Sequence[Mark]
    hours: Sequence[Mark]
    line: str
    band: str = ""
    mean: str = ""
    now_x: float = 0
    now_y: float = 0
    mean_end: tuple[float, float, int] | None = None


FIRST_HOUR = 6
"""The course is drawn from this hour on; what came before is its first value."""


def course_chart(course: Course) -> CourseChart:
    """Draw the course of a day from early in the morning to midnight."""
    frame = Frame(width=350, height=178, left=30, right=50)
    bands = [course.band(hour) for hour in range(FIRST_HOUR - 1, 24)]
    last = min(course.over, 23) if course.over < 24 else 24
    ends = [course.hours[hour - 1] for hour in range(FIRST_HOUR, last + 1)]
    running = course.over < 24
    reach = [1, *ends, course.now, *(band.high for band in bands if band)]
    marks = ticks(0, max(reach))
    x, y = frame.across(FIRST_HOUR, 24), frame.up(0, marks[-1])
    steps = [(x(hour), y(count)) for hour, count in enumerate(ends, start=FIRST_HOUR)]
    if running and course.over >= FIRST_HOUR:
        steps.append((x(min(course.over + 0.5, 24)), y(course.now)))
    known = [(hour, band) for hour, band in enumerate(bands, start=FIRST_HOUR) if band]
    upper = [(x(hour), y(band.high)) for hour, band in known]
    lower = [(x(hour), y(band.low)) for hour, band in known]
    middle = [(x(hour), y(band.mean)) for hour, band in known]
    return CourseChart(
        frame=frame,
        rows=[Mark(y(mark), mark) for mark in marks],
        hours=[Mark(x(hour), hour) for hour in range(FIRST_HOUR, 25, 3)],
        line=_points(steps),
        band=_points([*upper, *lower[::-1]]) if known else "",
        mean=_points(middle),
        now_x=steps[-1][0] if steps else frame.left,
        now_y=steps[-1][1] if steps else frame.base,
        mean_end=(*middle[-1], round(known[-1][1].mean)) if known else None,
    )


@frozen(kw_only=True)
class WaitingChart:
    """Waiting for one side by day: the median as a line, up to the 90th percentile as a band; a scale of powers."""

    frame: Frame
    rows: Sequence[tuple[float, timedelta]]
    days: Sequence[tuple[float, date]]
    lines: Sequence[str]
    bands: Sequence[str]
    dots: Sequence[tuple[float, float]]


_SPANS = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 600, 4320))


def waiting_chart(waiting: Waiting, first: date, last: date) -> WaitingChart:
    """Draw the waiting of a period's days; days without any break the line."""
    frame = Frame(width=270, height=124, left=54, right=6, top=8)
    y = frame.up(log10(1), log10(_SPANS[-1] / timedelta(minutes=1) * 1.6))
    x = frame.across(0, max((last - first).days, 1))

    def height(span: timedelta) -> float:
        return y(log10(max(span / timedelta(minutes=1), 1)))

    runs = _runs(sorted(day for day in waiting.days if first <= day <= last))
    lines, bands, dots = list[str](), list[str](), list[tuple[float, float]]()
    for run in runs:
        spreads = [(x((day - first).days), waiting.days[day]) for day in run]
        low = [(at, height(spread.median)) for at, spread in spreads if spread.median is not None]
        high = [(at, height(spread.p90)) for at, spread in spreads if spread.p90 is not None]
        if len(run) == 1:
            dots.extend(low)
        else:
            lines.append(_points(low))
            bands.append(_points([*high, *low[::-1]]))
    length = (last - first).days
    places = sorted({0, *range(7, length - 2, 7), length})
    return WaitingChart(
        frame=frame,
        rows=[(height(span), span) for span in _SPANS],
        days=[(x(place), first + timedelta(days=place)) for place in (places if length <= 45 else (0, length))],
        lines=lines,
        bands=bands,
        dots=dots,
    )


def _runs(days: Sequence[date]) -> Sequence[Sequence[date]]:
    """Split days where one is missing."""
    runs = list[list[date]]()
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)
