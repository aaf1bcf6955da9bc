"""What comes from the sender of an order, and the marks that the helpdesk sees until somebody looked at it."""

from collections.abc import Callable

import pytest

from sikpro.domain.catalogue import Status
from sikpro.domain.errors import AlreadyTaken, ForbiddenMove, NothingChanged
from sikpro.domain.events import OrderCorrected
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase, Turn
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
CORRECTED = order_data(serial="ZTEG00000000")


def held_up() -> Order:
    return an_order().move_to(HELD_UP, RINA, after(5)).order


def sent_again() -> Order:
    """Held up, corrected by its sender and with words after that: both marks stand on it."""
    order = held_up().correct(CORRECTED, WAITING, after(9)).order.join("sudah", 1, 2, after(10)).order
    assert (order.resubmitted, order.reply_waiting) == (True, True)
    return order


LOOKED: dict[str, Callable[[Order], Order]] = {
    "taken": lambda order: order.take(DEWI, IN_PROGRESS, after(20)).order,
    "assigned": lambda order: order.assign(DEWI, IN_PROGRESS, after(20)).order,
    **{
        status.code: lambda order, status=status: order.move_to(status, DEWI, after(20), reason="r").order  # type: ignore[misc]  # mypy infers no type for a lambda's default
        for status in (IN_PROGRESS, HELD_UP, COMPLETED, CANCELLED)
    },
}


@pytest.mark.parametrize("look", LOOKED)
def test_who_takes_it_or_answers_it_has_seen_what_came(look: str) -> None:
    seen = LOOKED[look](sent_again())
    assert (seen.resubmitted, seen.reply_waiting) == (False, False)


def test_it_stays_marked_as_sent_again_while_it_is_corrected_again_before_anybody_looked() -> None:
    once = held_up().correct(CORRECTED, WAITING, after(9)).order
    twice = once.correct(order_data(serial="ZTEG00000001"), WAITING, after(10)).order
    assert (twice.resubmitted, twice.resubmissions) == (True, 1)


def test_only_what_comes_back_from_a_hold_up_counts_as_sent_again() -> None:
    waiting = an_order().correct(CORRECTED, WAITING, after(2))
    assert (waiting.order.resubmissions, waiting.order.resubmitted) == (0, False)
    back = held_up().correct(CORRECTED, WAITING, after(9))
    assert (back.order.resubmissions, back.order.resubmitted) == (1, True)
    again = back.order.move_to(HELD_UP, RINA, after(10)).order.correct(CORRECTED, WAITING, after(11))
    assert (again.order.resubmissions, again.order.resubmitted) == (2, True), "as it was, yet sent again"
    facts = [event for change in (waiting, back, again) for event in change.events]
    assert [event.resubmitted for event in facts if isinstance(event, OrderCorrected)] == [False, True, True]


def test_who_has_it_corrects_it_and_keeps_it() -> None:
    taken = an_order().take(RINA, IN_PROGRESS, after(2)).order
    corrected = taken.correct(CORRECTED, WAITING, after(3), RINA).order
    assert corrected.data == CORRECTED
    assert (corrected.holder, corrected.phase, corrected.claimed_until) == (RINA, Phase.IN_PROGRESS, after(32))
    assert (corrected.resubmissions, corrected.resubmitted, corrected.changed_at) == (0, False, after(3))
    for other in (DEWI, None):
        with pytest.raises(AlreadyTaken):
            taken.correct(CORRECTED, WAITING, after(3), other)


def test_who_has_it_is_told_when_a_correction_changes_nothing() -> None:
    taken = an_order().take(RINA, IN_PROGRESS, after(2)).order
    with pytest.raises(NothingChanged):
        taken.correct(order_data(), WAITING, after(3), RINA)


@pytest.mark.parametrize("end", [COMPLETED, CANCELLED])
def test_a_finished_or_deleted_order_is_not_corrected(end: Status) -> None:
    finished = an_order().move_to(end, RINA, after(2), reason="r").order
    for order in (finished, an_order().delete("r", after(2)).order):
        with pytest.raises(ForbiddenMove):
            order.correct(CORRECTED, WAITING, after(3))


@pytest.mark.parametrize("end", [COMPLETED, CANCELLED])
def test_words_to_a_finished_order_are_marked_and_make_it_nobodys_turn_still(end: Status) -> None:
    finished = an_order().move_to(end, RINA, after(30), reason="r").order
    joined = finished.join("terima kasih", 1, 2, after(60)).order
    assert (joined.turn, joined.reply_waiting, joined.finished_at) == (Turn.NOBODY, True, after(30))
    spent = joined.clock.durations(after(90))
    assert spent[Turn.HELPDESK] == after(30) - NOON, "its age does not grow any more"


def test_a_waiting_order_is_not_set_to_waiting_and_so_loses_no_mark() -> None:
    with pytest.raises(ForbiddenMove):
        sent_again().move_to(WAITING, RINA, after(11))


def test_words_of_who_has_the_order_answer_a_reply_and_anothers_do_not() -> None:
    taken = an_order().take(RINA, IN_PROGRESS, after(2)).order.join("halo", 1, 2, after(3)).order
    assert taken.say("sebentar", DEWI, after(4)).order.reply_waiting
    assert not taken.say("sebentar", RINA, after(4)).order.reply_waiting
    free = held_up().join("halo", 1, 2, after(6)).order
    assert not free.say("sebentar", DEWI, after(7)).order.reply_waiting
