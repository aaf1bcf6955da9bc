"""The machine's clock."""

from datetime import UTC, datetime

from attrs import frozen


@frozen
class SystemClock:
    """Tells the present time, UTC."""

    def now(self) -> datetime:
        """The present time."""
        return datetime.now(UTC)
