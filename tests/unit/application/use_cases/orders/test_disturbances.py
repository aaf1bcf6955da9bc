"""A disturbance ties many orders: one answer and one end for all, and new orders are recognised when they arrive."""

from collections.abc import Sequence

import pytest
from attrs import evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.owners import Owner
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.declare_disturbance import (
    Affected,
    affected_by,
    declare_disturbance,
    disturbed_places,
)
from sikpro.application.use_cases.orders.end_disturbance import end_disturbance, tied_orders, to_bring_back
from sikpro.application.use_cases.orders.own_order import correct_order
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.errors import AlreadyUsed, ConcurrencyConflict, InvalidFields, InvalidValue, NotFound
from sikpro.domain.phase import Phase
from sikpro.testing.builders import refusals
from tests.unit.chat import ZONE, Phone, World

GROUP = -400
BOX = {"scope": "box", "place": "ODP-SDA-003", "status": "odp_loss", "text": " kabel putus, selesai 15.00 "}
FEEDER = BOX | {"scope": "feeder", "place": "ODC-SDA-FAB"}
STO = BOX | {"scope": "sto", "place": "sda"}


def number(place: int) -> str:
    return f"SC4000000{place:02}"


def sends(phone: Phone, place: int, code: str = "F5SDA445", sto: str = "SDA", box: str = "003") -> str:
    return phone.says(f"/reg AO#{number(place)}#ZTEGC6754546#{sto}#ODP-{sto}-{box}#{code}")


@pytest.fixture
def world() -> World:
    """At the box: Budi's 1 waits, Agus' 2 is taken, Agus' 3 is held up, Agus' 6 is done. 4 and 5 are elsewhere."""
    world = World()
    budi, agus = Phone(world, 1), Phone(world, 2)
    sends(budi, 1)
    for place in (2, 3, 6):
        sends(agus, place, "F5TUN446")
    sends(budi, 4, box="FAB/12")
    sends(budi, 5, sto="TUN")
    world.takes(number=number(2))
    world.sets("rumah_kosong", number=number(3))
    world.sets("selesai", number=number(6))
    for phone in (budi, agus):
        phone.hears()
    return world


def look(world: World, typed: dict[str, str], by: str = "rina") -> Affected:
    now = world.clock.now()
    return world.transactions.read(lambda uow: affected_by(uow, typed, world.person(by), now))


def declare(
    world: World, typed: dict[str, str] = BOX, by: str = "rina", shown: tuple[int, int] | None = None
) -> Disturbance:
    found, now = look(world, typed, by), world.clock.now()
    looked_at = shown or (len(found.rows), found.newest)
    return world.transactions.write(
        lambda uow: declare_disturbance(uow, typed, world.person(by), now, shown=looked_at, zone=ZONE)
    )


def end(world: World, one: Disturbance, text: str = "", by: str = "bagus") -> int | None:
    person, now = world.person(by), world.clock.now()
    return world.transactions.write(lambda uow: end_disturbance(uow, one.id, person, now, text=text, zone=ZONE))


def states(world: World, places: Sequence[int]) -> list[tuple[str, str]]:
    return [(order.phase.value, order.status) for order in (world.order(number(place)) for place in places)]


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        (BOX, [1, 2, 3]),
        (BOX | {"place": "odp sda 3"}, []),
        (BOX | {"place": "sda-003"}, [1, 2, 3]),
        (BOX | {"place": "SDA FAB/12"}, [4]),
        (BOX | {"place": "sda-fab"}, [4]),
        (BOX | {"place": "tun"}, [5]),
        (FEEDER, [4]),
        (FEEDER | {"place": "sto sda"}, [1, 2, 3, 4]),
        (STO | {"place": "STO SDA"}, [1, 2, 3, 4]),
        (STO, [1, 2, 3, 4]),
        (STO | {"place": "TUN"}, [5]),
    ],
)
def test_the_preview_shows_what_the_scope_touches_and_changes_nothing(
    world: World, typed: dict[str, str], places: list[int]
) -> None:
    before = states(world, range(1, 7))
    assert [row.number for row in look(world, typed).rows] == [number(place) for place in places]
    assert states(world, range(1, 7)) == before


def test_the_places_to_choose_from_are_those_of_open_orders_most_orders_first(world: World) -> None:
    found = world.transactions.read(disturbed_places)
    assert [(one.place, one.orders) for one in found] == [
        *(("SDA", 4), ("ODP-SDA-003", 3)),
        *(("ODP-SDA-FAB/12", 1), ("ODP-TUN-003", 1), ("SDA-FAB", 1), ("TUN", 1)),
    ]


def test_the_preview_counts_what_becomes_of_the_orders(world: World) -> None:
    found = look(world, STO)
    assert [row.number for row in found.to_move] == [number(1), number(4)]
    assert [row.number for row in found.in_hand] == [number(2)]
    assert (found.chats, found.silent) == (2, 0)
    assert look(world, STO | {"status": ""}).to_move == ()

    def disconnect(uow: UnitOfWork) -> None:
        uow.people.save(evolve(uow.people.get(2), active=False))

    world.transactions.write(disconnect)
    found = look(world, STO)
    assert (found.chats, found.silent) == (1, 2)
    assert look(world, BOX | {"place": "ODP-SDA-099"}).newest == 0


