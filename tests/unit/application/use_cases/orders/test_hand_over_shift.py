"""The end of a shift: all orders of a person go on, and the shift's figures say what was done."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.shift_handovers import ShiftHandover
from sikpro.application.reports.shift import Shift, ShiftRow, shift
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.hand_over_shift import hand_over_shift
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.orders.set_aside import skip_order
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.domain.errors import InvalidFields, NotFound, NotPermitted
from sikpro.domain.events import OrderAssigned
from sikpro.domain.order_state import CLAIM
from sikpro.testing.builders import refusals
from tests.unit.chat import NINE, ZONE, Phone, World

NUMBERS = ("SC10000001", "SC10000002", "SC10000003")
RINA, BAGUS, ADMIN = 4, 5, 6


@pytest.fixture
def world() -> World:
    world = World()
    for place, number in enumerate(NUMBERS):
        Phone(world, 1).says(f"/reg AO#{number}#ZTEGC675454{place}#SDA#ODP-SDA-00{place + 1}#F5SDA445")
    for number in NUMBERS[:2]:
        world.takes(number=number)
    return world


def hands_over(world: World, to: int | None, note: str = "", by: str = "rina") -> ShiftHandover:
    person, now = world.person(by), world.clock.now()
    return world.transactions.write(lambda uow: hand_over_shift(uow, to, note, person, now, ZONE))


def figures(world: World, own: int | None = None, hours: float = 8) -> Shift:
    end = NINE + timedelta(hours=hours)
    return world.transactions.read(lambda uow: shift(uow, NINE, end, own))


def by_name(shown: Shift) -> Mapping[str, ShiftRow]:
    return {row.name: row for row in shown.rows}


def test_all_orders_go_to_the_colleague_who_hears_of_it(world: World) -> None:
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(BAGUS), telegram_id=50)))
    done = hands_over(world, BAGUS, " ODP belum dicek ")
    assert (done.by, done.to, done.text, len(done.orders)) == (RINA, BAGUS, "ODP belum dicek", 2)
    assert [world.order(number).holder for number in NUMBERS] == [BAGUS, BAGUS, None]
    bagus = Phone(world, 50)
    assert bagus.hears() == "🔁 Rina menyerahkan 2 order kepada Anda.\n“ODP belum dicek”"
    assert bagus.buttons() == list(NUMBERS[:2])


def test_without_a_colleague_they_go_back_to_the_queue(world: World) -> None:
    done = hands_over(world, None)
    assert (done.to, len(done.orders)) == (None, 2)
    assert {world.order(number).holder for number in NUMBERS} == {None}


def test_the_colleague_reads_it_in_their_language_with_a_button_for_ten_orders_at_most(world: World) -> None:
    bagus = evolve(world.person("bagus"), telegram_id=50, language="en")
    world.transactions.write(lambda uow: uow.people.save(bagus))
    many = [f"SC200000{place:02}" for place in range(10)]
    for place, number in enumerate(many):
        Phone(world, 1).says(f"/reg AO#{number}#ZTEGC68545{place:02}#SDA#ODP-SDA-01{place}#F5SDA445")
        world.takes(number=number)
    hands_over(world, BAGUS)
    phone = Phone(world, 50)
    assert phone.hears() == "🔁 Rina handed 12 orders to you."
    assert phone.buttons() == [*NUMBERS[:2], *many[:8]]
    assert all(len(row) == 1 for row in phone.last.buttons)
    assert NUMBERS[0] in phone.presses(NUMBERS[0])


def test_a_colleague_without_telegram_gets_the_orders_and_nothing_is_queued(world: World) -> None:
    Phone(world, 1).hears()
    claimed = timedelta(days=1)
    hands_over(world, BAGUS, "sisa")
    world.clock.later(timedelta(minutes=10))
    now = world.clock.now()
    assert world.transactions.write(lambda uow: uow.outbox.claim(now, claimed, 99)) == ()


def test_the_journal_says_who_handed_each_order_over(world: World) -> None:
    world.clock.later(timedelta(minutes=5))
    done = hands_over(world, BAGUS)
    assert done.at == world.clock.now()
    for number in NUMBERS[:2]:
        order = world.order(number)
        last = world.transactions.read(lambda uow, order=order: uow.journal.of_order(order.id))[-1]  # type: ignore[misc]  # bound now
        assert (last.actor, type(last.event)) == (RINA, OrderAssigned)
        assert order.claimed_until == world.clock.now() + CLAIM
        assert order.status == "ogp"


def test_a_note_alone_is_kept_and_nothing_at_all_is_refused(world: World) -> None:
    assert hands_over(world, None, "semua beres", by="bagus").orders == ()
    with pytest.raises(InvalidFields) as refused:
        hands_over(world, None, "  ", by="bagus")
    assert refusals(refused.value) == {"text": ("note.nothing", "")}
    with pytest.raises(InvalidFields) as refused:
        hands_over(world, None, "x" * 2001)
    assert refusals(refused.value) == {"text": ("note.too_long", "x" * 64)}
    assert len(hands_over(world, None, "x" * 2000).text) == 2000


@pytest.mark.parametrize("to", [RINA, ADMIN, 1])
def test_only_a_colleague_who_works_on_orders_gets_them(world: World, to: int) -> None:
    with pytest.raises(NotFound) as refused:
        hands_over(world, to)
    name = world.transactions.read(lambda uow: uow.people.get(to).name)
    assert refused.value.params == {"what": "helpdesk", "name": name}
    assert world.order(NUMBERS[0]).holder == RINA


def test_who_does_not_work_on_orders_hands_nothing_over(world: World) -> None:
    with pytest.raises(NotPermitted):
        hands_over(world, BAGUS, "x", by="admin")


def test_the_shift_counts_what_each_took_answered_and_left(world: World) -> None:
    world.clock.later(timedelta(minutes=10))
    world.sets("selesai", number=NUMBERS[0])
    world.clock.later(timedelta(minutes=20))
    world.sets("odp_penuh", number=NUMBERS[1])
    rina, third, now = world.person("rina"), world.order(NUMBERS[2]), world.clock.now()
    world.transactions.write(
        lambda uow: send_text(uow, third.id, rina, now, text="sebentar", last_event=None, zone=ZONE)
    )
    world.transactions.write(lambda uow: skip_order(uow, third.id, "unclear", rina, now))
    world.takes("bagus", NUMBERS[2])
    shown = figures(world)
    row = by_name(shown)["Rina"]
    assert (row.taken, row.answered, row.completed, row.held, row.handed) == (2, 3, 1, 0, 0)
    assert (row.median, row.set_aside) == (timedelta(minutes=10), {"unclear": 1})
    other = by_name(shown)["Bagus"]
    assert (other.taken, other.answered, other.median, other.held) == (1, 0, None, 1)
    both = shown.together
    assert (both.person, both.taken, both.answered, both.completed, both.held) == (None, 3, 3, 1, 1)
    assert (both.median, both.set_aside) == (timedelta(minutes=10), {"unclear": 1})
    assert [row.name for row in shown.rows] == ["Rina", "Bagus"]


def test_an_answer_that_was_undone_does_not_count(world: World) -> None:
    order, rina, now = world.order(NUMBERS[0]), world.person("rina"), world.clock.now()
    world.transactions.write(
        lambda uow: change_status(uow, order.id, "selesai", rina, now, zone=ZONE, hold=timedelta(seconds=5))
    )
    world.transactions.write(lambda uow: undo_status(uow, order.id, rina, now))
    row = by_name(figures(world))["Rina"]
    assert (row.answered, row.completed, row.held) == (0, 0, 2)


def test_a_handover_stands_in_the_shift_of_both_and_a_helpdesk_sees_only_the_own(world: World) -> None:
    hands_over(world, BAGUS, "sisa dua")
    shown = figures(world)
    assert [(one.by, one.to, one.text) for one in shown.handovers] == [(RINA, BAGUS, "sisa dua")]
    assert (by_name(shown)["Rina"].handed, by_name(shown)["Bagus"].taken) == (2, 2)
    assert [row.name for row in figures(world, own=RINA).rows] == ["Rina"]
    assert figures(world, own=RINA).together.taken == 2
    assert figures(world, own=ADMIN).handovers == []
    assert figures(world, hours=0).handovers == []
