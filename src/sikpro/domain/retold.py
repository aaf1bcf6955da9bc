"""What an order must be by the events of its journal alone, to compare with what it is.

It repeats the rules of `Order`, so whoever changes what a move sets there changes it here: `sikpro verify` compares.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sikpro.domain.events import (
    HoldUpCleared,
    MessageJoined,
    OrderAssigned,
    OrderCorrected,
    OrderDeleted,
    OrderEvent,
    OrderGivenBack,
    OrderImported,
    OrderNudged,
    OrderPlaced,
    OrderRemarked,
    OrderReopened,
    OrderRestored,
    OrderTaken,
    OrderWithdrawn,
    StatusChanged,
    StatusUndone,
    WordsSent,
)
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase, Turn, is_reopening, same_end

Known = Mapping[str, object]
"""What the events tell of an order, by the names of its fields. What they do not tell is missing."""

_FEEDBACK = ("last_feedback", "last_feedback_at")
_MOVES = (
    OrderTaken,
    OrderAssigned,
    OrderGivenBack,
    StatusChanged,
    OrderReopened,
    OrderWithdrawn,
    HoldUpCleared,
)
_OF_WORK = ("helpdesk", "first_action_at", "finished_at", "turn_since", "spent")
_OF_ACTOR = ("helpdesk", "holder", *_FEEDBACK)


def retold(received_at: datetime, entries: Sequence[tuple[OrderEvent, int | None]]) -> Known:
    """Return what an order must be after these events, from its receipt on, each with its actor.

    Unknown is what an order was before it came in from a table, and who completed it elsewhere and when.
    """
    first = entries[0][0]
    now = dict[str, object](_state(first) | {"recorded_at": first.at, "deleted_at": None, "reopenings": 0})
    if isinstance(first, OrderPlaced):
        now |= {"channel": first.channel, "turn_since": received_at, "spent": {}, "resubmissions": 0, "hold_ups": 0}
        now |= dict.fromkeys(("helpdesk", "holder", "first_action_at", "finished_at", "nudged_at", "place"))
        now |= {"last_feedback": "", "last_feedback_at": None}
    elif isinstance(first, OrderImported) and first.state.phase.live:
        now["finished_at"] = None
    before: Known = now
    for event, actor in entries[1:]:
        if isinstance(event, OrderRemarked):
            continue
        now, before = (dict(before) if isinstance(event, StatusUndone) else _after(now, event, actor)), now
    return now


def differences(order: Order, known: Known) -> Iterator[str]:
    """Yield the fields in which an order differs from what is known."""
    own: dict[str, object] = {"turn_since": order.clock.since, "spent": order.clock.spent}
    for name, value in known.items():
        if (own[name] if name in own else getattr(order, name)) != value:
            yield name


def _state(event: OrderEvent) -> dict[str, object]:
    return {"phase": event.state.phase, "turn": event.state.turn, "status": event.state.status}


def _after(known: Known, event: OrderEvent, actor: int | None) -> dict[str, object]:
    now = dict(known) | _state(event)
    _pass_turn(now, known, event)
    again = isinstance(event, OrderCorrected) and event.resubmitted
    if again or isinstance(event, _MOVES) or (isinstance(event, OrderRestored) and now["phase"] != known["phase"]):
        _move(now, known, event, actor)
    if again:
        _count(now, "resubmissions")
    if isinstance(event, WordsSent):
        _say(now, event, actor)
    if isinstance(event, OrderNudged):
        now["nudged_at"] = event.at
    if isinstance(event, MessageJoined) and event.place:
        now["place"] = event.place
    if isinstance(event, OrderDeleted):
        now |= {"deleted_at": event.at, "holder": None}
    if isinstance(event, OrderRestored):
        now["deleted_at"] = None
    return now


def _pass_turn(now: dict[str, object], known: Known, event: OrderEvent) -> None:
    turn, since, spent = known["turn"], known.get("turn_since"), known.get("spent")
    if event.state.turn is turn:
        return
    now["turn_since"] = event.at
    if isinstance(turn, Turn) and isinstance(since, datetime) and isinstance(spent, dict):
        now["spent"] = {**spent, turn: spent.get(turn, timedelta()) + (event.at - since)}


def _move(now: dict[str, object], known: Known, event: OrderEvent, actor: int | None) -> None:
    phase, was = event.state.phase, Phase(str(known["phase"]))
    answers = isinstance(event, StatusChanged | OrderReopened)
    by = event.holder if isinstance(event, OrderTaken | OrderAssigned) else actor if answers else None
    stays = event.state.status == known["status"] and by in {None, known.get("helpdesk")}
    ended = same_end(was, phase)
    now["holder"] = by if phase.needs_holder else None
    if by is not None and not ended:
        now["helpdesk"] = by
    if (answers or by is not None) and known.get("first_action_at", event) is None:
        now["first_action_at"] = event.at
    if not ended:
        now["finished_at"] = None if phase.live else event.at
    if is_reopening(was, phase):
        _count(now, "reopenings")
    if phase.held_up and not was.held_up:
        _count(now, "hold_ups")
    if not stays:
        now |= {"last_feedback": "", "last_feedback_at": None}
    elif "helpdesk" not in known:
        _forget(now, _FEEDBACK)
    if isinstance(event, StatusChanged | OrderReopened):
        if event.feedback and (now.get("helpdesk") == by or isinstance(event, OrderReopened)):
            now |= {"last_feedback": event.feedback, "last_feedback_at": event.at}
        if isinstance(event, StatusChanged) and event.reason and phase.ends_well:
            _forget(now, _OF_WORK)  # perhaps a table said so, with its own time, and nobody worked it here
        if actor is None:
            _forget(now, _OF_ACTOR)  # who did it was deleted


def _say(now: dict[str, object], event: WordsSent, actor: int | None) -> None:
    if "helpdesk" not in now or actor is None:
        _forget(now, _FEEDBACK)
    elif event.text and now["helpdesk"] in {None, actor}:
        now |= {"last_feedback": event.text, "last_feedback_at": event.at}


def _count(now: dict[str, object], name: str) -> None:
    many = now.get(name)
    if isinstance(many, int):
        now[name] = many + 1


def _forget(now: dict[str, object], names: Sequence[str]) -> None:
    for name in names:
        now.pop(name, None)
