"""The phases of an order, whose turn each is, and the one table of allowed moves."""

from enum import StrEnum


class Phase(StrEnum):
    """Where an order stands; the statuses that people see each belong to one phase."""

    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    HELD_UP = "held_up"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def live(self) -> bool:
        """Whether somebody still has to do something."""
        return self not in {Phase.COMPLETED, Phase.CANCELLED}


class Turn(StrEnum):
    """Who has to act next."""

    HELPDESK = "helpdesk"
    TECHNICIAN = "technician"
    CUSTOMER = "customer"
    SYSTEM = "system"
    NOBODY = "nobody"


MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.WAITING: frozenset({Phase.IN_PROGRESS, Phase.HELD_UP, Phase.COMPLETED, Phase.CANCELLED}),
    Phase.IN_PROGRESS: frozenset({Phase.WAITING, Phase.HELD_UP, Phase.COMPLETED, Phase.CANCELLED}),
    Phase.HELD_UP: frozenset({Phase.WAITING, Phase.IN_PROGRESS, Phase.COMPLETED, Phase.CANCELLED}),
    Phase.COMPLETED: frozenset({Phase.IN_PROGRESS}),
    Phase.CANCELLED: frozenset({Phase.WAITING}),
}
"""From each phase, the phases a move may lead to. Leaving `completed` and `cancelled` is a reopening."""


def allowed(before: Phase, after: Phase) -> bool:
    """Whether an order may go from one phase to another; staying is no move.

    >>> allowed(Phase.COMPLETED, Phase.WAITING)
    False
    """
    return after in MOVES[before]
