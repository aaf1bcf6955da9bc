"""What recaps are made of: orders counted by what they are, and how long spans of their lives lasted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.queries import Key, OrderFilter, OrderRow
from sikpro.domain.phase import Turn


class Dimension(StrEnum):
    """By what a recap counts."""

    TYPE = "type"
    STO = "sto"
    SITE_OPERATION = "site_operation"
    TECHNICIAN = "technician"
    HELPDESK = "helpdesk"
    CHANNEL = "channel"
    PHASE = "phase"
    STATUS = "status"
    HOUR = "hour"
    DAY = "day"


class TimeBasis(StrEnum):
    """Which of an order's times tells its hour and its day."""

    RECEIVED = "received"
    FINISHED = "finished"


class Interval(StrEnum):
    """A span of an order's life that is over: to the first action, from it to the end, or waiting for somebody."""

    FIRST_ACTION = "first_action"
    HANDLING = "handling"
    HELPDESK = "waiting_helpdesk"
    TECHNICIAN = "waiting_technician"
    CUSTOMER = "waiting_customer"
    SYSTEM = "waiting_system"

    @property
    def turn(self) -> Turn | None:
        """For whom the order waited, None where that is not what is measured."""
        return Turn(self.removeprefix("waiting_")) if self.startswith("waiting_") else None


@frozen(kw_only=True)
class Spread:
    """How many spans there are, and by nearest rank the median and the 90th percentile (None of no spans)."""

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


class OrderFacts(Protocol):
    """The facts that every recap is made of, of the orders that a filter wants, counted in the database."""

    def counts(
        self, which: OrderFilter, by: Sequence[Dimension], zone: str, basis: TimeBasis = TimeBasis.RECEIVED
    ) -> Mapping[tuple[str, ...], int]:
        """How many orders, by the dimensions' values (text; "" when unknown).

        `HELPDESK` is a person id as text; `HOUR` (`00` to `23`) and `DAY` (ISO) are the basis time's in the
        zone (an IANA name).
        """

    def rows(self, which: OrderFilter, *, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """The orders behind the counts, oldest received first, a page at a time."""

    def spread(self, which: OrderFilter, interval: Interval) -> Spread:
        """How long a span of the orders' lives lasted, of those orders in which it is over; exact, by nearest rank."""

    def began_at(self) -> datetime | None:
        """When the first order was recorded here, whatever became of it; None when none was.

        Imported orders are older than that: they were received elsewhere.
        """
