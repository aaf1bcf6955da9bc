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


@frozen(kw_only=True)
class OpenedMonth:
    """A month that a person opened again: when, who, and why. It does not close automatically."""

    month: str
    opened_at: datetime
    opened_by: int
    reason: str


class ClosedMonths(Protocol):
    """The closed months, and those that were opened again since."""

    def add(self, closed: ClosedMonth) -> bool:
        """Store a month's figures. Return False and change nothing if the month is already closed."""

    def relabel(self, closed: ClosedMonth) -> bool:
        """Replace a closed month's figures by the same with other labels. Return False if the month is not closed."""

    def open(self, opened: OpenedMonth) -> bool:
        """Open a closed month again. Return False and change nothing if it is not closed."""

    def opened(self) -> Mapping[str, OpenedMonth]:
        """Return the months that were opened and not closed again, by month."""

    def get(self, month: str) -> ClosedMonth | None:
        """Return a closed month, None when the month is open."""

    def names(self) -> frozenset[str]:
        """Return all closed months."""
