"""The phases of an order in one table. Everything else about phases derives from it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from attrs import frozen


class Turn(StrEnum):
    """Whose turn it is to act."""

    HELPDESK = "helpdesk"
    TECHNICIAN = "technician"
    CUSTOMER = "customer"
    SYSTEM = "system"
    NOBODY = "nobody"


class Stage(StrEnum):
    """The meaning of a phase: each phase has one stage, and the rules depend on the stage.

    `WAITING` is the queue: nobody has the order. `IN_PROGRESS` needs a helpdesk who has it. `HELD_UP` is a *kendala*:
    corrected data put the order back into the queue. `COMPLETED` is a good end, `CANCELLED` a bad one, which releases
    the order's duplicate key.
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
    """The phase of an order. Each status belongs to one phase; `RULES` has the rules of each phase.

    Each stage has a phase with its name, the default phase of that stage. A further phase comes after its stage's
    default.

    Of a phase one can ask `live` (somebody still has to act), `waits` (in the queue), `needs_holder` (a helpdesk has
    it), `held_up`, `ends_well` (completed), `ends_badly` (cancelled), its `stage`, its `rule`, its `turn` where the
    phase decides that, and `reopens_as`, the phase in which a finished order is reopened.
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
        """The stage of this phase."""
        return self.rule.stage

    @property
    def live(self) -> bool:
        """Whether somebody still has to act."""
        return self.stage not in {Stage.COMPLETED, Stage.CANCELLED}

    @property
    def waits(self) -> bool:
        """Whether its orders are in the queue, for any helpdesk to take."""
        return self.stage is Stage.WAITING

    @property
    def needs_holder(self) -> bool:
        """Whether a helpdesk must have the order."""
        return self.stage is Stage.IN_PROGRESS

    @property
    def held_up(self) -> bool:
        """Whether its orders are held up: it counts as a hold-up, and a correction puts them back into the queue."""
        return self.stage is Stage.HELD_UP

    @property
    def ends_well(self) -> bool:
        """Whether its orders are completed."""
        return self.stage is Stage.COMPLETED

    @property
    def ends_badly(self) -> bool:
        """Whether its orders are cancelled. That needs a reason and releases the duplicate key."""
        return self.stage is Stage.CANCELLED

    @property
    def turn(self) -> Turn | None:
        """The turn of the phase: nobody's after the end; None where the status decides."""
        return None if self.live else Turn.NOBODY

    @property
    def reopens_as(self) -> "Phase | None":
        """The default phase for reopening a finished order; None for a live phase."""
        return None if self.live else next((phase for phase in Phase if phase.live and allowed(self, phase)), None)


@frozen(kw_only=True)
class PhaseRule:
    """The rules of a phase.

    `leads_to` has the phases that a move may lead to. A move from an end to a live phase is a reopening; a move from
    one end to another is not. `icon` is a name of the icon set, `tone` a colour of `tokens.css`. A phase with
    `own_view` has its own list in the queue; the others are in their stage's list.
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
"""The table of the phases."""

OPEN = frozenset(phase for phase in Phase if phase.live)
"""The phases of open orders. An order in one of them counts as open unless it is deleted (`is_open`)."""


def is_open(phase: Phase, *, deleted: bool) -> bool:
    """Whether an order counts as open."""
    return phase in OPEN and not deleted


def allowed(before: Phase, after: Phase) -> bool:
    """Whether an order may go from one phase to another. Staying is not a move.

    >>> allowed(Phase.COMPLETED, Phase.WAITING)
    False
    """
    return after in before.rule.leads_to


def is_reopening(before: Phase, after: Phase) -> bool:
    """Whether a move takes a finished order back to a live phase.

    >>> is_reopening(Phase.COMPLETED, Phase.IN_PROGRESS)
    True
    """
    return after.live and not before.live


def same_end(before: Phase, after: Phase) -> bool:
    """Whether a finished order stays in the same stage, so that the time of its end stays too."""
    return before.stage is after.stage and not after.live


def phase_values(phases: Iterable[Phase]) -> list[str]:
    """Return the phases as database values, in the table's order."""
    wanted = frozenset(phases)
    return [phase.value for phase in Phase if phase in wanted]
