"""The numbers of the recap's charts: round axes, what is ordinary, rows that add up, days without orders."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.adapters.web.recaps.charts.lines import trend_chart, waiting_chart
from sikpro.adapters.web.recaps.charts.pareto import LISTED, pareto
from sikpro.adapters.web.recaps.charts.ranked import ranked
from sikpro.adapters.web.recaps.charts.scale import ticks
from sikpro.application.ports.facts import Dimension, Interval, Spread, TimeBasis
from sikpro.application.reports.heat import drawn
from sikpro.application.reports.ordinary import LEAST, band
from sikpro.application.reports.recap_data import Promise, Reason, Recap, RecapRow, RecapTable
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.reports.trend import MonthFigures, Trend
from sikpro.application.reports.waiting import Waiting
from sikpro.domain.catalogue import Bilingual
from sikpro.domain.phase import Phase
from sikpro.testing.builders import NOON

OCTOBER = RecapQuery.parse("2026-10")


@given(st.integers(0, 100_000), st.integers(1, 100_000))
def test_an_axis_has_few_round_ticks_that_hold_all_values(low: int, span: int) -> None:
    marks = ticks(low, low + span)
    assert marks[0] <= low
    assert marks[-1] >= low + span
    assert len(marks) <= 7
    steps = {after - before for before, after in pairwise(marks)}
    assert len(steps) == 1
    assert str(steps.pop()).rstrip("0") in {"1", "2", "5"}


def test_a_band_needs_six_figures_and_holds_what_varies_as_ever() -> None:
    usual = [20, 22, 19, 21, 20, 23, 20]
    assert band(usual[: LEAST - 1]) is None
    ordinary = band(usual)
    assert ordinary
    assert [ordinary.outside(count) for count in (*usual, 26, 15)] == [0] * 9
    assert (ordinary.outside(40), ordinary.outside(2)) == (1, -1)


def months(*counts: int, over: bool = True) -> Trend:
    firsts = [date(2025 + (place + 10) // 12, (place + 10) % 12 + 1, 1) for place in range(len(counts))]
    return Trend(
        months=tuple(
            MonthFigures(first=first, received=count, completed=count, over=over or first != firsts[-1])
            for first, count in zip(firsts, counts, strict=True)
        )
    )


@pytest.mark.parametrize(
    ("trend", "outside"),
    [
        (months(20, 22, 19, 21, 20, 23, 21), 0),
        (months(20, 22, 19, 21, 20, 23, 60), 1),
        (months(20, 22, 19, 21, 20, 23, 3), -1),
        (months(20, 22, 19, 21, 20, 23, 3, over=False), 0),
        (months(20, 22, 19, 60), 0),
    ],
    ids=["inside", "above", "below", "still running", "too few months"],
)
def test_a_month_is_marked_only_outside_the_band(trend: Trend, outside: int) -> None:
    chart = trend_chart(trend, "received")
    assert chart.outside == outside
    assert len(chart.points) == len(trend.months)
    assert all(chart.frame.top <= point.y <= chart.frame.base for point in chart.points)


@given(st.dictionaries(st.tuples(st.integers(1, 31), st.integers(0, 23)), st.integers(1, 40), max_size=60))
def test_no_order_is_lost_when_the_hours_of_the_night_are_folded(counts: dict[tuple[int, int], int]) -> None:
    heat = drawn(
        OCTOBER, {(f"2026-10-{day:02}", f"{hour:02}"): n for (day, hour), n in counts.items()}, TimeBasis.RECEIVED
    )
    assert heat.total == sum(counts.values()) == sum(heat.by_slot)
    night = sum(n for (_, hour), n in counts.items() if hour >= 21 or hour < 6)
    assert (len(heat.slots) == 16) == (night <= 0.05 * heat.total)
    assert [heat.level(n) for n in (0, 1)] == [0, 1]
    levels = [heat.level(n) for n in range(50)]
    assert levels == sorted(levels)
    assert max(levels) <= 5


def test_a_long_period_is_mapped_by_day_of_the_week() -> None:
    query = RecapQuery.parse("2026-01-01_2026-06-30")
    heat = drawn(query, {("2026-01-05", "09"): 2, ("2026-01-12", "09"): 3}, TimeBasis.RECEIVED)
    assert len(heat.columns) == 7
    assert heat.by_column == (5, 0, 0, 0, 0, 0, 0)


def test_one_odd_hour_does_not_pale_the_others() -> None:
    counts: dict[tuple[str, ...], int] = {
        (f"2026-10-{day:02}", f"{hour:02}"): 1 + (day + hour) % 6 for day in range(1, 31) for hour in range(7, 17)
    }
    usual = drawn(OCTOBER, counts, TimeBasis.RECEIVED).steps
    assert drawn(OCTOBER, counts | {("2026-10-31", "09"): 500}, TimeBasis.RECEIVED).steps == usual


def a_recap(rows: int) -> tuple[Recap, RecapTable]:
    phases = dict.fromkeys(Phase, 0)
    found = tuple(
        RecapRow(
            f"S{n:02}",
            f"S{n:02}",
            phases | {Phase.COMPLETED: 40 - n, Phase.HELD_UP: n % 3},
            n,
            Promise(within=n, late=1),
        )
        for n in range(rows)
    )
    table = RecapTable(Dimension.STO, found)
    recap = Recap(
        query=OCTOBER,
        made_at=NOON,
        received=phases,
        completed=0,
        cancelled=0,
        open_now=0,
        tables=(table,),
        due=Promise(within=sum(range(rows)), late=rows),
    )
    return recap, table


@pytest.mark.parametrize("rows", [3, 12, 13, 30])
def test_the_rows_that_are_not_drawn_are_counted_as_one(rows: int) -> None:
    chart = ranked(*a_recap(rows), 12)
    _, table = a_recap(rows)
    assert sum(row.total for row in chart.rows) == sum(row.total for row in table.rows)
    assert sum(row.due.all for row in chart.rows if row.due) == sum(row.due.all for row in table.rows if row.due)
    assert sum(row.others or 1 for row in chart.rows) == rows
    assert all(row.others != 1 for row in chart.rows), "a single row is shown as itself"
    for row in chart.rows:
        assert sum(part.count for part in row.slices) in {row.total, 0}
        assert all(part.start + part.width <= 100.01 for part in row.slices)


@pytest.mark.parametrize("many", [1, 10, 11, 25])
def test_the_bars_of_the_pareto_follow_each_other_up_to_all(many: int) -> None:
    reasons = [
        Reason(status=f"s{n}", label=Bilingual("", ""), group="", count=1, share=1 / many, cumulative=(n + 1) / many)
        for n in range(many)
    ]
    bars = pareto(reasons, frozenset({"s0"}))
    assert len(bars) <= LISTED + 1
    assert sum(bar.count for bar in bars) == many
    assert bars[-1].start + bars[-1].width == pytest.approx(100, abs=0.05)
    for before, after in pairwise(bars):
        assert after.start == pytest.approx(before.start + before.width, abs=0.05)
    assert [bar.cancelled for bar in bars] == [True] + [False] * (len(bars) - 1)


def test_a_day_without_orders_breaks_the_line_of_waiting() -> None:
    span = Spread(count=1, median=timedelta(minutes=5), p90=timedelta(hours=5))
    days = {date(2026, 10, day): span for day in (1, 2, 3, 7, 9, 10)}
    chart = waiting_chart(Waiting(interval=Interval.HELPDESK, days=days), OCTOBER.first, OCTOBER.last)
    assert (len(chart.lines), len(chart.bands), len(chart.dots)) == (2, 2, 1)
