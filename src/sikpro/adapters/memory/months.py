"""Closed months in memory."""

from sikpro.adapters.memory.store import State
from sikpro.application.ports.months import ClosedMonth


class MemoryClosedMonths:
    """Stores the closed months, each permanently."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, closed: ClosedMonth) -> bool:
        """Save a month's figures; return False if it is closed already."""
        if closed.month in self._state.closed_months:
            return False
        self._state.closed_months.put(closed.month, closed)
        return True

    def get(self, month: str) -> ClosedMonth | None:
        """Return a closed month, None if it is open."""
        return self._state.closed_months.get(month)

    def names(self) -> frozenset[str]:
        """Return all closed months."""
        return frozenset(self._state.closed_months)
