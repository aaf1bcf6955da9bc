"""The state of an order, and the one step of every move: into a status, at a time."""

from datetime import datetime, timedelta
from typing import Self

from attrs import evolve, frozen

from sikpro.domain.catalogue import Status
from sikpro.domain.duplicates import DuplicateMode, duplicate_key
from sikpro.domain.errors import ForbiddenMove
from sikpro.domain.events import State
from sikpro.domain.order_data import Channel, OrderData, Origin
from sikpro.domain.phase import Phase, Turn, allowed, is_open, is_reopening, same_end
from sikpro.domain.place import Place
from sikpro.domain.turns import TurnClock

CLAIM = timedelta(minutes=30)
"""How long a claim lasts unless it is renewed."""


@frozen(kw_only=True)
class OrderState:
    """One request and its state.

    Times are UTC. `received_at` gives its place in the queue and is never after `recorded_at`. `holder` is the person
    who has it now, since `claimed_at`; `helpdesk` is the one who has it or had it last. `reply_waiting` and
    `resubmitted` mark news that the helpdesk has not looked at yet: *Balasan baru*, *Dikirim ulang*. `nudged_at` is the
    time of the last nudge. `hold_ups` counts how often it became held up. `sender` is the person who sent it, or the
    technician to whom their orders were transferred.
    `last_feedback` is the last text of `helpdesk` at the present status, at `last_feedback_at`; "" and None if there is
    none since that status, or if its time is unknown. Texts belong to their status; the journal keeps earlier ones.
    `place` is the newest place of the customer that was sent. `first_action_at` and `finished_at` are also None where a
    table that the order came from does not tell them.
    """

    id: int
    data: OrderData
    channel: Channel
    sender: int | None
    origin: Origin | None
    received_at: datetime
    recorded_at: datetime
    changed_at: datetime
    phase: Phase
    status: str
    clock: TurnClock
    holder: int | None = None
    claimed_until: datetime | None = None
    claimed_at: datetime | None = None
    helpdesk: int | None = None
    first_action_at: datetime | None = None
    finished_at: datetime | None = None
    resubmissions: int = 0
    reopenings: int = 0
    hold_ups: int = 0
    resubmitted: bool = False
    reply_waiting: bool = False
    nudged_at: datetime | None = None
    last_feedback: str = ""
    last_feedback_at: datetime | None = None
    place: Place | None = None
    deleted_at: datetime | None = None
    version: int = 1

    @property
    def number(self) -> str:
        """The registration number, the only number that people use."""
        return self.data.registration_number.value

    @property
    def turn(self) -> Turn:
        """Whose turn it is to act."""
        return self.clock.turn

    @property
    def state(self) -> State:
        """Phase, status and turn together."""
        return State(self.phase, self.status, self.turn)

    @property
    def open(self) -> bool:
        """Whether it counts as open."""
        return is_open(self.phase, deleted=self.deleted_at is not None)

    def duplicate_key(self, mode: DuplicateMode) -> str | None:
        """Return the key that it holds, None when it holds none."""
        deleted = self.deleted_at is not None
        return duplicate_key(mode, self.number, self.data.type, self.phase, deleted=deleted)

    @property
    def _acted_elsewhere(self) -> bool:
        """Whether somebody acted before the order came in from a table, at a time that is not known."""
        acted = self.helpdesk is not None or self.hold_ups > 0 or self.phase.ends_well
        return self.first_action_at is None and acted

    def _at(self, now: datetime) -> datetime:
        return max(now, self.changed_at)

    def _moved(self, status: Status, now: datetime, by: int | None = None, claim: timedelta = CLAIM) -> Self:
        """Return the order in its new state; `by` is the acting helpdesk, None when there is none."""
        if self.deleted_at or (status.phase is not self.phase and not allowed(self.phase, status.phase)):
            raise ForbiddenMove(number=self.number, before=self.phase, after=status.phase)
        at = self._at(now)
        held = status.phase.needs_holder
        stays_finished = same_end(self.phase, status.phase)  # keep who finished it and when
        stays = status.code == self.status and by in {None, self.helpdesk}
        return evolve(
            self,
            phase=status.phase,
            status=status.code,
            clock=self.clock.switch(status.phase.turn or status.turn, at),
            changed_at=at,
            holder=by if held else None,
            claimed_until=now + claim if held else None,
            claimed_at=now if held else None,
            helpdesk=self.helpdesk if by is None or stays_finished else by,
            first_action_at=self.first_action_at or (None if by is None or self._acted_elsewhere else at),
            finished_at=None if status.phase.live else self.finished_at if stays_finished else at,
            reopenings=self.reopenings + is_reopening(self.phase, status.phase),
            hold_ups=self.hold_ups + (status.phase.held_up and not self.phase.held_up),
            last_feedback=self.last_feedback if stays else "",
            last_feedback_at=self.last_feedback_at if stays else None,
        )

    def _with_feedback(self, feedback: str) -> Self:
        """Return the order with the feedback to its present status, if there is any."""
        return evolve(self, last_feedback=feedback, last_feedback_at=self.changed_at) if feedback else self
