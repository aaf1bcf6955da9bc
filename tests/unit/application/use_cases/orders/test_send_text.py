"""Words to the technician without a status: in any phase, whoever has the order, each press once."""

from collections.abc import Callable

import pytest

from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import FEEDBACK_LIMIT, change_status
from sikpro.application.use_cases.orders.own_order import join_message
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.orders.undo_status import UNDO_SPAN, undo_status
from sikpro.domain.errors import ForbiddenMove, InvalidValue, NotPermitted
from sikpro.domain.events import WordsSent
from sikpro.domain.order import Order
from tests.unit.chat import WHOLE, ZONE, Phone, World

TEXT = "Kabel drop putus di tiang 7, mohon sambung."


@pytest.fixture
def world() -> World:
    """One order was sent."""
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    return world


def says(world: World, text: str = TEXT, name: str = "rina", last_event: int | None = None) -> Order:
    order, person = world.order(), world.person(name)
    return world.transactions.write(
        lambda uow: send_text(uow, order.id, person, world.clock.now(), text=text, last_event=last_event, zone=ZONE)
    )


def newest(world: World) -> int:
    order = world.order()
    return world.transactions.read(lambda uow: uow.journal.of_order(order.id)[-1].id)


def told(world: World) -> list[Outgoing]:
    order = world.order()
    items = world.transactions.read(lambda uow: uow.outbox.of_order(order.id))
    return [item.message for item in items if TEXT in item.message.text]


def waits(world: World) -> None:
    world.clock.later(minutes=1)


def is_taken(world: World) -> None:
    world.takes("bagus")


def is_held_up(world: World) -> None:
    world.sets("odp_penuh", username="bagus")


def is_completed(world: World) -> None:
    world.sets("selesai", username="bagus")


def is_cancelled(world: World) -> None:
    world.sets("batal", reason="dobel", username="bagus")


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        (waits, "MENUNGGU"),
        (is_taken, "DIPROSES (OGP)"),
        (is_held_up, "KENDALA: ODP penuh"),
        (is_completed, "SELESAI (PS)"),
        (is_cancelled, "BATAL"),
    ],
)
def test_words_reach_the_technician_in_any_phase_and_change_no_status(
    world: World, happens: Callable[[World], None], state: str
) -> None:
    happens(world)
    before = world.order()
    world.clock.later(minutes=1)
    after = says(world)
    for name in ("phase", "status", "turn", "clock", "holder", "claimed_until", "helpdesk", "finished_at"):
        assert getattr(after, name) == getattr(before, name)
    if before.helpdesk in {None, world.person("rina").id}:
        assert (after.last_feedback, after.last_feedback_at) == (TEXT, world.clock.now())
    else:  # under another's name they would be a lie
        assert (after.last_feedback, after.last_feedback_at) == (before.last_feedback, before.last_feedback_at)
    [message] = told(world)
    assert message.text == f'💬 Pesan helpdesk untuk SC32232558 (status: {state})\nRina: "{TEXT}"'
    assert (message.chat_id, message.reply_to is not None) == (1, True)
    entry = world.transactions.read(lambda uow: uow.journal.of_order(after.id)[-1])
    assert entry.actor == world.person("rina").id
    assert isinstance(entry.event, WordsSent)
    assert entry.event.text == TEXT


def test_the_same_words_pressed_twice_are_sent_once_and_others_are_sent(world: World) -> None:
    last_event = newest(world)
    for _ in range(2):
        says(world, f" {TEXT}\n", last_event=last_event)
    assert len(told(world)) == 1
    says(world, TEXT + " Terima kasih.", last_event=last_event)
    assert len(told(world)) == 2
    says(world, last_event=newest(world))
    assert len(told(world)) == 3, "whoever saw them sent may say them again"


def test_the_same_words_of_another_helpdesk_are_theirs(world: World) -> None:
    last_event = newest(world)
    says(world, last_event=last_event)
    says(world, name="bagus", last_event=last_event)
    assert len(told(world)) == 2


def test_words_that_went_with_a_status_are_not_sent_again_unless_it_was_taken_back(world: World) -> None:
    order, rina, last_event = world.order(), world.person("rina"), newest(world)

    def answer(uow: UnitOfWork) -> Order:
        return change_status(
            uow, order.id, "selesai", rina, world.clock.now(), feedback=TEXT, zone=ZONE, hold=UNDO_SPAN
        )

    world.transactions.write(answer)
    says(world, last_event=last_event)
    assert len(told(world)) == 1
    world.transactions.write(lambda uow: undo_status(uow, order.id, rina, world.clock.now()))
    says(world, last_event=last_event)
    assert len(told(world)) == 2, "the one that was recalled, and the one that goes"


def test_a_reply_that_was_answered_waits_no_more(world: World) -> None:
    order, budi = world.order(), world.transactions.read(lambda uow: uow.people.by_code("F5SDA445"))
    assert budi
    is_completed(world)
    world.transactions.write(
        lambda uow: join_message(uow, order.id, budi, world.clock.now(), text="mati lagi", chat_id=1, message_id=None)
    )
    assert world.order().reply_waiting
    says(world)
    assert not world.order().reply_waiting


def test_a_reply_waits_for_whoever_has_the_order_when_a_colleague_writes(world: World) -> None:
    is_taken(world)
    order, budi = world.order(), world.transactions.read(lambda uow: uow.people.by_code("F5SDA445"))
    assert budi
    world.transactions.write(
        lambda uow: join_message(uow, order.id, budi, world.clock.now(), text="sudah", chat_id=1, message_id=None)
    )
    says(world)
    assert world.order().reply_waiting
    says(world, "Baik.", name="bagus")
    assert not world.order().reply_waiting


def test_who_does_not_work_on_orders_says_nothing_and_nothing_is_said_of_a_deleted_one(world: World) -> None:
    with pytest.raises(NotPermitted):
        says(world, name="admin")
    for text, code in (("", "feedback.missing"), (" \n", "feedback.missing"), ("x" * 2001, "feedback.too_long")):
        assert len(text) <= FEEDBACK_LIMIT + 1
        with pytest.raises(InvalidValue) as refused:
            says(world, text)
        assert refused.value.code == code
    order, leader = world.order(), world.person("bagus")
    world.transactions.write(
        lambda uow: delete_order(uow, order.id, leader, world.clock.now(), reason="uji", zone=ZONE)
    )
    with pytest.raises(ForbiddenMove):
        world.transactions.write(lambda uow: send_text(uow, order.id, leader, world.clock.now(), text=TEXT, zone=ZONE))
    items = world.transactions.read(lambda uow: uow.outbox.of_order(order.id))
    assert not any(TEXT in item.message.text for item in items)
