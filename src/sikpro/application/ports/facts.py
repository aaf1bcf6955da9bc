"""The data of recaps: counts of orders by dimension, and durations of spans in their lives."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.queries import Key, OrderFilter, OrderRow
from sikpro.domain.phase import Turn


class Dimension(StrEnum):
    """What a recap counts by."""

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
    PROMISE = "promise"


KEPT, LATE = "kept", "late"
"""The values of `Dimension.PROMISE`: whether an order ended within `PROMISE` of its receipt; "" if it has not ended."""


class TimeBasis(StrEnum):
    """The order's time that gives its hour and its day."""

    RECEIVED = "received"
    FINISHED = "finished"


class Interval(StrEnum):
    """A finished span of an order's life: to the first action, from there to the end, or waiting for somebody."""

    FIRST_ACTION = "first_action"
    HANDLING = "handling"
    HELPDESK = "waiting_helpdesk"
    TECHNICIAN = "waiting_technician"
    CUSTOMER = "waiting_customer"
    SYSTEM = "waiting_system"

    @property
    def turn(self) -> Turn | None:
        """The turn that the order waited for, None for the other intervals."""
        return Turn(self.removeprefix("waiting_")) if self.startswith("waiting_") else None


@frozen(kw_only=True)
class Spread:
    """The number of spans, with their median and 90th percentile by nearest rank (None without spans)."""

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


class OrderFacts(Protocol):
    """The facts behind every recap, of the orders in a filter, counted in the database."""

    def counts(
        self, which: OrderFilter, by: Sequence[Dimension], zone: str, basis: TimeBasis = TimeBasis.RECEIVED
    ) -> Mapping[tuple[str, ...], int]:
        """Count orders by the dimensions' values (text; "" when unknown).

        `HELPDESK` is a person id as text. `HOUR` (`00` to `23`) and `DAY` (ISO) belong to the basis time in the zone
        (an IANA name).
        """

    def rows(self, which: OrderFilter, *, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the orders behind the counts, oldest received first, one page at a time."""

    def spreads(self, which: OrderFilter, intervals: Sequence[Interval]) -> Mapping[Interval, Spread]:
        """Return how long each interval lasted, over the orders in which it is over; in whole seconds, by nearest rank.

        Times count by their whole seconds, as exports have them. The orders are read once for all intervals.
        """

    def daily_spreads(
        self, which: OrderFilter, intervals: Sequence[Interval], zone: str
    ) -> Mapping[Interval, Mapping[str, Spread]]:
        """Return how long each interval lasted, by the day (ISO, in the zone) on which the orders ended.

        Orders that have not ended, or in which the interval is not over, are left out; exact, by nearest rank.
        """

    def began_at(self) -> datetime | None:
        """Return when the first order was recorded here, deleted or not; None when there was none.

        Imported orders are older: they were received elsewhere.
        """
