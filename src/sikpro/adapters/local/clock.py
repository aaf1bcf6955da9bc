"""The machine's clock."""

from datetime import UTC, datetime

from attrs import frozen


@frozen
class SystemClock:
    """The clock of the machine, in UTC."""

    def now(self) -> datetime:
        """Return the present time in UTC."""
        return datetime.now(UTC)
