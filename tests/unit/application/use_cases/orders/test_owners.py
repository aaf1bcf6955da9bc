"""A held-up status may have an owner, who hears of its orders and brings them back by *Sudah beres*."""

from datetime import time, timedelta

import pytest
from attrs import evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.owners import Owner
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.choose_owner import choose_owner, owner_text, possible_owners
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.clear_hold_ups import clear_hold_ups, may_clear, orders_of_status
from sikpro.application.use_cases.orders.remind_owners import remind_owners
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.application.use_cases.recaps.keep_schedules import follow_group
from sikpro.domain.errors import ForbiddenMove, InvalidFields, InvalidValue, NotFound, NotPermitted
from sikpro.domain.events import HoldUpCleared
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase
from sikpro.testing.builders import NOON, WAITING, a_person, an_order
from tests.unit.chat import ZONE, Phone, World

TEAM = -77
"""The group of the ODP team."""

OWNER, STRANGER = 60, 99


def number(place: int) -> str:
    return f"SC4000000{place:02}"


def sends(world: World, place: int, user: int = 1, code: str = "F5SDA445") -> None:
    Phone(world, user).says(f"/reg AO#{number(place)}#ZTEGC6754546#SDA#ODP-SDA-003#{code}")


def owned(world: World, *, person: int | None = None, status: str = "odp_penuh") -> None:
    owner = Owner(status=status, label="Tim ODP", person=person, chat_id=None if person else TEAM)
    world.transactions.write(lambda uow: uow.owners.put(owner))


def eka(world: World, **more: object) -> Person:
    """Somebody on Telegram with an account that neither works nor leads."""
    return world.transactions.write(
        lambda uow: uow.people.add(a_person("Eka", role=None, username=None, telegram_id=OWNER, **more))
    )


@pytest.fixture
def world() -> World:
    """Budi sent two orders, Agus one."""
    world = World()
    sends(world, 1)
    sends(world, 2)
    sends(world, 3, 2, "F5TUN446")
    for user in (1, 2):
        Phone(world, user).hears()
    return world


def test_an_owner_hears_in_their_own_language(world: World) -> None:
    owned(world, person=eka(world, language="en").id)
    world.sets("odp_penuh", number=number(1))
    assert "ODP full" in Phone(world, OWNER).hears()


def test_the_group_hears_of_an_order_that_comes_and_anybody_there_brings_it_back(world: World) -> None:
    owned(world)
    team, budi = Phone(world, STRANGER, "Pak Joko", chat=TEAM), Phone(world, 1)
    world.sets("odp_penuh", "sudah 16 dari 16", number=number(1))
    world.sets("odp_rusak", number=number(2))

    assert team.hears().splitlines() == [
        "🧰 ODP penuh: 1 order baru menunggu Anda",
        'Rina: "sudah 16 dari 16"',
        f"{number(1)} · ODP penuh · ODP-SDA-003 · < 1 mnt",
    ]
    assert team.buttons() == ["Sudah beres"]
    budi.hears()
    world.clock.later(minutes=5)
    assert team.presses("Sudah beres") == "✅ 1 order kembali ke antrean helpdesk (Pak Joko)"

    order = world.order(number(1))
    assert (order.phase, order.reply_waiting, order.received_at) == (Phase.WAITING, True, order.recorded_at)
    assert order.helpdesk == world.person("rina").id
    last = world.transactions.read(lambda uow: uow.journal.of_order(order.id))[-1]
    assert (last.actor, last.event) == (
        None,
        HoldUpCleared(order_id=order.id, at=world.clock.now(), state=order.state, before="odp_penuh", name="Pak Joko"),
    )
    assert budi.hears().splitlines() == [
        "🔧 ODP penuh sudah beres (Pak Joko): 1 order kembali ke antrean helpdesk",
        f"{number(1)} · Menunggu · ODP-SDA-003 · 5 mnt",
    ]
    assert team.press_data(f"fx:{order.id}") != "", "a second press says what is so"
    assert world.order(number(1)).version == order.version


def test_a_person_who_owns_a_status_presses_and_others_may_not(world: World) -> None:
    person = eka(world)
    owned(world, person=person.id)
    owner, budi, group = Phone(world, OWNER), Phone(world, 1), Phone(world, 1, chat=TEAM)
    world.sets("odp_penuh", number=number(1))
    order = world.order(number(1))
    assert owner.hears().splitlines()[0] == "🧰 ODP penuh: 1 order baru menunggu Anda"
    for phone in (budi, group, Phone(world, STRANGER, chat=TEAM)):
        for data in (f"fx:{order.id}", f"fxd:{order.id}", "fxa:odp_penuh:9999999999"):
            phone.press_data(data)
    assert world.order(number(1)).phase is Phase.HELD_UP
    assert owner.presses("Sudah beres").startswith("✅ 1 order kembali")
    story = world.transactions.read(lambda uow: uow.journal.of_order(order.id))
    assert [(entry.actor, entry.event.name) for entry in story if isinstance(entry.event, HoldUpCleared)] == [
        (person.id, "")
    ]
    world.sets("odp_rusak", number=number(1))
    assert owner.press_data(f"fx:{order.id}").startswith("(Tombol ini sudah tidak berlaku"), "not theirs any more"


