"""An order and its moves: each returns the order after the move, and the events to save."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Self, TypedDict

from attrs import evolve, frozen

from sikpro.domain.catalogue import Status
from sikpro.domain.errors import AlreadyTaken, ForbiddenMove, NothingChanged, NudgedAlready, ReasonRequired
from sikpro.domain.events import (
    HoldUpCleared,
    MessageJoined,
    OrderAssigned,
    OrderCorrected,
    OrderDeleted,
    OrderEvent,
    OrderGivenBack,
    OrderNudged,
    OrderPlaced,
    OrderRemarked,
    OrderReopened,
    OrderRestored,
    OrderTaken,
    OrderTransferred,
    OrderWithdrawn,
    State,
    StatusChanged,
    StatusUndone,
    WordsSent,
)
from sikpro.domain.order_data import Channel, OrderData, Origin
from sikpro.domain.order_state import CLAIM, OrderState
from sikpro.domain.phase import Phase, Turn, allowed, is_reopening
from sikpro.domain.place import Place
from sikpro.domain.turns import TurnClock
from sikpro.domain.values import TechnicianCode

LONGEST_CLAIM = timedelta(hours=2)
"""How long an open page renews a claim, from the time when the order was taken. After that its holder is asked."""

FARTHEST_CLAIM = timedelta(days=2)
"""No claim ends later than this from now: longer than any setting lets it last."""


@frozen(kw_only=True)
class Order(OrderState):
    """One request and its state, with its moves."""

    def take(self, by: int, status: Status, now: datetime, claim: timedelta = CLAIM) -> "Change":
        """Give the order to a helpdesk who takes it. If they already have it, renew the claim.

        Raises `AlreadyTaken` when another person has it, `ForbiddenMove` when it is finished or deleted.
        """
        if self.holder == by and self.phase.needs_holder:
            return Change(evolve(self, claimed_until=now + claim, claimed_at=now), ())
        self._free_for(by)
        return self._claimed(by, status, now, claim, lambda order: OrderTaken(**order, holder=by))

    def renewed_until(self, now: datetime, claim: timedelta = CLAIM) -> datetime | None:
        """Return the end of the claim after a renewal by an open page now; None when nobody has the order.

        It is at most `LONGEST_CLAIM` after the order was taken, and never earlier than before.
        """
        if self.claimed_until is None:
            return None
        return max(self.claimed_until, min(now + claim, (self.claimed_at or now) + LONGEST_CLAIM))

    def assign(self, to: int, status: Status, now: datetime, claim: timedelta = CLAIM) -> "Change":
        """Give the order to a helpdesk, whoever has it now. Raises `ForbiddenMove` when it is finished or deleted."""
        previous = self.holder
        return self._claimed(to, status, now, claim, lambda order: OrderAssigned(**order, holder=to, previous=previous))

    def give_back(self, by: int, status: Status, now: datetime, *, lapsed: bool = False) -> "Change":
        """Put the order back into the queue, at its old place.

        Raises `AlreadyTaken` when another person has it, `ForbiddenMove` when nobody has it.
        """
        self._free_for(by)
        if self.holder is None:
            raise ForbiddenMove(number=self.number, before=self.phase, after=Phase.WAITING)
        after = self._moved(status, now)
        return Change.of(after, OrderGivenBack(**_facts(after), holder=by, lapsed=lapsed))

    def free_lapsed(self, status: Status, now: datetime) -> "Change | None":
        """Give back the order if its claim has run out; None when it has not.

        A claim that ends later than `FARTHEST_CLAIM` from now is from a clock that was ahead: it has run out.
        """
        until = self.claimed_until
        if self.holder is None or until is None or now < until <= now + FARTHEST_CLAIM:
            return None
        return self.give_back(self.holder, status, now, lapsed=True)

    def move_to(
        self,
        status: Status,
        by: int,
        now: datetime,
        *,
        reason: str = "",
        feedback: str = "",
        overrule: bool = False,
        claim: timedelta = CLAIM,
    ) -> "Change":
        """Set a status, with a reason and feedback for the technician.

        Cancelling needs a reason. Raises `ForbiddenMove` when the phase does not lead there or the move is a reopening
        (use `reopen`), `AlreadyTaken` when another person has it and `overrule` is not set, `ReasonRequired`.
        """
        if not overrule:
            self._free_for(by)
        stays = status.phase is self.phase
        if is_reopening(self.phase, status.phase) or (stays and (self.phase.waits or not self.phase.live)):
            raise ForbiddenMove(number=self.number, before=self.phase, after=status.phase)
        before = self.status
        moved = self._moved(status, now, by, claim)
        if status.phase.ends_badly and not reason.strip():
            raise ReasonRequired(number=self.number)
        if moved.helpdesk == by:  # another person's text would appear under the wrong name
            moved = moved._with_feedback(feedback)
        after = evolve(moved, reply_waiting=False, resubmitted=False)
        return Change.of(after, StatusChanged(**_facts(after), before=before, reason=reason, feedback=feedback))

    def complete_elsewhere(
        self, status: Status, by: int, ended_at: datetime | None, now: datetime, *, reason: str
    ) -> "Change":
        """Complete it as another system says, at the time there; None: now. Who worked it here stays the same.

        Raises `ForbiddenMove` when it cannot be completed, `AlreadyTaken` when somebody else has it.
        """
        if not status.phase.ends_well:
            raise ForbiddenMove(number=self.number, before=self.phase, after=status.phase)
        change = self.move_to(status, by, now, reason=reason)
        ended = ended_at or change.order.changed_at
        after = evolve(
            change.order,
            finished_at=ended,
            clock=self.clock.switch(change.order.turn, max(ended, self.clock.since)),
            helpdesk=self.helpdesk,
            first_action_at=self.first_action_at,
        )
        return evolve(change, order=after)

    def correct(self, data: OrderData, waiting: Status, now: datetime, by: int | None = None) -> "Change":
        """Replace the data of a waiting order, of an order that `by` has, or of a held-up one, which then waits again.

        Raises `AlreadyTaken` when a helpdesk other than `by` has it, `ForbiddenMove` when it is finished or deleted,
        `NothingChanged` when the data of an order that is not held up are the same.
        """
        if not self.phase.live or self.deleted_at:
            raise ForbiddenMove(number=self.number, before=self.phase, after=Phase.WAITING)
        if self.holder is not None and self.holder != by:
            raise AlreadyTaken(self.number, self.holder)
        changes = self.data.differences(data)
        back = self.phase.held_up
        if not changes and not back:
            raise NothingChanged(number=self.number)
        after = self._moved(waiting, now) if back else evolve(self, changed_at=self._at(now))
        after = evolve(
            after,
            data=data,
            resubmissions=self.resubmissions + back,
            resubmitted=self.resubmitted or back,
        )
        return Change.of(after, OrderCorrected(**_facts(after), changes=changes, resubmitted=back))

    def join(
        self,
        text: str,
        chat_id: int,
        message_id: int | None,
        now: datetime,
        photo: str = "",
        place: Place | None = None,
    ) -> "Change":
        """Add a text, a photo or a place from the chat. The turn of a live order passes to the helpdesk."""
        at = self._at(now)
        clock = self.clock.switch(Turn.HELPDESK, at) if self.phase.live else self.clock
        after = evolve(self, reply_waiting=True, clock=clock, changed_at=at, place=place or self.place)
        event = MessageJoined(
            **_facts(after), text=text, chat_id=chat_id, message_id=message_id, photo=photo, place=place
        )
        return Change.of(after, event)

    def transfer(self, technician: TechnicianCode, now: datetime, *, sender: int | None, reason: str = "") -> "Change":
        """Give an open order to another technician. Status, turn, claim and place in the queue stay.

        `sender` is the person who counts as its sender from now on. If that changes, a private chat that the order came
        from is no longer its own; a group stays. Raises `ForbiddenMove` when it is not open, `NothingChanged` when it
        is this technician's.
        """
        if not self.open:
            raise ForbiddenMove(number=self.number, before=self.phase, after=self.phase)
        before = self.data.technician.value
        if technician.value == before:
            raise NothingChanged(number=self.number)
        stays = sender == self.sender or self.origin is None or self.origin.chat_id < 0
        after = evolve(
            self,
            data=evolve(self.data, technician=technician),
            sender=sender,
            origin=self.origin if stays else None,
            changed_at=self._at(now),
        )
        event = OrderTransferred(**_facts(after), before=before, after=technician.value, reason=reason)
        return Change.of(after, event)

    def clear(self, waiting: Status, now: datetime, *, text: str = "", name: str = "") -> "Change":
        """Put a held-up order back into the queue, at its old place: what held it up is no more.

        It is news that the helpdesk has not looked at, as a reply is. Raises `ForbiddenMove` when it is not held up.
        """
        if not self.phase.held_up or self.deleted_at:
            raise ForbiddenMove(number=self.number, before=self.phase, after=waiting.phase)
        before = self.status
        after = evolve(self._moved(waiting, now), reply_waiting=True)
        return Change.of(after, HoldUpCleared(**_facts(after), before=before, text=text, name=name))

    def locate(self, place: Place, chat_id: int, now: datetime) -> "Change":
        """Add the place that was sent while the order was entered. It is part of the order, so it is no news."""
        after = evolve(self, place=place, changed_at=self._at(now))
        return Change.of(after, MessageJoined(**_facts(after), text="", chat_id=chat_id, place=place))

    def say(self, text: str, by: int, now: datetime) -> "Change":
        """Write to the technician, in any phase. Status, turn and claim stay.

        If the order's own helpdesk writes, the text becomes its last feedback. A text of another person would appear
        under the wrong name. Raises `ForbiddenMove` when deleted.
        """
        if self.deleted_at:
            raise ForbiddenMove(number=self.number, before=self.phase, after=self.phase)
        waits = self.reply_waiting and self.holder not in {None, by}  # the holder has not looked at the reply yet
        after = evolve(self, reply_waiting=waits, changed_at=self._at(now))
        if by == self.helpdesk or self.helpdesk is None:
            after = after._with_feedback(text)
        return Change.of(after, WordsSent(**_facts(after), text=text))

    def remark(self, text: str, now: datetime) -> "Change":
        """Write a note to colleagues. The order itself stays as it is: a note outdates nobody's form.

        Raises `ForbiddenMove` when deleted.
        """
        if self.deleted_at:
            raise ForbiddenMove(number=self.number, before=self.phase, after=self.phase)
        return Change.of(self, OrderRemarked(order_id=self.id, at=self._at(now), state=self.state, text=text))

    def nudge(self, now: datetime, interval: timedelta) -> "Change":
        """Ask the helpdesk to look at the order, once in each interval. Its place and turn do not change.

        Raises `ForbiddenMove` unless it is the helpdesk's turn, `NudgedAlready` within the interval.
        """
        if self.deleted_at or self.turn is not Turn.HELPDESK:
            raise ForbiddenMove(number=self.number, before=self.phase, after=self.phase)
        if self.nudged_at and abs(now - self.nudged_at) < interval:  # it is to come if the clock was ahead then
            raise NudgedAlready(self.number, self.nudged_at + interval)
        at = self._at(now)
        after = evolve(self, nudged_at=at, changed_at=at)
        return Change.of(after, OrderNudged(**_facts(after)))

    def reopen(
        self, status: Status, by: int, now: datetime, reason: str, claim: timedelta = CLAIM, *, feedback: str = ""
    ) -> "Change":
        """Reopen a finished order, in a live phase that its phase leads to.

        This does not check whether another order has its duplicate key. Raises `ForbiddenMove`, `ReasonRequired`.
        """
        if not is_reopening(self.phase, status.phase) or self.deleted_at or not allowed(self.phase, status.phase):
            raise ForbiddenMove(number=self.number, before=self.phase, after=status.phase)
        if not reason.strip():
            raise ReasonRequired(number=self.number)
        before = self.status
        after = self._moved(status, now, by, claim)._with_feedback(feedback)
        return Change.of(after, OrderReopened(**_facts(after), before=before, reason=reason, feedback=feedback))

    def undo(self, before: "Order", now: datetime) -> "Change":
        """Restore the order's state `before` its status was set."""
        after = evolve(before, version=self.version)
        at = self._at(now)
        return Change.of(after, StatusUndone(order_id=self.id, at=at, state=after.state, undone=self.status))

    def withdraw(self, status: Status, now: datetime) -> "Change":
        """Cancel the order at its sender's request, while nobody has it. Raises `AlreadyTaken`, `ForbiddenMove`."""
        if self.holder is not None:
            raise AlreadyTaken(self.number, self.holder)
        if not self.phase.live:
            raise ForbiddenMove(number=self.number, before=self.phase, after=status.phase)
        before = self.status
        after = self._moved(status, now)
        return Change.of(after, OrderWithdrawn(**_facts(after), before=before))

    def delete(self, reason: str, now: datetime) -> "Change":
        """Remove the order from queue and counts. Raises `ReasonRequired`, `ForbiddenMove` if already deleted."""
        if self.deleted_at:
            raise ForbiddenMove(number=self.number, before=self.phase, after="deleted")
        if not reason.strip():
            raise ReasonRequired(number=self.number)
        at = self._at(now)
        after = evolve(self, deleted_at=at, changed_at=at, holder=None, claimed_until=None, claimed_at=None)
        return Change.of(after, OrderDeleted(**_facts(after), reason=reason))

    def restore(self, waiting: Status, now: datetime) -> "Change":
        """Restore a deleted order; one that needs a holder goes back to the queue. Raises `ForbiddenMove`."""
        if not self.deleted_at:
            raise ForbiddenMove(number=self.number, before=self.phase, after="restored")
        after = evolve(self, deleted_at=None, changed_at=self._at(now))
        if after.phase.needs_holder:
            after = after._moved(waiting, now)
        return Change.of(after, OrderRestored(**_facts(after)))

    def _free_for(self, by: int) -> None:
        if self.holder is not None and self.holder != by:
            raise AlreadyTaken(self.number, self.holder)

    def _claimed(
        self, to: int, status: Status, now: datetime, claim: timedelta, event: Callable[["_Facts"], OrderEvent]
    ) -> "Change":
        if not self.phase.live:
            raise ForbiddenMove(number=self.number, before=self.phase, after=status.phase)
        after = evolve(self._moved(status, now, to, claim), reply_waiting=False, resubmitted=False)
        return Change.of(after, event(_facts(after)))


@frozen
class Change:
    """An order after a step, and the events to save."""

    order: Order
    events: tuple[OrderEvent, ...]

    @classmethod
    def of(cls, order: Order, *events: OrderEvent) -> Self:
        """Return a change with its events."""
        return cls(order, events)


def place(
    *,
    order_id: int,
    data: OrderData,
    channel: Channel,
    status: Status,
    received_at: datetime,
    now: datetime,
    sender: int | None = None,
    origin: Origin | None = None,
) -> Change:
    """Create an order from a request. Its time of receipt is `received_at`, but never later than now."""
    received = min(received_at, now)
    order = Order(
        id=order_id,
        data=data,
        channel=channel,
        sender=sender,
        origin=origin,
        received_at=received,
        recorded_at=now,
        changed_at=now,
        phase=status.phase,
        status=status.code,
        clock=TurnClock(status.phase.turn or status.turn, received),
    )
    return Change.of(order, OrderPlaced(**_facts(order), channel=channel))


class _Facts(TypedDict):
    """The fields of every event."""

    order_id: int
    at: datetime
    state: State


def _facts(order: Order) -> _Facts:
    return {"order_id": order.id, "at": order.changed_at, "state": order.state}
