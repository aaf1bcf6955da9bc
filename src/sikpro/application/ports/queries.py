"""Reads for pages: flat rows, paged by key."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol, Self

from attrs import evolve, frozen

from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Turn, is_open
from sikpro.domain.place import Place
from sikpro.domain.promise import received_when_due_in
from sikpro.domain.text import storable


@frozen
class PastLimit:
    """An order of a type is past a limit if it was received before these times.

    `first_action` counts while no helpdesk has acted, `completion` always. None: the limit cannot be passed.
    """

    type: str
    first_action: datetime | None
    completion: datetime | None


UNKNOWN = "-"
"""As a filter's Site Operation or reason group: orders for which it is unknown."""

NOBODY = 0
"""As a filter's helpdesk: orders that no helpdesk ever had."""


_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
_SET_BACK, _TICK = timedelta(days=1), timedelta(microseconds=1)
_MONTH = timedelta(days=32)

LOOKED_AT = 10_000
"""The most orders that one look through a list walks over, one after the other.

A store reads this limit and those below at each call: its contract suite sets them lower.
"""

LOOKED_AT_IN_SPAN = 30_000
"""The same where a person chose a month or less: it is seen whole."""

LOOKED_UP = 500
"""The most orders of one code that one look reads, each in another place."""

BROAD = 500
"""A text that so many orders have is looked for along the list; the orders of a rarer one are looked up."""


