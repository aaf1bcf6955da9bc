"""How many orders each STO should complete in a month."""

from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Target:
    """How many orders an STO should complete in a month (`2026-11`), and in how many working days."""

    month: str
    sto: str
    target: int
    working_days: int


class Targets(Protocol):
    """The targets, one for each month and STO."""

    def put(self, target: Target) -> None:
        """Store a target in place of the earlier one."""

    def drop(self, month: str, sto: str) -> None:
        """Delete a target if it exists."""

    def of_month(self, month: str) -> tuple[Target, ...]:
        """Return a month's targets, by STO."""

    def all(self) -> tuple[Target, ...]:
        """Return every target, by month and STO."""
