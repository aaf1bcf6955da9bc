"""The machine's clock."""

import time
from datetime import UTC, datetime

from attrs import frozen


@frozen
class SystemClock:
    """The clock of the machine, in UTC."""

    def now(self) -> datetime:
        """Return the present time in UTC."""
        return datetime.now(UTC)


def seconds_passed() -> float:
    """Return the seconds since some fixed moment; no clock that is set changes them, and a sleeping machine counts on.

    Only Linux has a clock for it; elsewhere the time of a sleep looks like a clock that was set forward.
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
