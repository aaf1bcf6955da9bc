"""The chart of the wall: received and completed orders of today, over the ordinary course of completed ones."""

from collections.abc import Sequence

from attrs import frozen

from sikpro.adapters.web.recaps.charts.lines import Frame, Mark
from sikpro.adapters.web.recaps.charts.scale import ticks
from sikpro.application.reports.course import Course

FIRST_HOUR = 6
LAST_HOUR = 22


@frozen(kw_only=True)
class Line:
    """One line of the chart, as SVG points, and its end."""

    points: str
    x: float
    y: float
    value: int


@frozen(kw_only=True)
class WallChart:
    """The lines of a day until now, and the mean of ordinary days until the evening ("" when there is none)."""

    frame: Frame
    rows: Sequence[Mark]
    hours: Sequence[Mark]
    received: Line
    completed: Line
    ordinary: str


def wall_chart(received: Course, completed: Course) -> WallChart:
    """Draw both courses from the morning to the evening."""
    frame = Frame(width=640, height=330, left=4, right=60, top=20, bottom=34)
    means = [(hour, band.mean) for hour in range(FIRST_HOUR, LAST_HOUR + 1) if (band := completed.band(hour - 1))]
    marks = ticks(0, max([1, received.now, completed.now, *(mean for _, mean in means)]), most=4)
    x, y = frame.across(FIRST_HOUR, LAST_HOUR), frame.up(0, marks[-1])

    def line(course: Course) -> Line:
        last = min(course.over, LAST_HOUR)
        places = [(x(hour), y(course.hours[hour - 1])) for hour in range(FIRST_HOUR, last + 1)]
        if FIRST_HOUR <= course.over < LAST_HOUR:
            places.append((x(course.over + 0.5), y(course.now)))
        end = places[-1] if places else (frame.left, frame.base)
        return Line(points=_points(places), x=end[0], y=end[1], value=course.now)

    return WallChart(
        frame=frame,
        rows=[Mark(y(mark), mark) for mark in marks],
        hours=[Mark(x(hour), hour) for hour in range(FIRST_HOUR, LAST_HOUR + 1, 4)],
        received=line(received),
        completed=line(completed),
        ordinary=_points([(x(hour), y(mean)) for hour, mean in means]),
    )


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)
