"""All open orders of a technician who is ill go to another: none is lost, none is doubled, and every chat knows."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.message_about_orders import LISTED
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.transfer_orders import (
    drafts_of,
    open_orders_of,
    possible_receivers,
    transfer_orders,
)
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.domain.errors import (
    ConcurrencyConflict,
    ForbiddenMove,
    InvalidFields,
    InvalidValue,
    NothingChanged,
    UndoTooLate,
)
from sikpro.domain.events import OrderTransferred
from sikpro.domain.order_data import Origin
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase
from sikpro.domain.values import TechnicianCode
from sikpro.testing.builders import CANCELLED, NOON, a_technician, an_order
from tests.unit.chat import ZONE, Phone, World

BUDI, AGUS, WAYAN = 1, 2, 3
GROUP = -400
AGUS_CODE = TechnicianCode.parse("F5TUN446")


def number(place: int) -> str:
    return f"SC4000000{place:02}"


def sends(phone: Phone, place: int) -> None:
    phone.says(f"/reg AO#{number(place)}#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445")


@pytest.fixture
def world() -> World:
    """Budi has three open orders: one waits, one is held up, one came from a group; a fourth is done."""
    world = World()
    budi = Phone(world, 1)
    for place in (1, 2, 4):
        sends(budi, place)
    sends(Phone(world, 1, chat=GROUP), 3)
    world.sets("odp_penuh", "cari ODP lain", number=number(2))
    world.sets("selesai", number=number(4))
    budi.hears()
    return world


def shown(world: World) -> tuple[int, int]:
    found = world.transactions.read(lambda uow: open_orders_of(uow, uow.people.get(BUDI)))
    return len(found.rows), found.newest


def transfers(world: World, reason: str = "", to: int = AGUS, looked_at: tuple[int, int] | None = None) -> int:
    seen = looked_at or shown(world)
    by, now = world.person("bagus"), world.clock.now()
    return world.transactions.write(
        lambda uow: transfer_orders(uow, BUDI, to, by, now, shown=seen, reason=reason, zone=ZONE)
    )


def of_technician(world: World, code: str) -> list[str]:
    rows = world.transactions.read(
        lambda uow: uow.order_queries.page(OrderFilter(technician=code), sort=Sort.OLDEST, after=None, limit=99)
    )
    return [row.number for row in rows]


def test_every_open_order_goes_over_as_it_is_and_what_is_done_stays(world: World) -> None:
    before = {place: world.order(number(place)) for place in (1, 2, 3)}
    found = world.transactions.read(lambda uow: open_orders_of(uow, uow.people.get(BUDI)))
    assert dict(found.by_phase) == {Phase.WAITING: 2, Phase.HELD_UP: 1}
    world.clock.later(minutes=5)

    assert transfers(world, " sakit ") == 3

    assert of_technician(world, "F5TUN446") == [number(1), number(2), number(3)]
    assert of_technician(world, "F5SDA445") == [number(4)]
    for place, old in before.items():
        now = world.order(number(place))
        assert (now.phase, now.status, now.received_at, now.clock, now.last_feedback, now.sender) == (
            *(old.phase, old.status, old.received_at, old.clock, old.last_feedback),
            AGUS,
        )
        story = journal(world, now.id)
        (entry,) = (one for one in story if isinstance(one.event, OrderTransferred))
        assert entry.actor == world.person("bagus").id
        assert entry.event == OrderTransferred(
            order_id=now.id, at=world.clock.now(), state=old.state, before="F5SDA445", after="F5TUN446", reason="sakit"
        )


def journal(world: World, order_id: int) -> tuple[JournalEntry, ...]:
    return world.transactions.read(lambda uow: uow.journal.of_order(order_id))


def test_each_chat_hears_of_it_once_with_all_its_orders(world: World) -> None:
    agus, budi, group = Phone(world, 2), Phone(world, 1), Phone(world, 1, chat=GROUP)
    transfers(world, "sakit sampai Jumat")

    assert agus.hears().splitlines() == [
        "📋 3 order Budi sekarang order Anda, dialihkan Bagus",
        "Alasan: sakit sampai Jumat",
        f"{number(1)} · Menunggu · ODP-SDA-003 · < 1 mnt",
        f"{number(2)} · ODP penuh · ODP-SDA-003 · < 1 mnt",
        f"{number(3)} · Menunggu · ODP-SDA-003 · < 1 mnt",
        "Jawaban helpdesk untuk order ini sekarang masuk ke chat Anda.",
    ]
    assert agus.buttons() == [number(1), number(2), number(3)]
    assert budi.hears().splitlines()[0] == "📋 3 order Anda dialihkan ke Agus oleh Bagus"
    assert budi.inbox[-1].buttons == ()
    assert group.hears().splitlines() == [
        "📋 1 order Budi dialihkan ke Agus oleh Bagus",
        "Alasan: sakit sampai Jumat",
        f"{number(3)} · Menunggu · ODP-SDA-003 · < 1 mnt",
    ]
    assert number(1) in agus.presses(number(1)), "the new technician may open it"


def test_the_next_answer_goes_to_the_new_technician_or_the_group_and_not_to_the_one_who_is_ill(world: World) -> None:
    transfers(world)
    agus, budi, group = Phone(world, 2), Phone(world, 1), Phone(world, 1, chat=GROUP)
    for phone in (agus, budi, group):
        phone.hears()
    world.sets("ont_tidak_terdeteksi", "cek label", number=number(1))
    world.sets("ont_tidak_terdeteksi", "cek label", number=number(3))

    assert agus.hears().startswith(f"⏸ {number(1)} KENDALA")
    assert budi.hears() == ""
    assert group.hears().startswith(f"⏸ {number(3)} KENDALA")
    assert number(1) in agus.says("/cek")
    assert number(1) not in budi.says("/cek")


def test_an_order_that_a_colleague_sent_for_the_technician_stays_the_colleagues_too(world: World) -> None:
    sends(Phone(world, 3), 5)
    transfers(world)
    order = world.order(number(5))
    assert (order.sender, order.data.technician) == (WAYAN, AGUS_CODE)
    assert order.origin is not None
    assert order.origin.chat_id == 3


def test_orders_that_are_not_those_that_were_shown_stay_where_they_are(world: World) -> None:
    looked_at = shown(world)
    sends(Phone(world, 1), 5)
    for wrong in (looked_at, (4, looked_at[1]), (3, shown(world)[1])):
        with pytest.raises(ConcurrencyConflict):
            transfers(world, looked_at=wrong)
    assert of_technician(world, "F5TUN446") == []
    assert transfers(world) == 4
    with pytest.raises(ConcurrencyConflict):
        transfers(world, looked_at=(0, 0))


@pytest.mark.parametrize(("to", "code"), [(0, "field.missing"), (BUDI, "technician.no_telegram"), (4, None)])
def test_only_a_technician_whom_telegram_reaches_receives_them(world: World, to: int, code: str | None) -> None:
    with pytest.raises(InvalidFields) as refused:
        transfers(world, to=to)
    assert refused.value.errors["to"].code == (code or "technician.no_telegram")


def test_the_receivers_are_those_of_the_same_site_operation_first(world: World) -> None:
    def work(uow: UnitOfWork) -> list[str]:
        uow.people.add(a_technician("Aan", "F5MRT1", site_operation="MJK", telegram_id=71))
        uow.people.add(a_technician("Zul", "F5SDA1", telegram_id=72))
        uow.people.add(a_technician("Off", "F5SDA2"))
        uow.people.add(a_technician("Gone", "F5SDA3", telegram_id=73, active=False))
        return [person.name for person in possible_receivers(uow, uow.people.get(BUDI))]

    assert world.transactions.write(work) == ["Agus", "Zul", "Aan", "Wayan"]


def test_a_technician_who_is_kept_out_already_hears_nothing(world: World) -> None:
    budi = Phone(world, 1)
    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(BUDI), active=False)))
    assert transfers(world) == 3
    assert budi.hears() == ""


def test_a_status_cannot_be_undone_past_the_transfer(world: World) -> None:
    rina, now, order = world.person("rina"), world.clock.now(), world.order(number(2))
    hold = timedelta(seconds=5)
    world.transactions.write(lambda uow: change_status(uow, order.id, "odp_rusak", rina, now, zone=ZONE, hold=hold))
    transfers(world)
    with pytest.raises(UndoTooLate):
        world.transactions.write(lambda uow: undo_status(uow, order.id, rina, now))
    assert world.order(number(2)).data.technician == AGUS_CODE


def test_a_person_without_a_technician_code_has_no_orders(world: World) -> None:
    assert world.transactions.read(lambda uow: open_orders_of(uow, world.person("rina")).rows) == ()


def test_a_reason_that_is_far_too_long_is_refused(world: World) -> None:
    with pytest.raises(InvalidValue):
        transfers(world, "x" * 2001)


def test_the_journal_notes_the_whole_transfer_once(world: World) -> None:
    def work(uow: UnitOfWork) -> list[tuple[str, str, int | None, dict[str, str]]]:
        assert isinstance(uow, MemoryUnitOfWork)
        seen = open_orders_of(uow, uow.people.get(BUDI))
        by = world.person("bagus")
        transfer_orders(
            uow, BUDI, AGUS, by, world.clock.now(), shown=(len(seen.rows), seen.newest), reason="pindah", zone=ZONE
        )
        return [(note.kind, note.subject, note.actor, dict(note.data)) for note in uow.state.notes.values()]

    data = {"to": "F5TUN446", "orders": "3", "reason": "pindah"}
    assert world.transactions.write(work) == [("orders_transferred", "F5SDA445", world.person("bagus").id, data)]


def test_a_message_about_very_many_orders_lists_the_first_and_counts_the_rest(world: World) -> None:
    def many(uow: UnitOfWork) -> Person:
        row = world.order(number(1))
        for place in range(205):
            order = evolve(
                an_order(uow.orders.next_id(), f"SC5000{place:04}"), status=row.status, sender=BUDI, received_at=NOON
            )
            uow.orders.add(order, f"SC5000{place:04}")
        return uow.people.get(BUDI)

    world.transactions.write(many)
    agus = Phone(world, 2)
    assert transfers(world) == 208
    lines = agus.hears().splitlines()
    assert sum(" · " in line for line in lines) == LISTED
    assert lines[-2] == f"… dan {208 - LISTED} order lagi"
    assert len(agus.buttons()) == 10


def test_an_order_that_is_over_or_the_technicians_already_is_not_transferred() -> None:
    order = an_order(sender=BUDI, origin=Origin(1, 5))
    for ended in (order.move_to(CANCELLED, 9, NOON, reason="x").order, order.delete("x", NOON).order):
        with pytest.raises(ForbiddenMove):
            ended.transfer(AGUS_CODE, NOON, sender=AGUS)
    with pytest.raises(NothingChanged):
        order.transfer(TechnicianCode.parse("F5SDA445"), NOON, sender=AGUS)


def test_the_chat_of_an_order_stays_its_own_only_for_the_same_sender_or_a_group() -> None:
    private, group = (an_order(sender=BUDI, origin=Origin(chat, 5)) for chat in (1, GROUP))
    assert private.transfer(AGUS_CODE, NOON, sender=AGUS).order.origin is None
    assert private.transfer(AGUS_CODE, NOON, sender=BUDI).order.origin == Origin(1, 5)
    assert group.transfer(AGUS_CODE, NOON, sender=AGUS).order.origin == Origin(GROUP, 5)


def test_orders_half_entered_in_the_chat_stay_and_their_writer_hears_it(world: World) -> None:
    budi = Phone(world, BUDI)
    budi.says(f"/reg AO#{number(9)}")
    budi.hears()
    assert len(world.transactions.read(lambda uow: drafts_of(uow, uow.people.get(BUDI)))) == 1
    transfers(world)
    assert "✍️ 1 order yang belum lengkap tetap di chat Anda" in budi.hears()
    assert "belum lengkap" not in Phone(world, AGUS).hears()
    assert world.transactions.read(lambda uow: drafts_of(uow, uow.people.get(AGUS))) == ()
