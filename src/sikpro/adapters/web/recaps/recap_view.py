"""The view model of a recap: labels, bars, charts and comparisons."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from attrs import frozen

from sikpro.adapters.web.recaps.recap_charts import Chart, flow, pareto
from sikpro.adapters.web.recaps.recap_links import RecapLinks
from sikpro.application.i18n import Words
from sikpro.application.ports.facts import Dimension, Interval
from sikpro.application.reports.closing import CLOSES_AFTER
from sikpro.application.reports.figures import BY_CODE, FIGURES, MORE
from sikpro.application.reports.recap_data import AgainstTarget, LaterChange, Recap, RecapRow, RecapTable
from sikpro.application.reports.recap_text import recap_text
from sikpro.application.reports.wording import Versus, before_text, filters_text, percent, versus
from sikpro.domain.catalogue import Status
from sikpro.domain.phase import Phase


@frozen
class Slice:
    """A part of a bar: its phase, start and width; the full bar is 100."""

    phase: Phase
    start: float
    width: float


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

    @property
    def empty(self) -> bool:
        """Return whether nothing came in and nothing ended in the period."""
        return not (self.recap.total or self.recap.completed or self.recap.cancelled)

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
        return recap_text(self.recap, self.words)

    @property
    def filters_text(self) -> str:
        """Return the filters as readable text."""
        return filters_text(self.recap, self.words)

    @property
    def flow(self) -> Chart:
        """Return the chart of received and completed orders, by hour or by day."""
        return flow(self.recap)

    @property
    def flow_table(self) -> Dimension:
        """Return the dimension of the table below that chart."""
        return Dimension.DAY if self.recap.table(Dimension.DAY) else Dimension.HOUR

    @property
    def pareto(self) -> Chart:
        """Return the chart of reasons with their cumulated shares."""
        return pareto(self.recap)

    @property
    def closed_on(self) -> str:
        """Return the day on which the month was closed, "" while it is open."""
        closed = self.recap.closed
        return self.words.long_date(self.words.local(closed.at).date()) if closed else ""

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

    def slot(self, value: str) -> str:
        """Return the readable label of a chart's mark."""
        return value if len(value) == len("09") else self.words.short_date(date.fromisoformat(value))

    def bar(self, table: RecapTable, row: RecapRow) -> Sequence[Slice]:
        """Return the parts of a row's bar, one per phase; the largest row of the table is 100 wide."""
        largest = max(one.total for one in table.rows) or 1
        slices, start = [], 0.0
        for phase in Phase:
            width = 100 * row.by_phase[phase] / largest
            if width:
                slices.append(Slice(phase, round(start, 2), round(width, 2)))
            start += width
        return slices

    def sums(self, table: RecapTable) -> Mapping[Phase, int]:
        """Return the sums of a table's columns."""
        return {phase: sum(row.by_phase[phase] for row in table.rows) for phase in Phase}

    def completed(self, table: RecapTable) -> int:
        """Return the sum of a table's completed orders."""
        return sum(row.completed for row in table.rows)

    def target_bar(self, target: AgainstTarget) -> float:
        """Return the completed part of a target, of 100."""
        return round(min(100 * target.done / target.target, 100), 2) if target.target else 100

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

    @property
    def all_meanings(self) -> Mapping[str, str]:
        """Return all definitions."""
        return self.meanings(*(figure.code for figure in FIGURES), *MORE)
