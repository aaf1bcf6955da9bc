"""The data of a recap: plain values for page, Excel file and chat."""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from sikpro.application.ports.facts import Dimension, Interval, Spread
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.catalogue import Bilingual
from sikpro.domain.phase import Phase, Stage


@frozen(kw_only=True)
class Promise:
    """Orders completed within 72 hours of receipt, and the others: late, or open after 72 hours."""

    within: int = 0
    late: int = 0

    @property
    def all(self) -> int:
        """The number of these orders."""
        return self.within + self.late

    @property
    def share(self) -> float | None:
        """The share within, of 1; None when there are no orders."""
        return self.within / self.all if self.all else None


@frozen
class RecapRow:
    """One value of a dimension (its code or id; "" when unknown), its label, and its orders.

    `by_phase` splits the orders received in the period by their present phase. `completed` counts orders completed in
    the period, whenever received (for an hour or a day: completed in it). `due` has the orders that fell due in the
    period; None where a dimension is not counted that way, and in months closed before that was counted.
    """

    value: str
    label: str
    by_phase: Mapping[Phase, int]
    completed: int = 0
    due: Promise | None = None

    @property
    def total(self) -> int:
        """The number of received orders."""
        return sum(self.by_phase.values())


@frozen
class RecapTable:
    """The period's orders split by a dimension, the largest row first (hours and days in time order)."""

    dimension: Dimension
    rows: tuple[RecapRow, ...]


@frozen(kw_only=True)
class Reason:
    """A held-up or cancelled status, the number of received orders that have it now, its share, and the sum of shares.

    `cumulative` adds up the shares of this and all more frequent reasons. Both are fractions of 1.
    """

    status: str
    label: Bilingual
    group: str
    count: int
    share: float
    cumulative: float


@frozen(kw_only=True)
class ReasonGroup:
    """A group of reasons ("" for none): the number of received orders held up for it now, and its share."""

    group: str
    count: int
    share: float


@frozen(kw_only=True)
class AgainstTarget:
    """A month's target of an STO ("" for all together), with the orders completed until the period's end.

    `left` is the number still to complete; one STO's surplus does not reduce another's number. `per_day` is the number
    needed on each remaining working day of the month, None when the month is over or no working day is left.
    `days_left` is the number of those days; None for all together if the STOs differ. `landing` is the number completed
    at the month's end at the present pace: the orders of an average working day before today on each day left (today:
    at least those completed already). It is None when the month is over, and before its first working day is.
    """

    sto: str
    target: int
    done: int
    left: int
    days_left: int | None
    per_day: float | None
    landing: int | None = None


@frozen(kw_only=True)
class Headline:
    """The figures of the period before, for the comparison.

    `until` is set while the period runs: then they are those of the same days, until the same time of day. `due` is
    None for a month closed before it was counted.
    """

    query: RecapQuery
    until: datetime | None = None
    received: int = 0
    completed: int = 0
    cancelled: int = 0
    promise: Promise = Promise()
    due: Promise | None = None
    times: Mapping[Interval, Spread] = field(factory=dict[Interval, Spread])


@frozen(kw_only=True)
class LaterChange:
    """A figure of a closed month that has changed: an overall figure (`code`), or a row of a table or a reason.

    `dimension` is None for an overall figure or a reason; `label` names the row.
    """

    code: str
    then: int
    now: int
    dimension: Dimension | None = None
    value: str = ""
    label: str = ""


@frozen(kw_only=True)
class Closing:
    """The time and person (a name; "" for automatic) of a month's closing, and the changes since."""

    at: datetime
    by: str
    changes: tuple[LaterChange, ...] = ()


@frozen(kw_only=True)
class Recap:
    """The result of a query.

    `reasons` are those of held-up orders, `cancel_reasons` those of cancelled ones (empty in older closed months).

    `own`: only one helpdesk's own work. `received` are the received orders by present phase. `open_now` and `ages` (by
    the names of `AGES`) are of the moment `made_at`, for any period. `duplicates` is None where they cannot be counted
    (with filters), `targets` is empty where there are none, `before` is None without a period before. `closed` is set
    when these are a closed month's fixed figures. `due` are the orders that fell due in the period, until now; None in
    a month closed before that was counted. `promise` are the completed ones alone.
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
    cancel_reasons: tuple[Reason, ...] = ()
    times: Mapping[Interval, Spread] = field(factory=dict[Interval, Spread])
    promise: Promise = Promise()
    due: Promise | None = None
    duplicates: int | None = None
    targets: tuple[AgainstTarget, ...] = ()
    before: Headline | None = None
    closed: Closing | None = None

    @property
    def total(self) -> int:
        """The number of received orders."""
        return sum(self.received.values())

    @property
    def held_up(self) -> int:
        """The number of received orders that are held up now."""
        return sum(self.received[phase] for phase in Stage.HELD_UP.phases)

    @property
    def target(self) -> AgainstTarget | None:
        """All targets of the month together."""
        return next((target for target in self.targets if not target.sto), None)

    def table(self, dimension: Dimension | str) -> RecapTable | None:
        """Return the table of a dimension or its word (`sto`), None when the recap has none.

        Raises `ValueError` for another word.
        """
        if dimension not in tuple(Dimension):
            raise ValueError(f"table: there is no {dimension!r}; there are {', '.join(Dimension)}")
        return next((table for table in self.tables if table.dimension == dimension), None)