def test_one_answer_goes_to_each_technician_with_their_orders_and_the_queue_s_orders_are_held_up(world: World) -> None:
    budi, agus = Phone(world, 1), Phone(world, 2)
    one = declare(world)

    assert (one.place, one.status, one.text) == ("ODP-SDA-003", "odp_loss", "kabel putus, selesai 15.00")
    assert states(world, (1, 2, 3, 4)) == [
        ("held_up", "odp_loss"),
        ("in_progress", "ogp"),
        ("held_up", "rumah_kosong"),
        ("waiting", "menunggu"),
    ]
    assert world.order(number(1)).last_feedback == "kabel putus, selesai 15.00"
    assert budi.hears().splitlines() == [
        "⚠️ Gangguan ODP-SDA-003: kabel putus, selesai 15.00",
        f"{number(1)} · ODP loss · ODP-SDA-003 · < 1 mnt",
        "Tidak perlu kirim ulang, Anda dikabari setelah gangguan selesai.",
    ]
    assert [line.split(" ")[0] for line in agus.hears().splitlines()[1:-1]] == [number(2), number(3)]
    tied = world.transactions.read(lambda uow: uow.disturbances.orders(one.id))
    assert [order.moved for order in tied] == [True, False, False]
    assert "⚠️ Gangguan ODP-SDA-003: kabel putus" in budi.says(f"/cek {number(1)}")
    assert "Gangguan" not in budi.says(f"/cek {number(4)}")


def test_a_disturbance_without_a_status_leaves_the_queue_as_it_is(world: World) -> None:
    one = declare(world, BOX | {"status": ""})
    assert states(world, (1,)) == [("waiting", "menunggu")]
    assert end(world, one) == 0
    assert states(world, (1,)) == [("waiting", "menunggu")]


def test_the_owner_of_the_status_hears_of_all_its_orders_once(world: World) -> None:
    owner = Owner(status="odp_loss", label="Tim ODP", chat_id=GROUP)
    world.transactions.write(lambda uow: uow.owners.put(owner))
    declare(world, STO)
    team = Phone(world, 9, chat=GROUP)
    assert team.hears().splitlines() == [
        "🧰 ODP loss: 2 order baru menunggu Anda",
        'Rina: "kabel putus, selesai 15.00"',
        f"{number(1)} · ODP loss · ODP-SDA-003 · < 1 mnt",
        f"{number(4)} · ODP loss · ODP-SDA-FAB/12 · < 1 mnt",
    ]
    assert team.buttons() == [f"{number(1)} beres", f"{number(4)} beres"]


def test_the_end_brings_back_what_it_held_up_and_every_chat_hears_of_it_once(world: World) -> None:
    one = declare(world, STO)
    world.sets("selesai", number=number(2))
    world.sets("odp_rusak", number=number(4))
    budi, agus = Phone(world, 1), Phone(world, 2)
    for phone in (budi, agus):
        phone.hears()
    world.clock.later(minutes=10)

    assert [row.number for row in world.transactions.read(lambda uow: tied_orders(uow, one))] == [
        number(place) for place in (1, 2, 3, 4)
    ]
    assert world.transactions.read(lambda uow: to_bring_back(uow, one)) == {world.order(number(1)).id}
    assert end(world, one, " kabel sudah tersambung ") == 1

    assert states(world, (1, 2, 3, 4)) == [
        ("waiting", "menunggu"),
        ("completed", "selesai"),
        ("held_up", "rumah_kosong"),
        ("held_up", "odp_rusak"),
    ]
    assert budi.hears().splitlines() == [
        "✅ Gangguan SDA selesai",
        "kabel sudah tersambung",
        f"{number(1)} · Menunggu · ODP-SDA-003 · 10 mnt",
        f"{number(4)} · ODP rusak · ODP-SDA-FAB/12 · 10 mnt",
        "1 order kembali ke antrean helpdesk, mohon ditunggu.",
    ]
    assert agus.hears().splitlines() == [
        "✅ Gangguan SDA selesai",
        "kabel sudah tersambung",
        f"{number(3)} · Rumah kosong · ODP-SDA-003 · 10 mnt",
    ]
    assert end(world, one) is None
    assert (budi.hears(), agus.hears()) == ("", "")
    assert "Gangguan" not in budi.says(f"/cek {number(1)}")
    ended = world.transactions.read(lambda uow: uow.disturbances.get(one.id))
    assert (ended.open, ended.end_text, ended.ended_by, ended.ended_at) == (
        *(False, "kabel sudah tersambung", world.person("bagus").id, world.clock.now()),
    )


