"""What a step does not touch stays, and what it touches carries its time: no order forgets where it came from."""

from datetime import timedelta

from sikpro.domain.events import State
from sikpro.domain.order import place
from sikpro.domain.order_data import Channel, Origin
from sikpro.domain.phase import Turn
from sikpro.testing.builders import COMPLETED, HELD_UP, IN_PROGRESS, NOON, WAITING, after, an_order, order_data

CLAIM = timedelta(minutes=30)


def test_a_new_order_has_all_that_its_request_had() -> None:
    order = place(
        order_id=7,
        data=order_data(note="pagar hijau"),
        channel=Channel.WEB,
        status=WAITING,
        received_at=NOON,
        now=after(3),
        sender=4,
        origin=Origin(1, 5),
    ).order
    assert (order.id, order.data, order.channel) == (7, order_data(note="pagar hijau"), Channel.WEB)
    assert (order.sender, order.origin) == (4, Origin(1, 5))
    assert (order.received_at, order.recorded_at, order.changed_at) == (NOON, after(3), after(3))
    assert (order.phase, order.status, order.clock.turn, order.clock.since) == (
        WAITING.phase,
        "waiting",
        Turn.HELPDESK,
        NOON,
    )


def test_an_order_that_comes_back_was_changed_when_it_came_back() -> None:
    deleted = an_order().delete("x", after(5)).order
    assert (deleted.deleted_at, deleted.changed_at) == (after(5), after(5))
    restored = deleted.restore(WAITING, after(9))
    assert (restored.order.deleted_at, restored.order.changed_at) == (None, after(9))
    assert restored.events[0].at == after(9)


def test_who_reopens_an_order_has_it() -> None:
    done = an_order().move_to(COMPLETED, 4, after(1)).order
    again = done.reopen(IN_PROGRESS, 5, after(2), "masih mati", CLAIM).order
    assert (again.holder, again.claimed_until, again.changed_at) == (5, after(32), after(2))


def test_each_fact_says_how_the_order_stood_and_whose_turn_it_was() -> None:
    held = an_order().move_to(HELD_UP, 4, after(1))
    assert held.events[-1].state == State(HELD_UP.phase, HELD_UP.code, Turn.TECHNICIAN)
    assert held.order.state == held.events[-1].state
