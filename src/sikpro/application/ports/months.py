"""Closed months: their figures as they were when the month was closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from attrs import frozen


@frozen(kw_only=True)
class ClosedMonth:
    """A month (`2026-11`) whose figures are fixed: since when, by whom (None: by itself), and they, as JSON."""

    month: str
    closed_at: datetime
    closed_by: int | None
    figures: Mapping[str, Any]


class ClosedMonths(Protocol):
    """The months that are closed, each once and for good."""

    def add(self, closed: ClosedMonth) -> bool:
        """Keep a month's figures; False when it is closed already, and nothing is changed."""

    def get(self, month: str) -> ClosedMonth | None:
        """A closed month, None when it is open."""

    def names(self) -> frozenset[str]:
        """All months that are closed."""
