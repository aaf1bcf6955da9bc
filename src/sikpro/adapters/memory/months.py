"""Closed months in memory."""

from collections.abc import Mapping

from attrs import evolve

from sikpro.adapters.memory.store import State
from sikpro.application.ports.months import ClosedMonth, OpenedMonth


class MemoryClosedMonths:
    """Stores the closed months, and those opened again."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, closed: ClosedMonth) -> bool:
        """Save a month's figures; return False if it is closed already."""
        if closed.month in self._state.closed_months:
            return False
        self._state.closed_months.put(closed.month, closed)
        if closed.month in self._state.opened_months:
            self._state.opened_months.drop(closed.month)
        return True

    def relabel(self, closed: ClosedMonth) -> bool:
        """Replace the figures; return False if the month is not closed."""
        kept = self._state.closed_months.get(closed.month)
        if kept is not None:
            self._state.closed_months.put(closed.month, evolve(kept, figures=closed.figures))
        return kept is not None

    def open(self, opened: OpenedMonth) -> bool:
        """Open a closed month again; return False if it is not closed."""
        if opened.month not in self._state.closed_months:
            return False
        self._state.closed_months.drop(opened.month)
        self._state.opened_months.put(opened.month, opened)
        return True

    def opened(self) -> Mapping[str, OpenedMonth]:
        """Return the months that were opened and not closed again."""
        return {month.month: month for month in self._state.opened_months.values()}

    def get(self, month: str) -> ClosedMonth | None:
        """Return a closed month, None if it is open."""
        return self._state.closed_months.get(month)

    def names(self) -> frozenset[str]:
        """Return all closed months."""
        return frozenset(self._state.closed_months)
