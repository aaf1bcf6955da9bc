"""What an import knows of an order's life is kept; what it does not know is not made up."""

from datetime import timedelta

from sikpro.domain.history import History, bring_in
from sikpro.domain.phase import Turn
from sikpro.testing.builders import HELD_UP, NOON, WAITING, order_data


def test_an_order_that_nobody_touched_waits_since_its_receipt() -> None:
    def since(history: History) -> object:
        change = bring_in(
            order_id=1, data=order_data(), history=history, status=WAITING, now=NOON + timedelta(days=2), source="x"
        )
        return change.order.clock.since

    assert since(History(received_at=NOON)) == NOON
    assert since(History(received_at=NOON, resubmissions=1)) == NOON + timedelta(days=2)


def test_an_order_that_comes_held_up_was_held_up_once_and_as_often_as_it_was_sent_anew() -> None:
    def hold_ups(resubmissions: int) -> int:
        history = History(received_at=NOON, resubmissions=resubmissions)
        change = bring_in(order_id=1, data=order_data(), history=history, status=HELD_UP, now=NOON, source="x")
        return change.order.hold_ups

    assert [hold_ups(resubmissions) for resubmissions in (0, 1, 3)] == [1, 1, 3]


def test_the_turn_that_a_table_names_counts_before_that_of_the_status() -> None:
    def turn(history: History) -> Turn:
        change = bring_in(order_id=1, data=order_data(), history=history, status=HELD_UP, now=NOON, source="x")
        return change.order.turn

    assert turn(History(received_at=NOON)) is HELD_UP.turn
    assert turn(History(received_at=NOON, turn=Turn.CUSTOMER)) is Turn.CUSTOMER
    assert HELD_UP.turn is not Turn.CUSTOMER
