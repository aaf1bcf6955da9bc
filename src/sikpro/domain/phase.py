"""The phases of an order in one table, and whose turn each is: everything else about phases derives from here."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from attrs import frozen


class Turn(StrEnum):
    """Who has to act next."""

    HELPDESK = "helpdesk"
    TECHNICIAN = "technician"
    CUSTOMER = "customer"
    SYSTEM = "system"
    NOBODY = "nobody"


class Stage(StrEnum):
    """What it means for an order to be in a phase: each phase is of one stage, and the rules go by the stage.

    `WAITING` is the queue: nobody has the order. `IN_PROGRESS` needs a helpdesk who has it. `HELD_UP` is a *kendala*:
    corrected data bring the order back. `COMPLETED` is a good end, `CANCELLED` a bad one, which frees the order's
    duplicate key.
    """

    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    HELD_UP = "held_up"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def phases(self) -> "frozenset[Phase]":
        """The phases of this stage."""
        return frozenset(phase for phase in Phase if phase.stage is self)


class Phase(StrEnum):
    """Where an order stands; the statuses that people see each belong to one phase. `RULES` has what holds for each.

    Each stage has a phase of its own name, which an order goes to when nobody chose one; further phases follow theirs.
    """

    WAITING = "waiting"
    IN_PROGRESS = "in_progress"
    HELD_UP = "held_up"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def rule(self) -> "PhaseRule":
        """Its row of the table."""
        return RULES[self]

    @property
    def stage(self) -> Stage:
        """What it means for an order to be in this phase."""
        return self.rule.stage

    @property
    def live(self) -> bool:
        """Whether somebody still has to do something."""
        return self.stage not in {Stage.COMPLETED, Stage.CANCELLED}

    @property
    def waits(self) -> bool:
        """Whether its orders stand in the queue, for any helpdesk to take."""
        return self.stage is Stage.WAITING

    @property
    def needs_holder(self) -> bool:
        """Whether a helpdesk has to have the order."""
        return self.stage is Stage.IN_PROGRESS

    @property
    def held_up(self) -> bool:
        """Whether something is in the way of its orders: it counts as a hold-up, and a correction brings them back."""
        return self.stage is Stage.HELD_UP

    @property
    def ends_well(self) -> bool:
        """Whether its orders are completed."""
        return self.stage is Stage.COMPLETED

    @property
    def ends_badly(self) -> bool:
        """Whether its orders are cancelled: that needs a reason, and frees the duplicate key."""
        return self.stage is Stage.CANCELLED

    @property
    def turn(self) -> Turn | None:
        """Whose turn it is whatever the status says: nobody's after the end; None where the status decides."""
        return None if self.live else Turn.NOBODY

    @property
    def reopens_as(self) -> "Phase | None":
        """The phase in which a finished order is worked on again when nobody chose one; None for a live phase."""
        return None if self.live else next((phase for phase in Phase if phase.live and allowed(self, phase)), None)


@frozen(kw_only=True)
class PhaseRule:
    """What holds for a phase.

    `leads_to` are the phases that a move may lead to: from an end to a live phase is a reopening, from an end to
    another end is none. `icon` is a name of the icon set, `tone` one of the colours of `tokens.css`. A phase with
    `own_view` has a list of its own in the queue; the others stand in their stage's.
    """

    stage: Stage
    leads_to: frozenset[Phase]
    icon: str
    tone: str
    own_view: bool = False


RULES: Mapping[Phase, PhaseRule] = {
    Phase.WAITING: PhaseRule(
        stage=Stage.WAITING,
        leads_to=frozenset({Phase.IN_PROGRESS, Phase.HELD_UP, Phase.COMPLETED, Phase.CANCELLED}),
        icon="clock",
        tone="waiting",
    ),
    Phase.IN_PROGRESS: PhaseRule(
        stage=Stage.IN_PROGRESS,
        leads_to=frozenset({Phase.WAITING, Phase.HELD_UP, Phase.COMPLETED, Phase.CANCELLED}),
        icon="player-play",
        tone="in_progress",
    ),
    Phase.HELD_UP: PhaseRule(
        stage=Stage.HELD_UP,
        leads_to=frozenset({Phase.WAITING, Phase.IN_PROGRESS, Phase.COMPLETED, Phase.CANCELLED}),
        icon="player-pause",
        tone="held_up",
    ),
    Phase.COMPLETED: PhaseRule(
        stage=Stage.COMPLETED,
        leads_to=frozenset({Phase.IN_PROGRESS}),
        icon="check",
        tone="completed",
    ),
    Phase.CANCELLED: PhaseRule(
        stage=Stage.CANCELLED,
        leads_to=frozenset({Phase.WAITING}),
        icon="ban",
        tone="cancelled",
    ),
}
"""The one table of the phases."""

OPEN = frozenset(phase for phase in Phase if phase.live)
"""The phases of open orders. An order counts as open in one of them, unless it is deleted (`is_open`)."""


def is_open(phase: Phase, *, deleted: bool) -> bool:
    """Whether an order counts as open."""
    return phase in OPEN and not deleted


def allowed(before: Phase, after: Phase) -> bool:
    """Whether an order may go from one phase to another; staying is no move.

    >>> allowed(Phase.COMPLETED, Phase.WAITING)
    False
    """
    return after in before.rule.leads_to


def is_reopening(before: Phase, after: Phase) -> bool:
    """Whether a move takes an order back from its end.

    >>> is_reopening(Phase.COMPLETED, Phase.IN_PROGRESS)
    True
    """
    return after.live and not before.live


def same_end(before: Phase, after: Phase) -> bool:
    """Whether a move leaves an order finished as it was, so that the time of its end stands."""
    return before.stage is after.stage and not after.live


def phase_values(phases: Iterable[Phase]) -> list[str]:
    """Phases as a database has them, in the table's order."""
    wanted = frozenset(phases)
    return [phase.value for phase in Phase if phase in wanted]
