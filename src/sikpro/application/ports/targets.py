"""How many orders each STO should complete in a month."""

from typing import Protocol

from attrs import frozen


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
