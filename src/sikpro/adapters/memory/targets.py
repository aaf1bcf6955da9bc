"""Targets of months in memory."""

from sikpro.adapters.memory.store import State
from sikpro.application.ports.targets import Target


class MemoryTargets:
    """Stores the targets, one for each month and STO."""

    def __init__(self, state: State) -> None:
        self._state = state

    def put(self, target: Target) -> None:
        """Save a target; it replaces an earlier one."""
        self._state.targets.put((target.month, target.sto), target)

    def drop(self, month: str, sto: str) -> None:
        """Delete a target, if it exists."""
        self._state.targets.drop((month, sto))

    def of_month(self, month: str) -> tuple[Target, ...]:
        """Return a month's targets, by STO."""
        return tuple(target for target in self.all() if target.month == month)

    def all(self) -> tuple[Target, ...]:
        """Return all targets, by month and STO."""
        return tuple(sorted(self._state.targets.values(), key=lambda target: (target.month, target.sto)))
