"""What is read for a page: flat rows, paged by key."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, Self

from attrs import frozen

from sikpro.domain.period import Period
from sikpro.domain.phase import Phase, Turn, is_open


@frozen
class PastLimit:
    """The moments before which an order of a type was received when it is past a limit.

    Past `first_action` counts while no helpdesk has acted, past `completion` always; None where a limit cannot be
    passed.
    """

    type: str
    first_action: datetime | None
    completion: datetime | None


UNKNOWN = "-"
"""As a filter's Site Operation or reason group: orders of which none is known."""

NOBODY = 0
"""As a filter's helpdesk: orders that no helpdesk ever had."""


@frozen(kw_only=True)
class OrderFilter:
    """Which orders; what is empty or None does not narrow. Deleted orders are shown only with `deleted`.

    `holder` is who has it now. `text` searches as `OrderQueries.page` says. `received`, `finished`: the span the
    time lies in. `overdue` narrows to open orders whose turn is the helpdesk's and that are past one of the limits.
    `newer_than` narrows to orders stored after the one with that id. `serial` and `odp` are exact. `group` is the
    status' reason group. `hour` (0 to 23) is the hour of receipt, `finished_hour` that of the end, of any day on the
    clocks of a zone (an IANA name).
    `acted` narrows to orders on which a helpdesk has acted, `waited` to those that waited for somebody who is done,
    `took_at_most` and `took_over` by the time from receipt to the end of what has ended.
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
    text: str = ""
    received: Period | None = None
    finished: Period | None = None
    overdue: tuple[PastLimit, ...] | None = None
    newer_than: int | None = None
    serial: str = ""
    odp: str = ""
    group: str = ""
    hour: tuple[int, str] | None = None
    finished_hour: tuple[int, str] | None = None
    acted: bool = False
    waited: Turn | None = None
    took_at_most: timedelta | None = None
    took_over: timedelta | None = None
    deleted: bool = False


class Sort(StrEnum):
    """The order of a list: by time of receipt."""

    OLDEST = "oldest"
    NEWEST = "newest"


@frozen
class Key:
    """A place in a list sorted by time of receipt."""

    received_at: datetime
    id: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The place that an address names, None for anything else."""
        moment, _, number = text.partition("~")
        try:
            received_at, order_id = datetime.fromisoformat(moment), int(number)
        except ValueError:
            return None
        return cls(received_at, order_id) if received_at.tzinfo and 0 < order_id < 2**53 else None

    def __str__(self) -> str:
        return f"{self.received_at.isoformat()}~{self.id}"


@frozen(kw_only=True)
class OrderRow:
    """An order as lists show it; names are those of the people behind code and id, "" when unknown.

    `texts` are those beside the six values, by field. Durations by turn are what is over; add `now - turn_since` to
    the running `turn`. `last_feedback` is the order's: said at its present status, "" and None when nothing was.
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
    deleted_at: datetime | None
    version: int

    @property
    def key(self) -> Key:
        """Its place in a list."""
        return Key(self.received_at, self.id)

    @property
    def open(self) -> bool:
        """Whether it counts as open."""
        return is_open(self.phase, deleted=self.deleted_at is not None)


@frozen(kw_only=True)
class Total:
    """How many orders that are not deleted are of one type, status, phase and exchange; kept with each change."""

    type: str
    status: str
    phase: Phase
    sto: str
    count: int


class OrderQueries(Protocol):
    """Reads over orders for lists and answers."""

    def page(self, which: OrderFilter, *, sort: Sort, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """The next rows after a place.

        `text` finds a part of the registration number, serial (either notation), ODP, technician code or name, or
        note, without regard to case; `%` and `_` are characters; blanks at its ends do not count. One of a
        single or two characters finds only what begins with it, and leaves the note out.
        """

    def count(self, which: OrderFilter, cap: int) -> int:
        """How many there are, counted up to `cap` and no further."""

    def row(self, order_id: int) -> OrderRow | None:
        """One order as a row, deleted or not."""

    def place_in_queue(self, received_at: datetime, order_id: int) -> int:
        """The place among the waiting orders, 1 being next."""

    def first_actions_since(self, since: datetime) -> int:
        """How many orders a helpdesk acted on for the first time since: the pace."""

    def of_person(self, person: int, technician: str | None, limit: int) -> tuple[OrderRow, ...]:
        """The live orders a person sent or is the technician of, oldest first."""

    def newest_id(self) -> int:
        """The id of the order stored last, 0 when there is none."""

    def totals(self) -> tuple[Total, ...]:
        """The kept totals, those of zero left out."""
