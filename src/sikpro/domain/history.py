"""The life that an order had elsewhere, and the order that it becomes here. What is unknown stays unknown."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import field, frozen

from sikpro.domain.catalogue import Status
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.events import OrderImported
from sikpro.domain.order import Change, Order
from sikpro.domain.order_data import Channel, OrderData
from sikpro.domain.order_state import CLAIM
from sikpro.domain.phase import Turn
from sikpro.domain.place import Place
from sikpro.domain.turns import TurnClock

_SLACK = timedelta(minutes=1)
"""A table may have its times and durations in whole minutes."""


@frozen(kw_only=True)
class History:
    """What is known of an order's life until now; None and empty values are unknown. Times are UTC.

    `helpdesk` is the one who has it or had it last. `spent` has the turns that are over, `turn` the present one, since
    `turn_since`. An end without a time (`finished_at`) is an end that belongs to no period.
    """

    received_at: datetime
    channel: Channel = Channel.IMPORT
    first_action_at: datetime | None = None
    finished_at: datetime | None = None
    helpdesk: int | None = None
    turn: Turn | None = None
    turn_since: datetime | None = None
    spent: Mapping[Turn, timedelta] = field(factory=dict[Turn, timedelta])
    resubmissions: int = 0
    last_feedback: str = ""
    place: Place | None = None

    def contradictions(self, status: Status, now: datetime) -> Mapping[str, InvalidValue]:
        """Return what cannot be true in this status, by the name of the value.

        Codes: `moment.future`, `moment.before_received`, `moment.before_action`, `finished.live`, `turn.ended`,
        `spent.too_long`.
        """
        errors: dict[str, InvalidValue] = {}
        moments = {
            "received_at": self.received_at,
            "first_action_at": self.first_action_at,
            "finished_at": self.finished_at,
            "turn_since": self.turn_since,
        }
        for name, moment in moments.items():
            if moment is not None and moment > now:
                errors[name] = InvalidValue("moment.future", moment.isoformat())
            elif moment is not None and moment < self.received_at:
                errors[name] = InvalidValue("moment.before_received", moment.isoformat())
        if self.finished_at is not None and "finished_at" not in errors:
            if status.phase.live:
                errors["finished_at"] = InvalidValue("finished.live", self.finished_at.isoformat())
            elif self.first_action_at is not None and self.finished_at < self.first_action_at:
                errors["finished_at"] = InvalidValue("moment.before_action", self.finished_at.isoformat())
        if not status.phase.live and self.turn not in {None, Turn.NOBODY}:
            errors["turn"] = InvalidValue("turn.ended", str(self.turn))
        age = (self.finished_at or now) - self.received_at
        if self.spent and sum(self.spent.values(), timedelta()) > age + _SLACK * len(self.spent):
            longest = max(self.spent, key=lambda turn: self.spent[turn])
            errors[f"spent.{longest}"] = InvalidValue("spent.too_long", str(self.spent[longest]))
        return errors


def bring_in(
    *,
    order_id: int,
    data: OrderData,
    history: History,
    status: Status,
    now: datetime,
    source: str,
    helpdesk_name: str = "",
    claim: timedelta = CLAIM,
) -> Change:
    """Create an order with its history. One that needs a holder goes to its helpdesk.

    `source` names the table; `helpdesk_name` is the name there of a helpdesk whom nobody knows here. Raises
    `InvalidFields` for contradictions.
    """
    errors = history.contradictions(status, now)
    if errors:
        raise InvalidFields(errors)
    held = status.phase.needs_holder
    order = Order(
        id=order_id,
        data=data,
        channel=history.channel,
        sender=None,
        origin=None,
        received_at=history.received_at,
        recorded_at=now,
        changed_at=now,
        phase=status.phase,
        status=status.code,
        clock=_clock(history, status, now),
        holder=history.helpdesk if held else None,
        claimed_at=now if held else None,
        claimed_until=now + claim if held else None,
        helpdesk=history.helpdesk,
        first_action_at=history.first_action_at,
        finished_at=history.finished_at,
        resubmissions=history.resubmissions,
        hold_ups=max(int(status.phase.held_up), history.resubmissions),
        last_feedback=history.last_feedback,
        place=history.place,
    )
    event = OrderImported(order_id=order_id, at=now, state=order.state, source=source, helpdesk_name=helpdesk_name)
    return Change.of(order, event)


def _clock(history: History, status: Status, now: datetime) -> TurnClock:
    """Return the turns. Of a turn whose beginning nobody knows, only the time from now on counts."""
    turn = status.phase.turn or history.turn or status.turn
    if not status.phase.live:
        return TurnClock(turn, history.finished_at or now, history.spent)
    untouched = status.phase.waits and history.first_action_at is None and not history.resubmissions
    return TurnClock(turn, history.turn_since or (history.received_at if untouched else now), history.spent)
