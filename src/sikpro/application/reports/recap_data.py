"""The shape of a recap's answer: plain values, from which page, Excel file and chat are made."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import field, frozen

from sikpro.application.ports.facts import Dimension, Interval, Spread
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.catalogue import Bilingual
from sikpro.domain.phase import Phase, Stage

PROMISE = timedelta(hours=72)
"""Telkom's promise (*TTI comply*): activation within this time of the request."""


@frozen
class RecapRow:
    """One value of a dimension (its code or id; "" when unknown), its label, and its orders.

    `by_phase` splits the orders received in the period by where they stand now; `completed` were completed in the
    period, whenever they came in (of an hour or a day: completed in it).
    """

    value: str
    label: str
    by_phase: Mapping[Phase, int]
    completed: int = 0

    @property
    def total(self) -> int:
        """How many came in."""
        return sum(self.by_phase.values())


@frozen
class RecapTable:
    """The period's orders split by a dimension, the largest row first (hours and days in their order)."""

    dimension: Dimension
    rows: tuple[RecapRow, ...]


@frozen(kw_only=True)
class Reason:
    """A status of being held up, how many of the received orders have it now, its share of them, and the sum of shares.

    `cumulative` adds up the shares of this and of all more frequent reasons; both are of 1.
    """

    status: str
    label: Bilingual
    group: str
    count: int
    share: float
    cumulative: float


@frozen(kw_only=True)
class ReasonGroup:
    """A group of reasons ("" for none): how many of the received orders are held up for it, and their share."""

    group: str
    count: int
    share: float


@frozen(kw_only=True)
class Promise:
    """Of the orders completed in the period, how many were within 72 hours of receipt and how many later."""

    within: int = 0
    late: int = 0

    @property
    def share(self) -> float | None:
        """The share within, of 1; None of nothing."""
        return self.within / (self.within + self.late) if self.within + self.late else None


@frozen(kw_only=True)
class AgainstTarget:
    """A month's target of an exchange ("" for all together) beside what is completed until the period's end.

    `left` is how many are still to do; what one exchange has done beyond its target does not lessen another's.
    `per_day` is how many a working day are needed for the rest of the month; None when the month is over or no working
    day is left. `days_left` are those working days.
    """

    sto: str
    target: int
    done: int
    left: int
    days_left: int
    per_day: float | None


@frozen(kw_only=True)
class Headline:
    """The figures of the period before that a recap is compared with."""

    received: int = 0
    completed: int = 0
    cancelled: int = 0
    promise: Promise = Promise()
    times: Mapping[Interval, Spread] = field(factory=dict[Interval, Spread])


@frozen(kw_only=True)
class LaterChange:
    """A figure of a closed month that is another now: of all (`code`), or of a row of a table or a reason.

    `dimension` is "" for a figure of all; `label` names the row.
    """

    code: str
    then: int
    now: int
    dimension: Dimension | None = None
    value: str = ""
    label: str = ""


@frozen(kw_only=True)
class Closing:
    """Since when a month is closed and by whom (a name; "" by itself), and what changed since."""

    at: datetime
    by: str
    changes: tuple[LaterChange, ...] = ()


@frozen(kw_only=True)
class Recap:
    """The answer to a question.

    `own`: a helpdesk's own work only. `received` are those that came in, by where they stand now. `open_now` and `ages`
    (by the names of `AGES`) are of the moment `made_at`, whatever the period. `duplicates` is None where they cannot
    be counted (with filters), `targets` empty where there are none, `before` None where there is no period before.
    `closed` is set when these are a closed month's fixed figures.
    """

    query: RecapQuery
    made_at: datetime
    own: bool = False
    received: Mapping[Phase, int]
    completed: int
    cancelled: int
    open_now: int
    ages: Mapping[str, int] = field(factory=dict[str, int])
    tables: tuple[RecapTable, ...] = ()
    reasons: tuple[Reason, ...] = ()
    groups: tuple[ReasonGroup, ...] = ()
    times: Mapping[Interval, Spread] = field(factory=dict[Interval, Spread])
    promise: Promise = Promise()
    duplicates: int | None = None
    targets: tuple[AgainstTarget, ...] = ()
    before: Headline | None = None
    closed: Closing | None = None

    @property
    def total(self) -> int:
        """How many came in."""
        return sum(self.received.values())

    @property
    def held_up(self) -> int:
        """How many of those that came in are held up now."""
        return sum(self.received[phase] for phase in Stage.HELD_UP.phases)

    @property
    def target(self) -> AgainstTarget | None:
        """All targets of the month together."""
        return next((target for target in self.targets if not target.sto), None)

    def table(self, dimension: Dimension) -> RecapTable | None:
        """The table of a dimension, None where the recap has none."""
        return next((table for table in self.tables if table.dimension is dimension), None)
