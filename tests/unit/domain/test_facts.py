"""What an order's story says of each move, and how often a helpdesk may be reminded of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sikpro.domain.errors import (
    AlreadyTaken,
    DomainError,
    ForbiddenMove,
    NothingChanged,
    NudgedAlready,
    ReasonRequired,
)
from sikpro.domain.events import (
    FieldChange,
    HoldUpCleared,
    MessageJoined,
    OrderAssigned,
    OrderCorrected,
    OrderDeleted,
    OrderEvent,
    OrderGivenBack,
    OrderNudged,
    OrderRemarked,
    OrderReopened,
    OrderRestored,
    OrderTaken,
    OrderTransferred,
    OrderWithdrawn,
    StatusChanged,
    StatusUndone,
    WordsSent,
)
from sikpro.domain.order import Change, Order
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.values import TechnicianCode
from sikpro.testing.builders import (
    CANCELLED,
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    NOON,
    WAITING,
    after,
    an_order,
    order_data,
)

RINA, DEWI = 10, 11
HOUR = timedelta(hours=1)
NOW = after(20)


def waiting() -> Order:
    return an_order(order_id=42)


def taken() -> Order:
    return waiting().take(RINA, IN_PROGRESS, after(1)).order


def held_up() -> Order:
    return waiting().move_to(HELD_UP, RINA, after(1)).order


def completed() -> Order:
    return waiting().move_to(COMPLETED, RINA, after(1)).order


MOVES: list[tuple[Callable[[], Change], type[OrderEvent], dict[str, object]]] = [
    (lambda: waiting().take(RINA, IN_PROGRESS, NOW), OrderTaken, {"holder": RINA}),
    (lambda: waiting().assign(RINA, IN_PROGRESS, NOW), OrderAssigned, {"holder": RINA, "previous": None}),
    (lambda: taken().assign(DEWI, IN_PROGRESS, NOW), OrderAssigned, {"holder": DEWI, "previous": RINA}),
    (lambda: taken().give_back(RINA, WAITING, NOW), OrderGivenBack, {"holder": RINA, "lapsed": False}),
    (
        lambda: taken().move_to(CANCELLED, RINA, NOW, reason="salah", feedback="maaf"),
        StatusChanged,
        {"before": "in_progress", "reason": "salah", "feedback": "maaf"},
    ),
    (
        lambda: held_up().correct(order_data(serial="ZTEG00000000", note="baru"), WAITING, NOW),
        OrderCorrected,
        {
            "changes": (FieldChange("serial", "ZTEGC6754546", "ZTEG00000000"), FieldChange("note", "", "baru")),
            "resubmitted": True,
        },
    ),
    (
        lambda: held_up().join("sudah", 7, 8, NOW, "foto"),
        MessageJoined,
        {"text": "sudah", "chat_id": 7, "message_id": 8, "photo": "foto"},
    ),
    (lambda: waiting().nudge(NOW, HOUR), OrderNudged, {}),
    (
        lambda: completed().reopen(IN_PROGRESS, DEWI, NOW, "mati", feedback="cek"),
        OrderReopened,
        {"before": "completed", "reason": "mati", "feedback": "cek"},
    ),
    (lambda: completed().undo(waiting(), NOW), StatusUndone, {"undone": "completed"}),
    (lambda: held_up().withdraw(CANCELLED, NOW), OrderWithdrawn, {"before": "ont_not_detected"}),
    (lambda: waiting().delete("salah", NOW), OrderDeleted, {"reason": "salah"}),
    (lambda: taken().delete("salah", after(2)).order.restore(WAITING, NOW), OrderRestored, {}),
    (lambda: completed().remark("cek dulu", NOW), OrderRemarked, {"text": "cek dulu"}),
    (lambda: completed().say("aktif", DEWI, NOW), WordsSent, {"text": "aktif"}),
    (
        lambda: held_up().clear(WAITING, NOW, text="ODP baru", name="Tim ODP"),
        HoldUpCleared,
        {"before": "ont_not_detected", "text": "ODP baru", "name": "Tim ODP"},
    ),
    (
        lambda: taken().transfer(TechnicianCode.parse("F5TUN446"), NOW, sender=None),
        OrderTransferred,
        {"before": "F5SDA445", "after": "F5TUN446", "reason": ""},
    ),
    (
        lambda: taken().transfer(TechnicianCode.parse("F5TUN446"), NOW, sender=None, reason="sakit"),
        OrderTransferred,
        {"before": "F5SDA445", "after": "F5TUN446", "reason": "sakit"},
    ),
]


@pytest.mark.parametrize(
    ("move", "kind", "says"), MOVES, ids=[f"{kind.__name__}-{n}" for n, (_, kind, _) in enumerate(MOVES)]
)
def test_each_move_is_one_fact_that_says_what_happened_when_and_how_the_order_stood_then(
    move: Callable[[], Change], kind: type[OrderEvent], says: dict[str, object]
) -> None:
    change = move()
    assert change.events == (kind(order_id=42, at=NOW, state=change.order.state, **says),)
    if not issubclass(kind, StatusUndone | OrderRemarked):
        assert change.order.changed_at == NOW, "a list shows it as just changed"


def test_a_claim_that_ran_out_is_told_as_that() -> None:
    lapsed = taken().free_lapsed(WAITING, after(31))
    assert lapsed is not None
    assert [getattr(event, "lapsed", None) for event in lapsed.events] == [True]


@pytest.mark.parametrize("move", [move for move, *_ in MOVES])
def test_a_clock_that_is_set_back_does_not_turn_a_story_round(move: Callable[[], Change]) -> None:
    change = move()
    later = change.order.say("halo", RINA, NOON) if change.order.deleted_at is None else None
    assert later is None or later.events[0].at == max(change.order.changed_at, NOON)


def test_a_helpdesk_is_reminded_once_an_interval() -> None:
    nudged = waiting().nudge(after(5), HOUR).order
    assert nudged.nudged_at == after(5)
    assert (nudged.turn, nudged.clock.since, nudged.received_at) == (Turn.HELPDESK, NOON, NOON)
    with pytest.raises(NudgedAlready) as refused:
        nudged.nudge(after(64), HOUR)
    assert (refused.value.params["number"], refused.value.until) == (nudged.number, after(65))
    assert nudged.nudge(after(65), HOUR).order.nudged_at == after(65)


@pytest.mark.parametrize("order", [held_up(), completed(), waiting().delete("x", after(1)).order])
def test_a_helpdesk_is_not_reminded_of_what_does_not_wait_for_it(order: Order) -> None:
    with pytest.raises(ForbiddenMove):
        order.nudge(after(5), HOUR)


def test_the_first_action_of_a_helpdesk_is_kept_and_a_senders_is_none() -> None:
    assert waiting().correct(order_data(note="x"), WAITING, after(2)).order.first_action_at is None
    assert waiting().withdraw(CANCELLED, after(2)).order.first_action_at is None
    order = taken().give_back(RINA, WAITING, after(5)).order
    assert (order.first_action_at, order.helpdesk) == (after(1), RINA)
    assert order.move_to(COMPLETED, DEWI, after(9)).order.first_action_at == after(1)


def test_when_it_ended_is_kept_until_it_is_worked_on_again() -> None:
    ended = completed()
    assert ended.finished_at == after(1)
    assert ended.delete("x", after(2)).order.restore(WAITING, after(3)).order.finished_at == after(1)
    again = ended.reopen(IN_PROGRESS, RINA, after(4), "mati").order
    assert (again.finished_at, again.reopenings, again.holder, again.claimed_until) == (None, 1, RINA, after(34))
    twice = again.move_to(COMPLETED, RINA, after(5)).order.reopen(IN_PROGRESS, RINA, after(6), "lagi").order
    assert twice.reopenings == 2


def test_a_deletion_needs_a_reason_and_happens_once_and_so_does_what_brings_it_back() -> None:
    with pytest.raises(ReasonRequired):
        waiting().delete("  ", NOW)
    gone = held_up().delete("x", NOW).order
    with pytest.raises(ForbiddenMove):
        gone.delete("x", NOW)
    with pytest.raises(ForbiddenMove):
        held_up().restore(WAITING, NOW)
    back = gone.restore(WAITING, after(30)).order
    assert (back.phase, back.deleted_at) == (Phase.HELD_UP, None), "as it was, since nobody had it"


def test_a_deleted_order_is_neither_reopened_nor_answered() -> None:
    gone = completed().delete("x", NOW).order
    with pytest.raises(ForbiddenMove):
        gone.reopen(IN_PROGRESS, RINA, after(30), "mati")
    with pytest.raises(ForbiddenMove):
        gone.say("halo", RINA, after(30))


def deleted() -> Order:
    return waiting().delete("x", after(1)).order


REFUSALS: list[tuple[Callable[[], object], DomainError]] = [
    *(
        (move, ForbiddenMove(number="SC32232558", before=Phase(before), after=later))
        for move, before, later in (
            (lambda: completed().reopen(WAITING, RINA, NOW, "x"), "completed", Phase.WAITING),
            (lambda: deleted().reopen(IN_PROGRESS, RINA, NOW, "x"), "waiting", Phase.IN_PROGRESS),
            (lambda: completed().move_to(HELD_UP, RINA, NOW), "completed", Phase.HELD_UP),
            (lambda: deleted().move_to(HELD_UP, RINA, NOW), "waiting", Phase.HELD_UP),
            (lambda: waiting().move_to(WAITING, RINA, NOW), "waiting", Phase.WAITING),
            (lambda: completed().withdraw(CANCELLED, NOW), "completed", Phase.CANCELLED),
            (lambda: completed().take(RINA, IN_PROGRESS, NOW), "completed", Phase.IN_PROGRESS),
            (lambda: waiting().give_back(RINA, WAITING, NOW), "waiting", Phase.WAITING),
            (lambda: completed().correct(order_data(), WAITING, NOW), "completed", Phase.WAITING),
            (lambda: deleted().say("halo", RINA, NOW), "waiting", Phase.WAITING),
            (lambda: held_up().nudge(NOW, HOUR), "held_up", Phase.HELD_UP),
            (lambda: deleted().delete("x", NOW), "waiting", "deleted"),
            (lambda: waiting().restore(WAITING, NOW), "waiting", "restored"),
        )
    ),
    *(
        (move, ReasonRequired(number="SC32232558"))
        for move in (
            lambda: waiting().move_to(CANCELLED, RINA, NOW),
            lambda: completed().reopen(IN_PROGRESS, RINA, NOW, " "),
            lambda: waiting().delete(" ", NOW),
        )
    ),
    *(
        (move, AlreadyTaken("SC32232558", RINA))
        for move in (
            lambda: taken().take(DEWI, IN_PROGRESS, NOW),
            lambda: taken().give_back(DEWI, WAITING, NOW),
            lambda: taken().move_to(COMPLETED, DEWI, NOW),
            lambda: taken().correct(order_data(note="x"), WAITING, NOW, DEWI),
            lambda: taken().withdraw(CANCELLED, NOW),
        )
    ),
    (lambda: waiting().correct(order_data(), WAITING, NOW), NothingChanged(number="SC32232558")),
]


@pytest.mark.parametrize(("move", "said"), REFUSALS)
def test_a_refusal_names_the_order_and_what_stands_against_it(move: Callable[[], object], said: DomainError) -> None:
    with pytest.raises(type(said)) as refused:
        move()
    assert refused.value.params == said.params
    assert getattr(refused.value, "holder", None) == getattr(said, "holder", None)