@pytest.mark.parametrize("data", ["fx:", "fx:x", "fx:99", "fxa:", "fxa:odp_penuh", "fxa:odp_penuh:x", "fxa:entah:1"])
def test_a_button_that_is_nobodys_is_stale(world: World, data: str) -> None:
    owned(world)
    assert Phone(world, 1).press_data(data).startswith("(Tombol ini")
    assert Phone(world, 1).press_data(f"fxa:odp_penuh:{10**12}").startswith("(Tombol ini")


def test_who_may_say_that_it_is_fixed() -> None:
    world = World()
    owned(world, person=eka(world).id, status="odp_rusak")
    owned(world)

    def work(uow: UnitOfWork) -> list[list[bool]]:
        budi = uow.people.get(1)
        people = (
            None,
            budi,
            evolve(budi, active=False),
            world.person("rina"),
            world.person("admin"),
            uow.people.by_telegram(OWNER),
        )
        return [
            [may_clear(uow, status, one, chat) for one in people]
            for status, chat in (
                ("odp_penuh", TEAM),
                ("odp_penuh", 1),
                ("odp_penuh", None),
                ("odp_rusak", TEAM),
                ("odp_loss", TEAM),
            )
        ]

    assert world.transactions.read(work) == [
        [True, True, False, True, True, True],
        [False, False, False, True, True, False],
        [False, False, False, True, True, False],
        [False, False, False, True, True, True],
        [False, False, False, True, True, False],
    ]


def test_an_answer_that_is_undone_in_time_is_no_message_to_the_owner(world: World) -> None:
    owned(world)
    rina, now, order = world.person("rina"), world.clock.now(), world.order(number(1))
    hold = timedelta(seconds=5)
    world.transactions.write(lambda uow: change_status(uow, order.id, "odp_penuh", rina, now, zone=ZONE, hold=hold))
    world.transactions.write(lambda uow: undo_status(uow, order.id, rina, now))
    world.clock.later(minutes=1)
    assert Phone(world, STRANGER, chat=TEAM).hears() == ""


def test_the_same_status_again_is_no_second_message_and_an_owner_nobody_reaches_gets_none(world: World) -> None:
    owned(world)
    team = Phone(world, STRANGER, chat=TEAM)
    world.sets("odp_penuh", number=number(1))
    assert team.hears() != ""
    world.sets("odp_penuh", "masih", number=number(1))
    assert team.hears() == ""
    owned(world, person=eka(world, active=False).id)
    world.sets("odp_penuh", number=number(2))
    owned(world, person=world.person("rina").id)
    world.sets("odp_penuh", number=number(3))
    assert (team.hears(), Phone(world, OWNER).hears()) == ("", "")


def remind(world: World) -> int:
    return world.transactions.write(lambda uow: remind_owners(uow, world.clock.now(), ZONE))


def test_what_is_left_is_listed_once_a_day_in_working_time_from_the_hour_that_was_set(world: World) -> None:
    owned(world)
    owned(world, status="odp_rusak")
    for place in (1, 2, 3):
        world.sets("odp_penuh", number=number(place))
    team = Phone(world, STRANGER, "Pak Joko", chat=TEAM)
    team.hears()
    at = {"owners_at": time(9, 30)}
    world.transactions.write(lambda uow: uow.installation.put(evolve(uow.installation.get(), **at)))  # type: ignore[arg-type]  # a time
    world.clock.later(minutes=29)
    assert remind(world) == 0, "9.29"
    world.clock.later(minutes=1)
    assert (remind(world), remind(world)) == (1, 0)
    assert team.hears().splitlines() == [
        "🧰 ODP penuh: 3 order masih menunggu Anda",
        *(f"{number(place)} · ODP penuh · ODP-SDA-003 · 30 mnt" for place in (1, 2, 3)),
    ]
    assert team.buttons() == [f"{number(1)} beres", f"{number(2)} beres", f"{number(3)} beres", "Semua sudah beres (3)"]
    assert team.presses(f"{number(2)} beres").startswith("✅ 1 order")
    world.clock.later(hours=8)
    assert remind(world) == 0, "17.30, after work"
    world.clock.later(hours=15, minutes=59)
    assert remind(world) == 0, "9.29 of the next day"
    world.clock.later(minutes=1)
    assert remind(world) == 1
    assert team.hears().splitlines()[0] == "🧰 ODP penuh: 2 order masih menunggu Anda"


