"""A status taken back: the order is as it was, its message never leaves, and the journal keeps both facts."""

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.list_orders import state_since
from sikpro.application.use_cases.orders.undo_status import UNDO_SPAN, undo_status, undoable
from sikpro.application.use_cases.orders.work_order import give_back_order, take_order
from sikpro.domain.errors import DomainError, NotPermitted, UndoTooLate
from sikpro.domain.events import StatusChanged, StatusUndone
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase
from tests.unit.chat import WHOLE, ZONE, Phone, World

STATUSES = ("selesai", "odp_penuh", "batal", "ogp", "menunggu", "kendala_sistem", "alamat_tidak_ditemukan")


@pytest.fixture
def world() -> World:
    """One order was sent."""
    return sent_world()


def sent_world() -> World:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    return world


def the_order(world: World) -> Order:
    return world.transactions.read(lambda uow: uow.orders.find("SC32232558")[0])


def sets(world: World, status: str, name: str = "rina", *, reason: str = "", feedback: str = "") -> Order:
    """Somebody answers on the web."""
    order, person = the_order(world), world.person(name)

    def work(uow: UnitOfWork) -> Order:
        now = world.clock.now()
        return change_status(
            uow, order.id, status, person, now, reason=reason, feedback=feedback, zone=ZONE, hold=UNDO_SPAN
        )

    return world.transactions.write(work)


def undoes(world: World, name: str = "rina") -> Order:
    order, person = the_order(world), world.person(name)
    return world.transactions.write(lambda uow: undo_status(uow, order.id, person, world.clock.now()))


@given(
    st.lists(st.tuples(st.sampled_from(STATUSES), st.text(max_size=9), st.booleans()), max_size=4),
    st.sampled_from(STATUSES),
    st.floats(0, 5, exclude_max=True),
)
def test_whatever_was_done_before_an_undone_status_leaves_the_order_as_it_was(
    past: list[tuple[str, str, bool]], last: str, pause: float
) -> None:
    world = sent_world()
    rina = world.person("rina")
    for status, words, takes in past:
        world.clock.later(minutes=7)
        try:
            if takes:
                order_id = the_order(world).id
                world.transactions.write(lambda uow, o=order_id: take_order(uow, o, rina, world.clock.now()))  # type: ignore[misc]  # bound now
            sets(world, status, reason=words or "-", feedback=words)
        except DomainError:
            continue  # a move that is not allowed is no past
    world.clock.later(minutes=7)
    before = the_order(world)
    totals = world.transactions.read(lambda uow: uow.order_queries.totals())
    messages = world.transactions.read(lambda uow: uow.outbox.of_order(before.id))
    since = world.transactions.read(lambda uow: state_since(uow, uow.order_queries.row(before.id)))  # type: ignore[arg-type]  # it is there
    try:
        sets(world, last, reason="x")
    except DomainError:
        return
    world.clock.later(seconds=pause)
    after = undoes(world)
    assert evolve(after, version=before.version) == before
    assert world.transactions.read(lambda uow: uow.order_queries.totals()) == totals
    written = world.transactions.read(lambda uow: uow.outbox.of_order(before.id))
    assert written[: len(messages)] == messages
    assert {item.state for item in written[len(messages) :]} <= {Delivery.RECALLED}
    again = world.transactions.read(lambda uow: state_since(uow, uow.order_queries.row(before.id)))  # type: ignore[arg-type]  # it is there
    assert again == since


def test_an_undone_message_never_leaves_and_the_journal_keeps_both_facts(world: World) -> None:
    sets(world, "selesai", feedback="Aktif.")
    undoes(world)
    world.clock.later(minutes=5)
    claimed = world.transactions.write(lambda uow: uow.outbox.claim(world.clock.now(), timedelta(minutes=1), 9))
    assert not [item for item in claimed if "Aktif." in item.message.text]
    order = the_order(world)
    events = [entry.event for entry in world.transactions.read(lambda uow: uow.journal.of_order(order.id))]
    assert [type(event) for event in events[-2:]] == [StatusChanged, StatusUndone]
    assert (order.phase, order.last_feedback) == (Phase.WAITING, "")


def test_a_message_waits_for_five_seconds_and_then_leaves(world: World) -> None:
    def due() -> list[str]:
        claimed = world.transactions.write(lambda uow: uow.outbox.claim(world.clock.now(), timedelta(minutes=1), 9))
        for item in claimed:
            world.transactions.write(lambda uow, number=item.id: uow.outbox.sent(number, 1, world.clock.now()))  # type: ignore[misc]  # bound now
        return [item.message.text for item in claimed]

    while due():
        pass
    sets(world, "selesai", feedback="Aktif.")
    world.clock.later(seconds=4.9)
    assert due() == []
    world.clock.later(seconds=0.1)
    assert "Aktif." in due()[0]
    with pytest.raises(UndoTooLate):
        undoes(world)
    assert the_order(world).phase is Phase.COMPLETED


def test_only_who_did_it_may_undo_it_while_nothing_else_happened(world: World) -> None:
    sets(world, "ogp")
    with pytest.raises(NotPermitted):
        undoes(world, "bagus")
    order, rina = the_order(world), world.person("rina")
    world.transactions.write(lambda uow: give_back_order(uow, order.id, rina, world.clock.now()))
    with pytest.raises(UndoTooLate):
        undoes(world)
    assert world.transactions.read(lambda uow: undoable(uow, rina, world.clock.now())) == ()
    assert the_order(world).phase is Phase.WAITING


def test_what_has_no_message_is_undone_in_its_time_alone(world: World) -> None:
    sets(world, "ogp")
    sets(world, "menunggu")
    world.clock.later(seconds=8)
    with pytest.raises(UndoTooLate):
        undoes(world)


def test_undone_twice_is_undone_once(world: World) -> None:
    sets(world, "selesai")
    undoes(world)
    with pytest.raises(UndoTooLate):
        undoes(world)
