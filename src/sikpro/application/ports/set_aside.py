"""Orders that people set aside: skipped with a reason, or put off until a time."""

from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen

LONGEST_ASIDE = timedelta(hours=12)
"""The longest time for which an order can be set aside."""


@frozen(kw_only=True)
class SetAside:
    """One order that one person set aside, and that *take next* does not give to them meanwhile.

    It holds until a time, and only while the order is at the `version` that it had then: anything that happens to the
    order ends it (`still_aside`). `reason` is the code of a reason for a skipped order, "" for one that was put off.
    """

    id: int = 0
    order_id: int
    version: int
    by: int
    at: datetime
    until: datetime
    reason: str = ""


class SetAsides(Protocol):
    """What people set aside; the rows stay, for the leaders' list."""

    def add(self, one: SetAside) -> SetAside:
        """Store it and return it with its id."""

    def of_person(self, person_id: int, since: datetime) -> tuple[SetAside, ...]:
        """Return what a person set aside since a time, oldest first."""

    def since(self, since: datetime, limit: int) -> tuple[SetAside, ...]:
        """Return what all people set aside since a time, newest first, at most `limit`."""

    def holding(self, order_id: int, now: datetime) -> tuple[SetAside, ...]:
        """Return the rows of an order whose time has not come, oldest first."""