def test_all_of_a_list_brings_back_what_was_on_it_and_not_what_came_since(world: World) -> None:
    owned(world)
    for place in (1, 3):
        world.sets("odp_penuh", number=number(place))
    team, budi, agus = Phone(world, STRANGER, "Pak Joko", chat=TEAM), Phone(world, 1), Phone(world, 2)
    world.clock.later(minutes=1)
    remind(world)
    world.clock.later(minutes=1)
    world.sets("odp_penuh", number=number(2))
    for phone in (team, budi, agus):
        phone.hears()
    assert team.presses("Semua sudah beres (2)") == "✅ 2 order kembali ke antrean helpdesk (Pak Joko)"
    assert [world.order(number(place)).phase for place in (1, 2, 3)] == [Phase.WAITING, Phase.HELD_UP, Phase.WAITING]
    assert [phone.hears().splitlines()[0][:26] for phone in (budi, agus)] == ["🔧 ODP penuh sudah beres (P"] * 2
    assert team.press_data(f"fxa:odp_penuh:{int(world.clock.now().timestamp()) - 60}") == (
        "(Tidak ada lagi order yang tertahan di sini.)"
    )


def test_one_order_left_has_no_button_for_all(world: World) -> None:
    owned(world, person=eka(world).id)
    world.sets("odp_penuh", number=number(1))
    owner = Phone(world, OWNER)
    owner.hears()
    assert remind(world) == 1
    owner.hears()
    assert owner.buttons() == [f"{number(1)} beres"]


def test_an_owner_nobody_reaches_keeps_the_day_for_when_they_are(world: World) -> None:
    person = eka(world, active=False)
    owned(world, person=person.id)
    world.sets("odp_penuh", number=number(1))
    assert remind(world) == 0
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(person.id), active=True)))
    assert remind(world) == 1


def test_only_orders_that_the_status_still_holds_up_come_back_with_the_text(world: World) -> None:
    for place in (1, 2):
        world.sets("odp_penuh", number=number(place))
    world.sets("odp_rusak", number=number(3))
    ids = [world.order(number(place)).id for place in (1, 1, 2, 3)]
    rina, now = world.person("rina"), world.clock.now()
    Phone(world, 1).hears()

    def clear(by: Person, text: str = " ODP baru di tiang 4 ") -> int:
        return world.transactions.write(
            lambda uow: clear_hold_ups(uow, "odp_penuh", ids, by, now, text=text, zone=ZONE)
        )

    with pytest.raises(NotPermitted):
        clear(world.transactions.read(lambda uow: uow.people.get(1)))
    with pytest.raises(InvalidValue):
        clear(rina, "x" * 2001)
    assert (clear(rina), clear(rina)) == (2, 0)
    assert Phone(world, 1).hears().splitlines()[:2] == [
        "🔧 ODP penuh sudah beres (Rina): 2 order kembali ke antrean helpdesk",
        "ODP baru di tiang 4",
    ]
    assert world.transactions.read(lambda uow: orders_of_status(uow, "odp_penuh")) == ()
    assert world.order(number(3)).phase is Phase.HELD_UP


def test_an_order_that_nothing_holds_up_is_not_brought_back() -> None:
    order = an_order()
    with pytest.raises(ForbiddenMove):
        order.clear(WAITING, NOON)


def test_an_owner_is_chosen_among_groups_and_people_on_telegram_and_noted(world: World) -> None:
    person = eka(world)
    Phone(world, 1, chat=TEAM).says("/cek")
    admin, now = world.person("admin"), world.clock.now()

    def work(uow: UnitOfWork) -> list[object]:
        assert isinstance(uow, MemoryUnitOfWork)
        assert {f"group:{TEAM}", f"person:{person.id}", "person:1"} <= possible_owners(uow).keys()
        assert f"person:{admin.id}" not in possible_owners(uow)
        for to in (f"group:{TEAM}", f"person:{person.id}", f"person:{person.id}"):
            assert owner_text(choose_owner(uow, "odp_penuh", to, admin, now)) == to
        assert owner_text(uow.owners.of("odp_penuh")) == f"person:{person.id}"
        with pytest.raises(InvalidFields):
            choose_owner(uow, "odp_penuh", "person:999", admin, now)
        with pytest.raises(NotFound):
            choose_owner(uow, "selesai", "person:1", admin, now)
        assert choose_owner(uow, "odp_penuh", "", admin, now) is None
        assert uow.owners.all() == ()
        return [(note.kind, note.subject, note.actor, dict(note.data)) for note in uow.state.notes.values()]

    assert world.transactions.write(work) == [
        ("owner_chosen", "odp_penuh", admin.id, {"to": to}) for to in (f"group:{TEAM}", f"person:{person.id}", "")
    ]


def test_a_group_that_becomes_a_supergroup_stays_the_owner(world: World) -> None:
    owned(world)
    owned(world, person=1, status="odp_rusak")
    world.transactions.write(lambda uow: follow_group(uow, TEAM, -(10**12)))
    owners = world.transactions.read(lambda uow: uow.owners.all())
    assert [(owner.chat_id, owner.person) for owner in owners] == [(-(10**12), None), (None, 1)]