@frozen(kw_only=True)
class OrderFilter:
    """A selection of orders; empty and None fields do not narrow it. Deleted orders are included only with `deleted`.

    `holder` is the person who has the order now. `OrderQueries.page` says how `text` searches. `received` and
    `finished` are the spans for those times. `overdue` selects open orders past one of the limits whose turn is the
    helpdesk's. `newer_than` selects orders added after the one with that id. `serial` and `odp` match exactly,
    `maker` the beginning of the serial (a vendor id). `group` is the reason group of the status. `hour` (0 to 23)
    is the hour of receipt, `finished_hour` that of the end, on any day, each in a time zone (an IANA name).

    `acted` selects orders on which a helpdesk has acted, `waited` orders that waited for this turn (only spans that are
    over). `took_at_most` and `took_over` select ended orders by the time from receipt to end, in whole
    seconds.

    `due` selects the orders that fall due in a span (`domain/promise.py`), cancelled ones and those that ended at an
    unknown time apart. `in_time` selects of those the completed ones within the promise, or all others.
    `turn_began` selects the orders whose present turn began in a span. `changed_since` selects orders whose last change
    was at that time or later. `stos` and `types` select orders of one of these codes.
    """

    phases: frozenset[Phase] = frozenset()
    status: str = ""
    type: str = ""
    sto: str = ""
    site_operation: str = ""
    technician: str = ""
    holder: int | None = None
    helpdesk: int | None = None
    channel: str = ""
    turn: Turn | None = None
    turn_began: Period | None = None
    text: str = ""
    received: Period | None = None
    finished: Period | None = None
    overdue: tuple[PastLimit, ...] | None = None
    newer_than: int | None = None
    serial: str = ""
    maker: str = ""
    odp: str = ""
    group: str = ""
    hour: tuple[int, str] | None = None
    finished_hour: tuple[int, str] | None = None
    acted: bool = False
    waited: Turn | None = None
    took_at_most: timedelta | None = None
    took_over: timedelta | None = None
    due: Period | None = None
    in_time: bool | None = None
    changed_since: datetime | None = None
    stos: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    deleted: bool = False

    @property
    def open_only(self) -> bool:
        """Whether it selects open orders only."""
        return not self.deleted and (self.overdue is not None or bool(self.phases and self.phases <= OPEN))

    @property
    def codes(self) -> Mapping[str, str | int]:
        """The codes by which orders can be looked up, by the name of the column, those of few orders first."""
        given = {
            "serial": self.serial,
            "odp": self.odp,
            "technician": self.technician,
            "helpdesk": self.helpdesk or "",
            "sto": self.sto,
            "status": self.status,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def span(self) -> Period:
        """The times of receipt that are possible: an order does not end before it, apart from a clock set back."""
        received = self.receipt or Period(_FIRST, _LAST)
        if self.finished is None:
            return received
        return Period(received.start, max(received.start, min(received.end, self.finished.end + _SET_BACK)))

    @property
    def receipt(self) -> Period | None:
        """The times of receipt that `received` and `due` leave, None for all."""
        if self.received is None or self.due is None:
            return self.received or (received_when_due_in(self.due) if self.due else None)
        due = received_when_due_in(self.due)
        start = max(self.received.start, due.start)
        return Period(start, max(start, min(self.received.end, due.end)))

    @property
    def most_looked_at(self) -> int:
        """The most orders that one look walks over."""
        spans = (self.received, self.due, self.finished)
        return (
            LOOKED_AT_IN_SPAN if any(one is not None and one.end - one.start <= _MONTH for one in spans) else LOOKED_AT
        )

    @property
    def ended_wherever_received(self) -> bool:
        """Whether its orders may be looked up by their end: no month or less of receipt leads to fewer."""
        long = self.received is None or self.received.end - self.received.start > _MONTH
        return self.finished is not None and long

    def until(self, edge: datetime | None, *, down: bool, after: "Key | None" = None) -> Self:
        """Return the part of the filter that one look from a place, or from its beginning, reaches; all with None."""
        if edge is None:
            return self
        span = self.span
        start, end = (edge, span.end) if down else (span.start, min(edge + _TICK, span.end))
        if after is not None:
            start, end = (start, min(end, after.received_at + _TICK)) if down else (max(start, after.received_at), end)
        return evolve(self, received=Period(start, max(start, end)))

    def since(self, place: "Key", *, down: bool) -> Self:
        """Return the part of the filter from a place on, with all that was received at that moment."""
        whole = self.receipt or Period(_FIRST, _LAST)
        start, end = (
            (whole.start, min(whole.end, place.received_at + _TICK))
            if down
            else (max(whole.start, place.received_at), whole.end)
        )
        return evolve(self, received=Period(start, max(start, end)))


class Sort(StrEnum):
    """The sort order of a list: by time of receipt, or by a column and then by time of receipt.

    A column compares its codes. Only lists of open orders may be sorted by a column: all their orders are read for it.
    """

    OLDEST = "oldest"
    NEWEST = "newest"
    NUMBER = "number"
    NUMBER_DOWN = "-number"
    TYPE = "type"
    TYPE_DOWN = "-type"
    STO = "sto"
    STO_DOWN = "-sto"
    TECHNICIAN = "technician"
    TECHNICIAN_DOWN = "-technician"
    STATUS = "status"
    STATUS_DOWN = "-status"

    @property
    def column(self) -> str:
        """The column of `OrderRow`, "" for the time of receipt."""
        return "" if self in {Sort.OLDEST, Sort.NEWEST} else self.removeprefix("-")

    @property
    def down(self) -> bool:
        """Whether the greatest comes first."""
        return self is Sort.NEWEST or self.startswith("-")

    @property
    def back(self) -> "Sort":
        """The opposite order."""
        if not self.column:
            return Sort.OLDEST if self is Sort.NEWEST else Sort.NEWEST
        return Sort(self.column if self.down else f"-{self.column}")


LAST_ID = 2**53 - 1
"""The greatest id that a place in an address may have."""


@frozen
class Key:
    """A place in a sorted list; `value` is the value of the sort's column, "" in a list sorted by time of receipt."""

    received_at: datetime
    id: int
    value: str = ""

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Parse a place from an address. Return None for any other text."""
        moment, _, rest = text.partition("~")
        number, _, value = rest.partition("~")
        try:
            received_at, order_id = datetime.fromisoformat(moment), int(number)
        except ValueError:
            return None
        return cls(received_at, order_id, storable(value)) if received_at.tzinfo and 0 <= order_id <= LAST_ID else None

    def __str__(self) -> str:
        return f"{self.received_at.isoformat()}~{self.id}" + (f"~{self.value}" if self.value else "")


@frozen(kw_only=True)
class OrderRow:
    """An order as lists show it. Names belong to the code or id beside them; "" when unknown.

    `texts` are the other texts, apart from the six values, by field. `spent` has the durations by turn that are over;
    add `now - turn_since` to the running `turn`. `last_feedback` is the feedback at the present status; "" and None
    when there is none. `place` is the newest place of the customer that was sent.
    """

    id: int
    number: str
    type: str
    serial: str
    sto: str
    site_operation: str
    odp: str
    technician: str
    technician_name: str
    texts: Mapping[str, str]
    channel: str
    phase: Phase
    status: str
    turn: Turn
    turn_since: datetime
    spent: Mapping[Turn, timedelta]
    holder: int | None
    holder_name: str
    helpdesk: int | None
    helpdesk_name: str
    received_at: datetime
    changed_at: datetime
    claimed_until: datetime | None
    first_action_at: datetime | None
    finished_at: datetime | None
    resubmissions: int
    resubmitted: bool
    reply_waiting: bool
    nudged_at: datetime | None
    last_feedback: str
    last_feedback_at: datetime | None
    place: Place | None
    deleted_at: datetime | None
    version: int

    @property
    def key(self) -> Key:
        """Its place in a list sorted by time of receipt."""
        return Key(self.received_at, self.id)

    def key_in(self, sort: Sort) -> Key:
        """Return its place in a sorted list."""
        return Key(self.received_at, self.id, str(getattr(self, sort.column)) if sort.column else "")

    @property
    def open(self) -> bool:
        """Whether it counts as open."""
        return is_open(self.phase, deleted=self.deleted_at is not None)


@frozen(kw_only=True)
class Total:
    """The number of orders with one type, status, phase and STO, without deleted ones; updated with each change."""

    type: str
    status: str
    phase: Phase
    sto: str
    count: int


class OrderQueries(Protocol):
    """Reads over orders, for lists and answers."""

    def page(self, which: OrderFilter, *, sort: Sort, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the next rows after a place.

        `text` finds a part of the registration number, serial (either notation), ODP, technician code or name, or note.
        Case and blanks at the ends do not count; `%` and `_` are plain characters. A text of one or two characters
        finds only the orders with exactly this number, serial, ODP, technician code or name.
        """

    def count(self, which: OrderFilter, cap: int) -> int:
        """Count the orders, up to `cap` and no further."""

    def counts(self, several: Sequence[OrderFilter], cap: int) -> tuple[int, ...]:
        """Count the orders of each of one or more filters, each up to `cap`."""

    def open_counts(self, which: OrderFilter) -> tuple[Mapping[Phase, int], int]:
        """Count the orders of a filter of open ones by their phases, and those for which it is the helpdesk's turn."""

    def edge(self, which: OrderFilter, *, down: bool, after: Key | None) -> datetime | None:
        """Return until which time of receipt one look from a place goes, newest first with `down`; None: to the end.

        One look is over `OrderFilter.most_looked_at` orders that are not deleted, or `LOOKED_UP` of one of the filter's
        codes, whichever goes further. It goes to the end for deleted orders, a person's orders in hand, an end in a
        span of few orders, a text that few orders have, and open orders (with a text: `BROAD` of them).
        """

    def next_possible(self, which: OrderFilter, *, down: bool, after: Key) -> Key | None:
        """Return where the next look after a place may begin: no order of the filter lies between, in receipt order.

        None: there is none after the place. What the indexes do not know is not looked at, so the next order of the
        filter may lie further.
        """

    def technicians(self, which: OrderFilter) -> Mapping[str, int]:
        """Count the orders by their technicians' codes, without those of zero."""

    def row(self, order_id: int) -> OrderRow | None:
        """Return one order as a row, deleted or not; None when it does not exist."""

    def versions(self, order_ids: Collection[int]) -> Mapping[int, int]:
        """Return the versions of the orders that exist, by id."""

    def place_in_queue(self, received_at: datetime, order_id: int) -> int:
        """Return the place among the waiting orders; 1 is next."""

    def first_actions_since(self, since: datetime) -> int:
        """Count the orders with a first helpdesk action since a time: the pace of the queue."""

    def of_person(self, person: int, technician: str | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the live orders that a person sent or is the technician of, oldest first."""

    def live_with(self, serial: str, odp: str, port: str, *, but: int, limit: int) -> tuple[OrderRow, ...]:
        """Return the live orders of a modem, then the others of a port of an ODP, each oldest first, `limit` in all.

        A `port` of "" is no port. The order with the id `but` is left out.
        """

    def newest_id(self) -> int:
        """Return the id of the order added last, 0 when there is none."""

    def totals(self) -> tuple[Total, ...]:
        """Return the saved totals, without those of zero."""
