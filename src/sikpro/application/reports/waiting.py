"""How long completed orders waited for each side, day by day of their end."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from sikpro.application.ports.facts import Interval, Spread
from sikpro.application.reports.counting import Counting

TURNS = (Interval.HELPDESK, Interval.TECHNICIAN, Interval.CUSTOMER, Interval.SYSTEM)


@frozen(kw_only=True)
class Waiting:
    """The spans of waiting for one side: by the day on which the orders were completed."""

    interval: Interval
    days: Mapping[date, Spread]


def waiting(counting: Counting) -> tuple[Waiting, ...]:
    """Return the waiting of each side: one query."""
    found = counting.uow.order_facts.daily_spreads(counting.completed, TURNS, counting.zone)
    return tuple(
        Waiting(interval=interval, days={date.fromisoformat(day): spread for day, spread in found[interval].items()})
        for interval in TURNS
    )
