"""Closed months: their figures at the time of closing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from attrs import frozen


@frozen(kw_only=True)
class ClosedMonth:
    """A month (`2026-11`) with fixed figures (JSON): when it was closed and by whom (None: automatically)."""

    month: str
    closed_at: datetime
    closed_by: int | None
    figures: Mapping[str, Any]


class ClosedMonths(Protocol):
    """The closed months. A month is closed once and for good."""

    def add(self, closed: ClosedMonth) -> bool:
        """Store a month's figures. Return False and change nothing if the month is already closed."""

    def get(self, month: str) -> ClosedMonth | None:
        """Return a closed month, None when the month is open."""

    def names(self) -> frozenset[str]:
        """Return all closed months."""
