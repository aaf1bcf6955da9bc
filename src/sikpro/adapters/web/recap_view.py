"""A recap as its page shows it: labels, bars and comparisons."""

from collections.abc import Mapping, Sequence
from datetime import date

from attrs import frozen

from sikpro.adapters.web.recap_links import RecapLinks
from sikpro.application.i18n import Words
from sikpro.application.ports.facts import Dimension
from sikpro.application.reports.shape import Reason, Recap, RecapRow, RecapTable
from sikpro.domain.catalogue import Status
from sikpro.domain.phase import Phase


@frozen
class Slice:
    """A part of a bar: its phase, where it begins and how wide it is, of 100."""

    phase: Phase
    start: float
    width: float


@frozen(kw_only=True)
class RecapView:
    """What the page asks while it is made; `choices` are those of the queue's filters."""

    recap: Recap
    today: date
    statuses: Mapping[str, Status]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    links: RecapLinks
    words: Words

    def label(self, dimension: Dimension, row: RecapRow) -> str:
        """A row's name in words."""
        if dimension is Dimension.HOUR and row.value:
            return self.words("recap.hour", hour=row.value)
        if dimension is Dimension.DAY and row.value:
            return self.words.short_date(date.fromisoformat(row.value))
        if dimension is Dimension.CHANNEL:
            return self.words(f"channel.{row.value}")
        return row.label or self.words("recap.unknown")

    def bar(self, table: RecapTable, row: RecapRow) -> Sequence[Slice]:
        """A row's phases side by side, the table's largest row being 100 wide."""
        largest = max(one.total for one in table.rows) or 1
        slices, start = [], 0.0
        for phase in Phase:
            width = 100 * row.by_phase[phase] / largest
            if width:
                slices.append(Slice(phase, round(start, 2), round(width, 2)))
            start += width
        return slices

    def reason_label(self, reason: Reason) -> str:
        """A held-up reason in words."""
        status = self.statuses.get(reason.status)
        return self.words.text(status.label) if status else reason.status

    def sums(self, table: RecapTable) -> Mapping[Phase, int]:
        """A table's columns added up."""
        return {phase: sum(row.by_phase[phase] for row in table.rows) for phase in Phase}
