"""A recap as its page shows it: addresses, labels and bars."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.queries import Dimension
from sikpro.application.reports.recap import Reason, Recap, RecapRow, RecapTable, Span
from sikpro.domain.catalogue import Status
from sikpro.domain.period import Period
from sikpro.domain.phase import Phase

FIRST_YEAR, LAST_YEAR = 2000, 2099

LINKED = frozenset(
    {
        Dimension.TYPE,
        Dimension.STO,
        Dimension.SITE_OPERATION,
        Dimension.TECHNICIAN,
        Dimension.HELPDESK,
        Dimension.CHANNEL,
    }
)
"""The dimensions that the list of orders filters by, each under its own name."""


@frozen
class RecapWhen:
    """The day, or the month that the day lies in."""

    span: Span
    day: date

    @property
    def text(self) -> str:
        """As addresses and file names have it: `2026-11-23` or `2026-11`."""
        return self.day.isoformat() if self.span is Span.DAY else self.day.isoformat()[:7]

    @property
    def path(self) -> str:
        """The page's address."""
        return f"/recap/{self.span}/{self.text}"

    @property
    def previous(self) -> "RecapWhen | None":
        """The period before, None before the first."""
        day = self.day - timedelta(days=1) if self.span is Span.DAY else self.day.replace(day=1) - timedelta(days=1)
        return RecapWhen(self.span, day) if day.year >= FIRST_YEAR else None

    @property
    def next(self) -> "RecapWhen | None":
        """The period after, None after the last."""
        day = self.day + timedelta(days=1) if self.span is Span.DAY else self.day.replace(day=28) + timedelta(days=4)
        return RecapWhen(self.span, day) if day.year <= LAST_YEAR else None

    def period(self, zone: ZoneInfo) -> Period:
        """The span of time in a zone."""
        return Period.of_day(self.day, zone) if self.span is Span.DAY else Period.of_month(self.day, zone)

    def title(self, words: Words) -> str:
        """What the recap is called."""
        if self.span is Span.DAY:
            return words("recap.title.day", date=words.long_date(self.day))
        return words("recap.title.month", month=words.month(self.day))

    def has_come(self, today: date) -> bool:
        """Whether the period has begun."""
        return self.text <= today.isoformat()[: len(self.text)]


@frozen
class Slice:
    """A part of a bar: its phase, where it begins and how wide it is, of 100."""

    phase: Phase
    start: float
    width: float


@frozen(kw_only=True)
class RecapView:
    """What the page asks while it is made; `helpdesk` is set when somebody sees their own work only."""

    recap: Recap
    when: RecapWhen
    today: date
    statuses: Mapping[str, Status]
    views: frozenset[str]
    helpdesk: int | None
    words: Words

    def orders(self, phase: Phase | None = None, **filters: str) -> str:
        """The address of the period's orders, narrowed; "" where the list of orders has no such view."""
        view = str(phase) if phase else "all"
        if view not in self.views:
            return ""
        return self._listed({"view": view, **filters, str(self.when.span): self.when.text})

    def finished(self, phase: Phase) -> str:
        """The address of the orders that ended in the period, whenever they came in."""
        return self._listed({"view": str(phase), "finished": self.when.text})

    @property
    def open_now(self) -> str:
        """The address of everything that is open, of whatever period and whoever's."""
        return "/orders?view=open"

    def behind(self, table: RecapTable, row: RecapRow, phase: Phase | None = None) -> str:
        """The address of a cell's orders, "" where the list cannot show them."""
        if not row.value:
            return ""
        if table.dimension is Dimension.DAY:
            return f"/recap/day/{row.value}" if phase is None else self._listed({"view": str(phase), "day": row.value})
        return self.orders(phase, **{str(table.dimension): row.value}) if table.dimension in LINKED else ""

    def behind_reason(self, reason: Reason) -> str:
        """The address of the orders held up for a reason."""
        return self.orders(Phase.HELD_UP, status=reason.status)

    def label(self, table: RecapTable, row: RecapRow) -> str:
        """A row's name in words."""
        if table.dimension is Dimension.HOUR and row.value:
            return self.words("recap.hour", hour=row.value)
        if table.dimension is Dimension.DAY and row.value:
            return self.words.short_date(date.fromisoformat(row.value))
        return row.label or self.words("recap.unknown")

    def bar(self, table: RecapTable, row: RecapRow) -> Sequence[Slice]:
        """A row's phases side by side, the table's largest row being 100 wide."""
        largest = max(one.total for one in table.rows)
        slices, start = [], 0.0
        for phase in Phase:
            width = 100 * row.by_phase[phase] / largest
            if width:
                slices.append(Slice(phase, round(start, 2), round(width, 2)))
            start += width
        return slices

    def sums(self, table: RecapTable) -> Mapping[Phase, int]:
        """A table's columns added up."""
        return {phase: sum(row.by_phase[phase] for row in table.rows) for phase in Phase}

    def reason_label(self, reason: Reason) -> str:
        """A held-up reason in words."""
        status = self.statuses.get(reason.status)
        return self.words.text(status.label) if status else reason.status

    def _listed(self, query: dict[str, str]) -> str:
        if self.helpdesk is not None:
            query["helpdesk"] = str(self.helpdesk)
        return "/orders?" + urlencode(query)

    def share(self, reason: Reason) -> float:
        """A reason's bar, the most frequent one being 100 wide."""
        return round(100 * reason.count / self.recap.reasons[0].count, 2)
