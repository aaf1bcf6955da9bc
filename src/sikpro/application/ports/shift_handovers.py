"""What people handed on at the end of their shift."""

from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class ShiftHandover:
    """The orders that one person handed to a colleague, or to the queue (`to` is None), with a text."""

    id: int = 0
    by: int
    to: int | None
    at: datetime
    text: str
    orders: tuple[int, ...]


class ShiftHandovers(Protocol):
    """The handovers of shifts."""

    def add(self, handover: ShiftHandover) -> ShiftHandover:
        """Store a handover and return it with its id."""

    def between(self, start: datetime, end: datetime) -> tuple[ShiftHandover, ...]:
        """Return the handovers from a time until before another, oldest first."""
