"""The view model of a recap: labels, bars, charts and comparisons."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from attrs import evolve, frozen

from sikpro.adapters.web.recaps.charts.lines import (
    CourseChart,
    TrendChart,
    WaitingChart,
    course_chart,
    trend_chart,
    waiting_chart,
)
from sikpro.adapters.web.recaps.charts.pareto import ParetoBar, pareto
from sikpro.adapters.web.recaps.charts.ranked import RankedChart, Slice, bar, ranked
from sikpro.adapters.web.recaps.recap_links import RecapLinks, page_of
from sikpro.application.i18n import Words
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.facts import Dimension, Interval, TimeBasis
from sikpro.application.ports.months import OpenedMonth
from sikpro.application.ports.queries import OrderRow
from sikpro.application.reports.changed_orders import ChangedOrders
from sikpro.application.reports.closing import CLOSES_AFTER
from sikpro.application.reports.comparison import Comparison
from sikpro.application.reports.course import Course
from sikpro.application.reports.due_soon import DueOrder
from sikpro.application.reports.explain import Sentence, below_chance, sentences, unfinished
from sikpro.application.reports.figures import BY_CODE, FIGURES, MORE
from sikpro.application.reports.heat import Column, HeatMap, Slot
from sikpro.application.reports.ordinary import LEAST
from sikpro.application.reports.recap_data import (
    AgainstTarget,
    LaterChange,
    Promise,
    Reason,
    Recap,
    RecapRow,
    RecapTable,
)
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.application.reports.recap_text import recap_text
from sikpro.application.reports.waiting import Waiting
from sikpro.application.reports.wording import Versus, before_text, filters_text, percent, versus
from sikpro.application.use_cases.catalogue.lookup import group_text
from sikpro.application.use_cases.recaps.pin_notes import may_change
from sikpro.domain.catalogue import Status
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase, Stage, Turn
from sikpro.domain.promise import due_at


@frozen(kw_only=True)
class RecapView:
    """The view model of the page; `choices` are those of the queue's filters."""

    recap: Recap
    today: date
    statuses: Mapping[str, Status]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    links: RecapLinks
    words: Words
    is_closed: bool
    may_close: bool
    beside: Comparison
    said: tuple[Sentence, ...]
    heat: HeatMap | None
    waiting: tuple[Waiting, ...]
    changed: ChangedOrders
    people: Mapping[int, str]
    me: Person
    opened: OpenedMonth | None = None
    opened_by: str = ""

    @property
    def empty(self) -> bool:
        """Return whether nothing came in and nothing ended in the period."""
        return not (self.recap.total or self.recap.completed or self.recap.cancelled)

    def group_name(self, group: str) -> str:
        """Return the name of a group of reasons."""
        return group_text(self.statuses.values(), group, self.words) if group else self.words("recap.group.none")

    @property
    def day_path(self) -> str:
        """Return the address of a day of the period: today if it is in the period, else the first day."""
        recap_query = self.recap.query
        day = self.today if recap_query.first <= self.today <= recap_query.last else recap_query.first
        return f"/recap/day/{day}"

    @property
    def free_path(self) -> str:
        """Return the address of the same days as a free period."""
        return f"/recap/free/{self.recap.query.first}_{self.recap.query.last}"

    @property
    def text(self) -> str:
        """Return the recap as text for a chat."""
        return recap_text(self.recap, self.words, sentences(self.said, self.words))

    @property
    def filters_text(self) -> str:
        """Return the filters as readable text."""
        return filters_text(self.recap, self.words)

    @property
    def closed_on(self) -> str:
        """Return the day on which the month was closed, "" while it is open."""
        closed = self.recap.closed
        return self.words.long_date(self.words.local(closed.at).date()) if closed else ""

    @property
    def closed_short(self) -> str:
        """Return the day on which the month was closed in short, "" while it is open."""
        closed = self.recap.closed
        return self.words.short_date(self.words.local(closed.at).date()) if closed else ""

    @property
    def running(self) -> bool:
        """Return whether the period contains now."""
        return self.recap.query.first <= self.today <= self.recap.query.last

    @property
    def until(self) -> str:
        """Return until when the figures count, "" for a period that is over."""
        made_at = self.recap.made_at
        if not self.running:
            return ""
        if self.recap.query.span is Span.DAY:
            return self.words("recap.until", time=self.words.time(made_at))
        return self.words("recap.until.day", date=self.words.short_date(self.today), time=self.words.time(made_at))

    def period_name(self, query: RecapQuery) -> str:
        """Return the short name of a neighbouring period, for its button."""
        if query.span is Span.MONTH:
            return self.words.month_name(query.first)
        if query.span is Span.DAY:
            return self.words.short_date(query.first)
        return f"{self.words.short_date(query.first)}–{self.words.short_date(query.last)}"

    def month_short(self, first: date) -> str:
        """Return the short name of a month."""
        return self.words.short_month(first)

    def month_page(self, first: date) -> str:
        """Return the address of a month's recap with the same filters."""
        return page_of(evolve(RecapQuery.month(first), filters=self.recap.query.filters))

    def day_page(self, day: date) -> str:
        """Return the address of a day's recap with the same filters."""
        return page_of(evolve(RecapQuery.day(day), filters=self.recap.query.filters))

    @property
    def closes_on(self) -> date:
        """Return the day on which the month closes automatically."""
        return self.recap.query.last + timedelta(days=1) + CLOSES_AFTER

    def percent(self, share: float) -> str:
        """Return a share of 1 in percent."""
        return percent(share, self.words)

    def versus(self, code: str) -> Versus | None:
        """Return a figure's comparison with the period before."""
        return versus(self.recap, code, self.words)

    def median_before(self, interval: Interval) -> str:
        """Return the median of the period before, "" if there is none."""
        spread = self.recap.before.times.get(interval) if self.recap.before else None
        if spread is None or spread.median is None:
            return ""
        assert self.recap.before is not None
        return self.words(
            "recap.versus.median",
            before=before_text(self.recap.before, self.words),
            median=self.words.duration(spread.median),
        )

    def href(self, code: str) -> str:
        """Return the address of the orders behind a figure, "" if it has none."""
        return self.links.figure(BY_CODE[code])

    def label(self, dimension: Dimension, row: RecapRow) -> str:
        """Return the readable name of a row."""
        return self.value_label(dimension, row.value, row.label)

    def value_label(self, dimension: Dimension, value: str, label: str) -> str:
        """Return the readable name of a value."""
        if dimension is Dimension.HOUR and value:
            return self.words("recap.hour", hour=value)
        if dimension is Dimension.DAY and value:
            return self.words.short_date(date.fromisoformat(value))
        if dimension is Dimension.CHANNEL and self.words.knows(f"channel.{value}"):
            return self.words(f"channel.{value}")
        return label or self.words("recap.unknown")

    def bar(self, table: RecapTable, row: RecapRow) -> Sequence[Slice]:
        """Return the parts of a row's bar, one per phase; the largest row of the table is 100 wide."""
        return bar(row.by_phase, max(one.total for one in table.rows) or 1)

    def sums(self, table: RecapTable) -> Mapping[Phase, int]:
        """Return the sums of a table's columns."""
        return {phase: sum(row.by_phase[phase] for row in table.rows) for phase in Phase}

    def completed(self, table: RecapTable) -> int:
        """Return the sum of a table's completed orders."""
        return sum(row.completed for row in table.rows)

    def target_place(self, target: AgainstTarget, count: int) -> float:
        """Return the place of a number on a target's bar, of 100."""
        reach = max(target.target, target.done, target.landing or 0) or 1
        return round(100 * count / reach, 1)

    @property
    def target_note(self) -> str:
        """Return what is left of the target, and where the present pace lands."""
        target = self.recap.target
        if target is None:
            return ""
        number, words = self.words.number, self.words
        if target.landing is not None:
            return words("recap.target.landing", left=number(target.left), landing=number(target.landing))
        return words("recap.target.left", left=number(target.left)) if target.left else words("recap.target.reached")

    def complies(self, table: RecapTable) -> bool:
        """Return whether a table has shares in time."""
        return any(row.due is not None for row in table.rows)

    def is_low(self, due: Promise | None) -> bool:
        """Return whether a share in time is lower than chance alone makes it."""
        return due is not None and below_chance(self.recap.due, due)

    @property
    def heat_about(self) -> str:
        """Return the busiest two hours of the map and their share."""
        assert self.heat is not None
        hour, count = self.heat.busiest
        share = self.percent(count / self.heat.total)
        return self.words("recap.heat.busiest", first=f"{hour:02}", last=f"{hour + 2:02}", share=share)

    @property
    def heat_switch(self) -> Sequence[tuple[TimeBasis, str]]:
        """Return the addresses of the two maps: received and completed orders."""
        page = page_of(self.recap.query)
        more = f"{page}{'&' if '?' in page else '?'}heat=completed#heat"
        return [(TimeBasis.RECEIVED, f"{page}#heat"), (TimeBasis.FINISHED, more)]

    def weekday(self, column: Column) -> str:
        """Return the short day of the week of a column."""
        day = column.day or date(2024, 1, 1) + timedelta(days=column.weekday)  # a Monday
        return self.words.weekday(day)

    def is_off(self, column: Column) -> bool:
        """Return whether a column is of days without work."""
        work_days = self.beside.work_days
        return column.day not in work_days if column.day else column.weekday not in work_days.weekdays

    def cell_title(self, column: Column, slot: Slot, count: int) -> str:
        """Return the text of a cell: its day, its hours and its orders."""
        day = f"{self.weekday(column)} {self.words.short_date(column.day)}" if column.day else self.weekday(column)
        return self.words("recap.heat.cell", day=day, hour=slot.name, count=self.words.number(count))

    @property
    def other_days(self) -> Sequence[int]:
        """Return the sums of the days of the map for the other figure; none for a map by day of the week."""
        table = self.recap.table(Dimension.DAY)
        if table is None or self.heat is None or self.heat.columns[0].day is None:
            return ()
        done = self.heat.basis is TimeBasis.FINISHED
        rows = {row.value: row.total if done else row.completed for row in table.rows}
        return [rows.get(column.day.isoformat(), 0) if column.day else 0 for column in self.heat.columns]

    def waited_before(self, interval: Interval) -> Versus | None:
        """Return the median of waiting in the period before, and whether it is longer now."""
        now, then = self.recap.times.get(interval), self.beside.waits_before.get(interval)
        before = self.recap.before
        if now is None or then is None or before is None or now.median is None or then.median is None:
            return None
        way = "worse" if now.median > then.median else "better" if now.median < then.median else "same"
        median = self.words.duration(then.median)
        return Versus(way, self.words("recap.versus.median", before=before_text(before, self.words), median=median))

    @property
    def done_of_day(self) -> int:
        """Return how many orders of the day were completed on it, at most: those received on it and completed now."""
        return sum(self.recap.received[phase] for phase in Stage.COMPLETED.phases)

    def pace(self, figure: str) -> Versus | None:
        """Return the comparison of a day's figure with ordinary days until the last full hour."""
        course = self.beside.courses[0 if figure == "received" else 1]
        ordinary = course.ordinary
        if ordinary is None:
            return self.versus(figure)
        gap = course.compared - round(ordinary.mean)
        way = "more" if gap > 0 else "less" if gap < 0 else "same"
        params = {"by": self.words.number(abs(gap)), "mean": self.words.number(round(ordinary.mean))}
        at = "" if course.over == 24 else ".at"
        return Versus(way, self.words(f"recap.pace.{way}{at}", hour=f"{course.over:02}", **params))

    @property
    def course_about(self) -> str:
        """Return what the band of a day's course is made of, or why there is none."""
        if not any(course.days for course in self.beside.courses):
            return self.words("recap.course.off")
        days = max(len(course.days) for course in self.beside.courses)
        return self.words("recap.course.about" if days >= LEAST else "recap.course.few", days=days, least=LEAST)

    def course_text(self, name: str, course: Course) -> str:
        """Return a day's course in words, for those who do not see the drawing."""
        label, ordinary = self.words(f"recap.{name}_short"), course.band(max(min(course.over, 24), 1) - 1)
        text = self.words("recap.course.text", figure=label, count=self.words.number(course.now))
        if ordinary is None:
            return text
        numbers = {"low": self.words.number(round(ordinary.low)), "high": self.words.number(round(ordinary.high))}
        return f"{text} {self.words('recap.course.band', **numbers)}"

    def status_text(self, row: OrderRow) -> str:
        """Return the readable status of an order."""
        status = self.statuses.get(row.status)
        return self.words.text(status.label) if status else row.status

    def who(self, row: OrderRow) -> str:
        """Return the name of who has to act on an order, as far as known."""
        if row.turn is Turn.HELPDESK:
            return row.holder_name or row.helpdesk_name or "–"
        return row.technician_name or row.technician if row.turn is Turn.TECHNICIAN else self.status_text(row)

    def is_past(self, row: OrderRow) -> bool:
        """Return whether an order's 72 hours are over."""
        return due_at(row.received_at) <= self.recap.made_at

    def change(self, change: LaterChange) -> tuple[str, str]:
        """Return the readable name of a later change, and the orders as they are now."""
        if change.dimension is None:
            if change.code != "reason":
                return BY_CODE[change.code].name(self.words), self.href(change.code)
            status = self.statuses.get(change.value)
            return (self.words.text(status.label) if status else change.value), self.links.reason(change.value)
        name = self.value_label(change.dimension, change.value, change.label)
        label = f"{self.words(f'by.{change.dimension}')}: {name} – {self.words(f'recap.{change.code}_short')}"
        of = self.links.row if change.code == "received" else self.links.row_completed
        return label, of(change.dimension, change.value)

    def meanings(self, *codes: str) -> Mapping[str, str]:
        """Return names and definitions of figures, each definition once."""
        found: dict[str, str] = {}
        for code in codes:
            figure = BY_CODE.get(code)
            name = figure.name(self.words) if figure else self.words(f"recap.{code}")
            definition = self.words(figure.definition if figure else f"recap.means.{code}")
            if definition not in found.values():
                found[name] = definition
        return found

    def narrowed(self, name: str, value: str) -> str:
        """Return the address of the same recap with one more filter, or without it."""
        return page_of(self.recap.query.narrowed(name, value))

    @property
    def chips(self) -> Sequence[tuple[str, str]]:
        """Return each filter as readable text, with the address without it."""
        one_each = [(name, {name: value}) for name, value in self.recap.query.filters.items()]
        return [
            (
                self._filter_text(evolve(self.recap, query=evolve(self.recap.query, filters=alone))),
                self.narrowed(name, ""),
            )
            for name, alone in one_each
        ]

    def _filter_text(self, alone: Recap) -> str:
        status = self.statuses.get(alone.query.filters.get("status", ""))
        if status:
            return f"{self.words('by.status')} {self.words.text(status.label)}"
        return filters_text(alone, self.words)

    def behind(self, sentence: Sentence) -> str:
        """Return the address of the orders behind a sentence, "" if it has none."""
        if sentence.behind is None:
            return ""
        cancelled = {reason.status for reason in self.recap.cancel_reasons}
        return self.links.behind(sentence.behind, sentence.behind.filters.get("status") in cancelled)

    @property
    def unfinished(self) -> Sequence[Reason]:
        """Return the reasons of held-up and cancelled orders, most frequent first."""
        return unfinished(self.recap)

    @property
    def pareto(self) -> Sequence[ParetoBar]:
        """Return the bars of the Pareto chart."""
        return pareto(self.unfinished, frozenset(reason.status for reason in self.recap.cancel_reasons))

    def reason_orders(self, status: str) -> str:
        """Return the orders behind a reason."""
        cancelled = {reason.status for reason in self.recap.cancel_reasons}
        return (self.links.cancel_reason if status in cancelled else self.links.reason)(status)

    def table(self, dimension: str) -> RecapTable | None:
        """Return the table of a dimension by its name, None when the recap has none."""
        return self.recap.table(Dimension(dimension))

    def ranked(self, dimension: str, most: int) -> RankedChart | None:
        """Return the bars of a dimension, None when the recap has no orders of it."""
        table = self.table(dimension)
        return ranked(self.recap, table, most) if table and table.rows else None

    def name_of(self, dimension: str, value: str, label: str) -> str:
        """Return the readable name of a value of a dimension by its name."""
        return self.value_label(Dimension(dimension), value, label)

    def row(self, dimension: str, value: str) -> str:
        """Return the received orders of a row of a dimension by its name."""
        return self.links.row(Dimension(dimension), value)

    def row_late(self, dimension: str, value: str) -> str:
        """Return the orders of a row that fell due and were not in time."""
        return self.links.row_due(Dimension(dimension), value, "no")

    def named(self, label: str) -> tuple[str, str]:
        """Return a row's name and its code, from a label `SDA · Sidoarjo`."""
        code, _, name = label.partition(" · ")
        return (name, code) if name else (label, "")

    def trend(self, figure: str) -> TrendChart:
        """Return the chart of the months."""
        return trend_chart(self.beside.trend, figure)

    @property
    def course(self) -> Sequence[tuple[str, Course, CourseChart]]:
        """Return the courses of a day with their charts, by figure."""
        return [
            (name, one, course_chart(one))
            for name, one in zip(("received", "completed"), self.beside.courses, strict=False)
        ]

    @property
    def waits(self) -> Sequence[tuple[Interval, WaitingChart]]:
        """Return the charts of waiting by turn, without turns that nobody waited for."""
        query = self.recap.query
        return [(one.interval, waiting_chart(one, query.first, query.last)) for one in self.waiting if one.days]

    @property
    def pins(self) -> Mapping[date, int]:
        """Return the number of the first note of each day that has notes."""
        found: dict[date, int] = {}
        for number, note in enumerate(self.beside.notes, start=1):
            found.setdefault(note.day, number)
        return found

    def may_change(self, note: DayNote) -> bool:
        """Return whether the visitor may change a note."""
        return may_change(note, self.me)

    def late_by(self, order: DueOrder) -> str:
        """Return how long an order still has, or how long it is past its time."""
        return self.words.duration(abs(order.at - self.recap.made_at))

    @property
    def figure_changes(self) -> Sequence[LaterChange]:
        """Return the changed figures of a closed month, without those of the tables."""
        closed = self.recap.closed
        return [one for one in closed.changes if one.dimension is None and one.code != "reason"] if closed else ()

    @property
    def row_changes(self) -> Sequence[LaterChange]:
        """Return the changed rows of the tables of a closed month."""
        closed = self.recap.closed
        return [one for one in closed.changes if one.dimension or one.code == "reason"] if closed else ()

    @property
    def all_meanings(self) -> Mapping[str, str]:
        """Return all definitions."""
        return self.meanings(*(figure.code for figure in FIGURES), *MORE)
