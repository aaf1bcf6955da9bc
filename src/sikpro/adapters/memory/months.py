"""Closed months in memory."""

from sikpro.adapters.memory.store import State
from sikpro.application.ports.months import ClosedMonth


class MemoryClosedMonths:
    """The months that are closed, each once and for good."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, closed: ClosedMonth) -> bool:
        """Keep a month's figures; False when it is closed already."""
        if closed.month in self._state.closed_months:
            return False
        self._state.closed_months.put(closed.month, closed)
        return True

    def get(self, month: str) -> ClosedMonth | None:
        """A closed month, None when it is open."""
        return self._state.closed_months.get(month)

    def names(self) -> frozenset[str]:
        """All months that are closed."""
        return frozenset(self._state.closed_months)
