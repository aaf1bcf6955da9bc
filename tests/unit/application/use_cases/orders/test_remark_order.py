"""Notes to colleagues on an order: who writes them, whom they tell, and that no technician reads any of it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from attrs import evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.orders.remark_order import (
    MOST_MENTIONS,
    colleagues,
    may_read_remarks,
    read_mentions,
    remark_order,
    unread_mentions,
)
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.domain.errors import ForbiddenMove, InvalidFields, NotPermitted
from sikpro.domain.events import OrderRemarked
from sikpro.domain.people import Role
from sikpro.testing.builders import a_person
from tests.unit.chat import WHOLE, ZONE, Phone, World

SECRET = "modem pindahan, tanya @bagus"
RINA_CHAT, BAGUS_CHAT, GROUP = 40, 50, -70


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, 1).says(f"/reg {WHOLE}")
    return world


def connect(world: World, username: str, chat: int) -> Phone:
    """Somebody's own Telegram, connected to their account."""
    person = world.person(username)
    world.transactions.write(lambda uow: uow.people.save(evolve(person, telegram_id=chat)))
    return Phone(world, chat)


def remarks(world: World, text: str = SECRET, username: str = "rina", last_event: int | None = None) -> None:
    order, by, now = world.order(), world.person(username), world.clock.now()

    def work(uow: UnitOfWork) -> None:
        remark_order(uow, order.id, by, now, text=text, last_event=last_event, zone=ZONE)

    world.transactions.write(work)


def written(world: World) -> list[tuple[str, int | None]]:
    """The notes of the order, oldest first: text and author."""
    entries = world.transactions.read(lambda uow: uow.journal.of_order(world.order().id))
    return [(entry.event.text, entry.actor) for entry in entries if isinstance(entry.event, OrderRemarked)]


def mentions(world: World, username: str) -> list[tuple[str, str]]:
    """Where somebody was named and has not looked: number and by whom."""
    person = world.person(username)
    found = world.transactions.read(lambda uow: unread_mentions(uow, person))
    return [(order.number, by) for _, order, by in found]


def test_a_note_is_kept_with_its_author_and_outdates_nobodys_form(world: World) -> None:
    before = world.takes("bagus")
    remarks(world, "  cek dulu \x00")
    assert written(world) == [("cek dulu", world.person("rina").id)]
    assert world.order() == before


def test_a_finished_order_takes_notes_too_and_a_deleted_one_none(world: World) -> None:
    world.takes()
    world.sets("selesai")
    remarks(world, "aneh")
    assert len(written(world)) == 1
    bagus, now = world.person("bagus"), world.clock.now()
    order = world.order()
    world.transactions.write(lambda uow: delete_order(uow, order.id, bagus, now, reason="salah", zone=ZONE))
    with pytest.raises(ForbiddenMove):
        world.transactions.write(lambda uow: remark_order(uow, order.id, bagus, now, text="aneh", zone=ZONE))


@pytest.mark.parametrize("username", ["rina", "bagus", "admin"])
def test_all_who_work_or_lead_write_notes(world: World, username: str) -> None:
    remarks(world, username=username)
    assert written(world) == [(SECRET, world.person(username).id)]


