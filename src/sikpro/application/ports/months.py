"""What is kept of months: the figures of those that are closed, and the targets."""

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


@frozen(kw_only=True)
class Target:
    """How many orders of an exchange are to be completed in a month (`2026-11`), in how many working days."""

    month: str
    sto: str
    target: int
    working_days: int


class Targets(Protocol):
    """The targets, one for each month and exchange."""

    def put(self, target: Target) -> None:
        """Keep a target in place of what there was."""

    def drop(self, month: str, sto: str) -> None:
        """Forget a target, if it is there."""

    def of_month(self, month: str) -> tuple[Target, ...]:
        """A month's targets by exchange."""

    def all(self) -> tuple[Target, ...]:
        """Every target, by month and exchange."""