def test_a_new_order_in_the_scope_is_tied_and_its_technician_knows_with_the_receipt(world: World) -> None:
    one = declare(world)
    budi = Phone(world, 1)
    budi.hears()
    text = sends(budi, 7)
    assert text.splitlines()[0].startswith(f"✅ Pesan diterima, mohon ditunggu. {number(7)}")
    assert text.splitlines()[-2:] == [
        "⚠️ Gangguan ODP-SDA-003: kabel putus, selesai 15.00",
        "Tidak perlu kirim ulang, Anda dikabari setelah gangguan selesai.",
    ]
    assert "Gangguan" not in sends(budi, 8, box="FAB/12")
    tied = world.transactions.read(lambda uow: uow.disturbances.orders(one.id))
    assert [(order.order_id, order.moved) for order in tied][-1] == (world.order(number(7)).id, False)
    assert world.order(number(7)).phase is Phase.WAITING
    end(world, one)
    assert number(7) in budi.hears()
    assert "Gangguan" not in sends(budi, 9)


def test_an_order_corrected_into_the_scope_is_tied_too(world: World) -> None:
    one = declare(world, FEEDER)
    order = world.order(number(1))

    def work(uow: UnitOfWork) -> None:
        typed = typed_again(order.data) | {"odp": "ODP-SDA-FAB/7"}
        correct_order(uow, order.id, typed, uow.people.get(1), world.clock.now())

    world.transactions.write(work)
    tied = world.transactions.read(lambda uow: uow.disturbances.orders(one.id))
    assert order.id in {tie.order_id for tie in tied}


def test_a_deleted_order_is_not_brought_back(world: World) -> None:
    one = declare(world)
    bagus, now, order = world.person("bagus"), world.clock.now(), world.order(number(1))
    world.transactions.write(lambda uow: delete_order(uow, order.id, bagus, now, reason="salah", zone=ZONE))
    Phone(world, 1).hears()
    assert end(world, one) == 0
    assert Phone(world, 1).hears() == ""


def test_orders_that_are_not_those_that_were_shown_stay_as_they_are(world: World) -> None:
    found = look(world, BOX)
    for wrong in ((2, found.newest), (3, found.newest + 1)):
        with pytest.raises(ConcurrencyConflict):
            declare(world, shown=wrong)
    assert states(world, (1,)) == [("waiting", "menunggu")]
    assert world.transactions.read(lambda uow: uow.disturbances.open()) == ()


def test_a_place_is_disturbed_once_at_a_time(world: World) -> None:
    one = declare(world)
    with pytest.raises(AlreadyUsed):
        declare(world)
    end(world, one)
    assert declare(world).id != one.id


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"scope": "x"}, {"scope": ("field.missing", "")}),
        ({"place": " "}, {"place": ("field.missing", "")}),
        ({"place": "XXX"}, {"place": ("odp.shape", "XXX")}),
        ({"scope": "feeder", "place": "XXX"}, {"place": ("disturbance.feeder", "XXX")}),
        ({"scope": "sto", "place": "XXX"}, {"place": ("sto.unknown", "XXX")}),
        ({"status": "selesai"}, {"status": ("not_found", None)}),
        ({"status": "entah"}, {"status": ("not_found", None)}),
        ({"text": " "}, {"text": ("field.missing", "")}),
        ({"text": "x" * 2001}, {"text": ("feedback.too_long", "x" * 64)}),
    ],
)
def test_what_is_wrong_is_said_at_its_entry(
    world: World, typed: dict[str, str], wrong: dict[str, tuple[str, object]]
) -> None:
    with pytest.raises(InvalidFields) as refused:
        look(world, BOX | typed)
    assert refusals(refused.value) == wrong


def test_an_end_of_nothing_or_with_a_text_that_is_far_too_long_is_refused(world: World) -> None:
    one = declare(world)
    with pytest.raises(InvalidValue):
        end(world, one, "x" * 2001)
    world.transactions.write(lambda uow: uow.disturbances.end(one.id, world.clock.now(), 1, ""))
    with pytest.raises(NotFound):
        end(world, evolve(one, id=99))


def test_the_journal_notes_its_beginning_and_its_end(world: World) -> None:
    rina, now = world.person("rina"), world.clock.now()

    def work(uow: UnitOfWork) -> list[tuple[str, str, int | None, dict[str, str]]]:
        assert isinstance(uow, MemoryUnitOfWork)
        found = affected_by(uow, BOX, rina, now)
        one = declare_disturbance(uow, BOX, rina, now, shown=(len(found.rows), found.newest), zone=ZONE)
        end_disturbance(uow, one.id, rina, now, zone=ZONE)
        return [(note.kind, note.subject, note.actor, dict(note.data)) for note in uow.state.notes.values()]

    assert world.transactions.write(work) == [
        ("disturbance_declared", "1", rina.id, {"scope": "box", "place": "ODP-SDA-003", "orders": "3"}),
        ("disturbance_ended", "1", rina.id, {"place": "ODP-SDA-003", "orders": "1"}),
    ]