def test_a_technician_and_a_supervisor_write_none(world: World) -> None:
    def work(uow: UnitOfWork) -> None:
        order = uow.orders.find("SC32232558")[0]
        supervisor = uow.people.add(a_person("Sari", role=Role.SUPERVISOR, username="sari"))
        for person in (uow.people.get(1), supervisor):
            with pytest.raises(NotPermitted):
                remark_order(uow, order.id, person, world.clock.now(), text="halo", zone=ZONE)

    world.transactions.write(work)
    assert written(world) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n", "remark.missing"),
        ("x" * 2001, "feedback.too_long"),
        ("tanya @bagas", "remark.nobody"),
        ("tanya @budi", "remark.nobody"),
    ],
)
def test_an_empty_or_endless_note_or_one_to_nobody_is_refused_whole(world: World, text: str, code: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        remarks(world, text)
    assert {name: error.code for name, error in refused.value.errors.items()} == {"remark": code}
    assert written(world) == []


def test_the_longest_note_is_taken(world: World) -> None:
    remarks(world, "x" * 2000)
    assert len(written(world)) == 1


def test_the_same_note_from_one_page_counts_once(world: World) -> None:
    order = world.order()
    shown = max(entry.id for entry in world.transactions.read(lambda uow: uow.journal.of_order(order.id)))
    for text, username in ((SECRET, "rina"), (SECRET, "rina"), ("lain", "rina"), (SECRET, "bagus")):
        remarks(world, text, username, last_event=shown)
    assert [text for text, _ in written(world)] == [SECRET, "lain", SECRET]
    shown = max(entry.id for entry in world.transactions.read(lambda uow: uow.journal.of_order(order.id)))
    remarks(world, SECRET, "rina", last_event=shown)
    assert len(written(world)) == 4


def test_who_is_named_hears_of_it_once_with_the_note_and_a_button_to_the_order(world: World) -> None:
    bagus, rina = connect(world, "bagus", BAGUS_CHAT), connect(world, "rina", RINA_CHAT)
    remarks(world, "tanya @Bagus, lalu @bagus. Saya @rina")
    assert bagus.hears() == (
        "🔒 Rina menyebut Anda dalam catatan untuk rekan di SC32232558:\n“tanya @Bagus, lalu @bagus. Saya @rina”"
    )
    assert bagus.buttons() == ["SC32232558"]
    assert rina.hears() == ""
    assert (mentions(world, "bagus"), mentions(world, "rina")) == ([("SC32232558", "Rina")], [])


def test_who_has_no_telegram_is_named_in_the_console_alone(world: World) -> None:
    remarks(world)
    assert mentions(world, "bagus") == [("SC32232558", "Rina")]


@pytest.mark.parametrize("text", ["surel ke rina@bagus", "redaman @ 24", "jam @10.00", "nama--@bagus"])
def test_an_address_or_a_number_names_nobody(world: World, text: str) -> None:
    remarks(world, text)
    assert mentions(world, "bagus") == []


def test_a_mention_ends_when_the_person_opens_the_order_and_not_when_another_does(world: World) -> None:
    remarks(world)
    order, now = world.order(), world.clock.now()
    for reader in ("rina", "bagus"):
        assert mentions(world, "bagus")
        person = world.person(reader)
        world.transactions.write(partial(read_mentions, order_id=order.id, person=person, now=now))
    assert mentions(world, "bagus") == []


def test_a_list_shows_the_newest_mentions_and_none_of_a_deleted_order(world: World) -> None:
    for _ in range(MOST_MENTIONS + 1):
        remarks(world)
        world.clock.later(timedelta(minutes=1))
    assert len(mentions(world, "bagus")) == MOST_MENTIONS
    order, admin, now = world.order(), world.person("admin"), world.clock.now()
    world.transactions.write(lambda uow: delete_order(uow, order.id, admin, now, reason="salah", zone=ZONE))
    assert mentions(world, "bagus") == []


def test_the_office_can_be_named_and_read_notes_and_technicians_cannot(world: World) -> None:
    def work(uow: UnitOfWork) -> list[str | None]:
        uow.people.add(a_person("Sari", role=Role.SUPERVISOR, username="sari"))
        uow.people.add(a_person("Joni", role=Role.HELPDESK, username="joni", active=False))
        technician = a_person("Umar", role=None, username=None, technician_code="F5SDA9")
        assert not may_read_remarks(uow.people.add(technician))
        return [person.username for person in colleagues(uow)]

    assert world.transactions.write(work) == ["admin", "bagus", "rina", "sari"]


def test_open_pages_hear_of_a_note_and_of_its_reading(world: World) -> None:
    connect(world, "bagus", BAGUS_CHAT)
    order, rina, bagus, now = world.order(), world.person("rina"), world.person("bagus"), world.clock.now()

    def work(uow: UnitOfWork) -> list[Hint]:
        assert isinstance(uow, MemoryUnitOfWork)
        remark_order(uow, order.id, rina, now, text=SECRET, zone=ZONE)
        read_mentions(uow, order.id, bagus, now)
        read_mentions(uow, order.id, bagus, now)
        return list(uow.hints)

    assert [hint.kind for hint in world.transactions.write(work)] == [Kind.ORDER, Kind.OUTBOX, Kind.ORDER]


def words_to(world: World, budi: Phone) -> None:
    order, rina, now = world.order(), world.person("rina"), world.clock.now()
    world.transactions.write(lambda uow: send_text(uow, order.id, rina, now, text="mohon ditunggu", zone=ZONE))


def held_up(world: World, budi: Phone) -> None:
    world.takes()
    world.sets("odp_penuh", "cari ODP lain")


def completed(world: World, budi: Phone) -> None:
    world.takes()
    world.sets("selesai")


AFTERWARDS: dict[str, Callable[[World, Phone], object]] = {
    "nothing": lambda world, budi: None,
    "looks": lambda world, budi: budi.says("/cek SC32232558"),
    "lists": lambda world, budi: budi.says("/order"),
    "asks": lambda world, budi: budi.replies("sudah sampai mana?", 0),
    "nudges": lambda world, budi: budi.says("/ingatkan SC32232558"),
    "sends again": lambda world, budi: budi.says(f"/reg {WHOLE}"),
    "withdraws": lambda world, budi: budi.presses("Tarik order"),
    "held up": held_up,
    "completed": completed,
    "gets a text": words_to,
}


@pytest.mark.parametrize("happens", AFTERWARDS)
def test_nothing_of_a_note_reaches_a_technician_or_a_group_whatever_happens_afterwards(
    world: World, happens: str
) -> None:
    budi, group = Phone(world, 1), Phone(world, 2, chat=GROUP)
    budi.says("/cek SC32232558")
    connect(world, "bagus", BAGUS_CHAT)
    remarks(world)
    remarks(world, "kedua " + SECRET, "bagus")
    world.clock.later(timedelta(minutes=20))
    AFTERWARDS[happens](world, budi)
    group.says("/cek SC32232558")
    budi.hears()
    budi.says("/cek SC32232558")
    heard = [message for chat in (budi, group) for message in chat.inbox]
    texts = [message.text + repr(message.buttons) for message in heard]
    texts += [repr(message) for chat, kept in world.post.items() if chat != BAGUS_CHAT for message, _ in kept]
    assert texts
    assert [text for text in texts if "pindahan" in text or "@bagus" in text] == []
