"""Technicians are asked about orders that have waited for them for long: one message each, once a local day."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.messages.message_about_orders import LISTED
from sikpro.application.use_cases.orders.ask_technicians import (
    Asking,
    StuckOrders,
    ask_technicians,
    not_stuck,
    stuck,
    stuck_orders,
)
from sikpro.domain.people import Person
from sikpro.domain.phase import OPEN, Turn
from sikpro.testing.builders import a_technician, key_of, stored_order
from tests.unit.chat import NINE, ZONE, Phone, World


def number(place: int) -> str:
    return f"SC4000000{place:02}"


@pytest.fixture
def world() -> World:
    """Budi has one stuck order, Agus two, Wayan of another Site Operation one."""
    world = World()
    for place, (code, user, sto) in enumerate(
        (("F5SDA445", 1, "SDA"), ("F5TUN446", 2, "TUN"), ("F5TUN446", 2, "SDA"), ("F5MRT447", 3, "MRT")), 1
    ):
        Phone(world, user).says(f"/reg AO#{number(place)}#ZTEGC6754546#{sto}#ODP-{sto}-003#{code}")
        world.sets("odp_penuh", number=number(place))
    world.clock.later(days=7)
    for user in (1, 2, 3):
        Phone(world, user).hears()
    return world


def leader(world: World, site: str | None = None) -> Person:
    return evolve(world.person("bagus"), site_operation=site)


def ask(world: World, by: Person | None = None, **more: object) -> list[str]:
    by, now = by or leader(world), world.clock.now()
    sent = world.transactions.write(lambda uow: ask_technicians(uow, by, now, zone=ZONE, **more))  # type: ignore[arg-type]  # what the test is about
    return [one.name for one in sent]


def found(world: World, by: Person | None = None) -> tuple[StuckOrders, ...]:
    by, now = by or leader(world), world.clock.now()
    return world.transactions.read(lambda uow: stuck_orders(uow, by, now, zone=ZONE))


def test_stuck_begins_when_an_order_has_waited_for_longer_than_the_installation_says(world: World) -> None:
    def count(which: OrderFilter) -> int:
        return world.transactions.read(lambda uow: uow.order_queries.count(which, 99))

    def both(now: timedelta) -> tuple[int, int]:
        at = world.clock.now() + now
        return world.transactions.read(
            lambda uow: (
                uow.order_queries.count(stuck(uow, at), 99),
                uow.order_queries.count(not_stuck(uow, at), 99),
            )
        )

    assert both(timedelta(microseconds=-1)) == (0, 4)
    assert both(timedelta()) == (0, 4), "a week, and not more"
    assert both(timedelta(microseconds=1)) == (4, 0)
    assert count(OrderFilter(phases=OPEN, turn=Turn.TECHNICIAN)) == 4
    world.transactions.write(
        lambda uow: uow.installation.put(evolve(uow.installation.get(), stuck_after=timedelta(days=14)))
    )
    assert both(timedelta(days=1)) == (0, 4)
    at = world.clock.now() + timedelta(days=8)
    assert world.transactions.read(lambda uow: uow.order_queries.count(stuck(uow, at, sto="SDA"), 99)) == 2
    assert world.transactions.read(lambda uow: uow.order_queries.count(not_stuck(uow, at, sto="SDA"), 99)) == 0


def test_each_technician_gets_one_message_a_day_whoever_asks(world: World) -> None:
    world.clock.later(minutes=1)
    assert [(one.name, one.count, one.asking) for one in found(world)] == [
        ("Agus", 2, Asking.NOW),
        ("Budi", 1, Asking.NOW),
        ("Wayan", 1, Asking.NOW),
    ]
    assert ask(world) == ["Wayan", "Budi", "Agus"]
    assert {one.asking for one in found(world)} == {Asking.TODAY}
    assert ask(world) == ask(world, world.person("admin")) == []
    assert [len(Phone(world, user).hears().splitlines()) for user in (1, 2, 3)] == [3, 4, 3]
    world.clock.later(hours=14, minutes=58)  # 23.59 in Sidoarjo
    assert ask(world) == []
    world.clock.later(minutes=1)
    assert ask(world) == ["Wayan", "Budi", "Agus"]


def test_a_leader_with_a_site_operation_asks_its_technicians_and_an_sto_narrows_them(world: World) -> None:
    world.clock.later(minutes=1)
    assert [one.name for one in found(world, leader(world, "SDA"))] == ["Agus", "Budi"]
    assert ask(world, leader(world, "MJK")) == ["Wayan"]
    assert ask(world, sto="TUN") == ["Agus"]
    assert Phone(world, 2).hears().count("SC4") == 2, "all the stuck orders, also those of another STO"


def test_those_alone_are_asked_whom_the_person_was_shown(world: World) -> None:
    world.clock.later(minutes=1)
    assert ask(world, shown=frozenset({"F5TUN446", "F5XXX"})) == ["Agus"]
    assert ask(world, shown=frozenset()) == []


def test_who_cannot_be_reached_is_said_and_gets_nothing(world: World) -> None:
    world.clock.later(minutes=1)

    def unreachable(uow: UnitOfWork) -> None:
        uow.people.save(evolve(uow.people.get(1), telegram_id=None))
        uow.people.save(evolve(uow.people.get(2), active=False))
        uow.people.drop(uow.people.get(3))
        uow.people.add(a_technician("Zul", "F5SDA1"))

    world.transactions.write(unreachable)
    assert [(one.name, one.asking) for one in found(world)] == [
        ("Agus", Asking.UNREACHABLE),
        ("Budi", Asking.UNREACHABLE),
        ("F5MRT447", Asking.UNREACHABLE),
    ]
    assert ask(world) == []


def test_the_journal_notes_how_many_were_asked_and_nothing_when_nobody_was(world: World) -> None:
    world.clock.later(minutes=1)

    def work(uow: UnitOfWork) -> list[tuple[str, str, int | None, dict[str, str]]]:
        assert isinstance(uow, MemoryUnitOfWork)
        for sto in ("TUN", "TUN"):
            ask_technicians(uow, leader(world), world.clock.now(), sto=sto, zone=ZONE)
        return [(note.kind, note.subject, note.actor, dict(note.data)) for note in uow.state.notes.values()]

    data = {"technicians": "1", "orders": "2"}
    assert world.transactions.write(work) == [("technicians_asked", "TUN", world.person("bagus").id, data)]


def test_however_many_are_stuck_only_the_oldest_of_each_technician_are_read() -> None:
    world = World()
    many = LISTED + 5

    def work(uow: UnitOfWork) -> None:
        status = any_status(uow, "odp_penuh")
        for place in range(many):
            order = stored_order(uow, number(place), received_at=NINE + timedelta(minutes=place))
            uow.orders.save(
                evolve(order, phase=status.phase, status=status.code, clock=order.clock.switch(status.turn, NINE)),
                key_of(order),
            )

    world.transactions.write(work)
    world.clock.later(days=8)
    by, now = leader(world), world.clock.now()

    def read(uow: UnitOfWork, listed: int) -> tuple[int, list[str]]:
        (one,) = stuck_orders(uow, by, now, zone=ZONE, listed=listed)
        return one.count, [row.number for row in one.rows]

    assert world.transactions.read(lambda uow: read(uow, 0)) == (many, [])
    assert world.transactions.read(lambda uow: read(uow, 2)) == (many, [number(0), number(1)])
    assert ask(world) == ["Budi"]
    text = Phone(world, 1).hears()
    assert f"{many} order menunggu Anda" in text
    assert text.count("SC4") == LISTED
    assert "dan 5 order lagi" in text
