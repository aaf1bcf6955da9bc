"""Targets of months in memory."""

from sikpro.adapters.memory.store import State
from sikpro.application.ports.targets import Target


class MemoryTargets:
    """The targets, one for each month and exchange."""

    def __init__(self, state: State) -> None:
        self._state = state

    def put(self, target: Target) -> None:
        """Keep a target in place of what there was."""
        self._state.targets.put((target.month, target.sto), target)

    def drop(self, month: str, sto: str) -> None:
        """Forget a target, if it is there."""
        self._state.targets.drop((month, sto))

    def of_month(self, month: str) -> tuple[Target, ...]:
        """A month's targets by exchange."""
        return tuple(target for target in self.all() if target.month == month)

    def all(self) -> tuple[Target, ...]:
        """Every target, by month and exchange."""
        return tuple(sorted(self._state.targets.values(), key=lambda target: (target.month, target.sto)))
