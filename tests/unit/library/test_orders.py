"""One order of a script: moved as bot and console move it, with its history, notes and files."""

from datetime import timedelta
from pathlib import Path

import pytest

from sikpro import (
    AlreadyTaken,
    InvalidFields,
    NotFound,
    NotPermitted,
    NudgedAlready,
    Person,
    Phase,
    StatusChanged,
    UndoTooLate,
)
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import UnitOfWork
from tests.unit.library.conftest import FIRST, SECOND, Office


def person(office: Office, username: str) -> Person:
    return office.script.acting_as(username).actor


def test_an_order_goes_from_hand_to_hand(office: Office) -> None:
    rina, bagus = office.rina.orders, office.bagus.orders
    rina.take(FIRST)
    with pytest.raises(AlreadyTaken):
        office.dewi.orders.take(FIRST)
    assert [row.number for row in rina.mine()] == [FIRST]
    rina.keep(FIRST)
    assert bagus.assign(FIRST, "dewi").holder == person(office, "dewi").id
    office.dewi.orders.give_back(FIRST)
    assert rina.put_off(FIRST, "30m").phase is Phase.WAITING
    assert [order.number for _, order in rina.put_off_by_me()] == [FIRST]
    assert rina.skip(SECOND, "unclear").phase is Phase.WAITING
    assert rina.take_next() is None, "one was skipped, one was put off"
    taken = office.dewi.orders.take_next()
    assert taken is not None
    assert taken.number == FIRST


def test_a_shift_ends_with_all_orders_in_a_colleagues_hands(office: Office) -> None:
    office.rina.take(FIRST)
    office.rina.take(SECOND)
    handed = office.rina.orders.hand_over_shift("dewi", text="hujan")
    assert (len(handed.orders), len(office.dewi.orders.mine())) == (2, 2)
    assert len(office.dewi.orders.hand_over_shift().orders) == 2
    assert office.script.orders.where(phase="waiting").count() == 2


def test_an_answer_can_be_taken_back_until_its_message_leaves(office: Office) -> None:
    rina = office.rina.orders
    rina.answer(FIRST, "selesai", undo_within="5s", feedback="aktif")
    assert [order.number for order in rina.undoable()] == [FIRST]
    assert rina.undo(FIRST).phase is Phase.WAITING
    rina.answer(FIRST, "selesai", undo_within=timedelta(seconds=5))
    assert rina.undo_latest() == {FIRST: None}
    rina.answer(FIRST, "selesai", undo_within="5s")
    office.clock.later(minutes=1)
    with pytest.raises(UndoTooLate):
        rina.undo(FIRST)


def test_words_go_to_the_technician_and_notes_to_colleagues(office: Office) -> None:
    rina = office.rina.orders
    rina.send_text(FIRST, "Kami cek dulu.")
    rina.remark(FIRST, "pelanggan marah @dewi")
    ((mention, order, by),) = office.dewi.orders.mentions()
    assert (order.number, by, mention.person) == (FIRST, "Rina", person(office, "dewi").id)
    office.dewi.orders.read_mentions(FIRST)
    assert office.dewi.orders.mentions() == ()
    with pytest.raises(InvalidFields, match="@siapa"):
        rina.remark(FIRST, "@siapa ini?")

    def queued(uow: UnitOfWork) -> list[tuple[str, Delivery]]:
        return [(item.message.text, item.state) for item in uow.outbox.of_order(office.script.order(FIRST).id)]

    ((text, state),) = office.script.transactions.read(queued)
    assert "Kami cek dulu." in text
    assert state is Delivery.QUEUED


def test_the_history_has_notes_only_for_those_who_may_read_them(office: Office) -> None:
    office.script.transactions.write(lambda uow: uow.people.save(_named(uow, "F5SDA445", username="budi")))
    office.rina.orders.remark(FIRST, "pelanggan marah")
    office.rina.change_status(FIRST, "selesai", feedback="aktif")
    told = [type(entry.event).__name__ for entry in office.rina.orders.journal(FIRST)]
    assert told == ["OrderPlaced", "OrderRemarked", "StatusChanged"]
    seen = office.budi.orders.journal(FIRST)
    assert [type(entry.event).__name__ for entry in seen] == ["OrderPlaced", "StatusChanged"]
    assert isinstance(seen[-1].event, StatusChanged)
    assert seen[-1].event.feedback == "aktif"
    office.script.add_technician("Wayan", "F5MRT447", "MJK")
    office.script.transactions.write(lambda uow: uow.people.save(_named(uow, "F5MRT447", username="wayan")))
    with pytest.raises(NotFound):
        office.wayan.orders.journal(FIRST)


def _named(uow: UnitOfWork, code: str, *, username: str) -> Person:
    from attrs import evolve

    found = uow.people.by_code(code)
    assert found
    return evolve(found, username=username)


def test_a_sender_nudges_and_withdraws(office: Office) -> None:
    office.script.orders.nudge(FIRST)
    with pytest.raises(NudgedAlready):
        office.script.orders.nudge(FIRST)
    assert office.script.orders.withdraw(FIRST).phase is Phase.CANCELLED
    with pytest.raises(NotPermitted):
        office.rina.orders.withdraw(SECOND)


def test_a_deleted_order_is_restored_by_an_admin(office: Office) -> None:
    office.bagus.delete(FIRST, reason="salah")
    with pytest.raises(NotPermitted):
        office.bagus.orders.restore(FIRST)
    with pytest.raises(NotFound):
        office.admin.orders.restore(SECOND)
    assert office.admin.orders.restore("32232558").phase is Phase.WAITING


def test_what_is_around_an_order_is_found(office: Office) -> None:
    office.script.register("MO SC32232561 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445")
    orders = office.rina.orders
    assert [row.number for row in orders.related(FIRST)] == ["SC32232561"]
    assert [clash.row.number for clash in orders.clashes(FIRST)] == ["SC32232561"]
    assert [row.number for row in orders.find("ZTEGC6754547")] == [SECOND]
    assert (orders.row(FIRST).technician_name, orders.get(FIRST).number) == ("Budi", FIRST)
    assert orders.expected_wait(FIRST) is None
    assert orders.serve(stos=["TUN"]).stos == {"TUN"}
    assert [order.number if order else "" for order in (orders.take_next(), orders.take_next())] == [SECOND, ""]


def test_known_data_are_handed_over_to_the_technician(office: Office) -> None:
    told = office.bagus.orders.hand_over(registration_number="SC32232570", type="AO", technician="F5SDA445")
    assert told.name == "Budi"
    with pytest.raises(NotPermitted):
        office.rina.orders.hand_over(registration_number="SC32232570", technician="F5SDA445")


def test_a_file_of_an_order_is_saved_to_a_path(office: Office, tmp_path: Path) -> None:
    order = office.script.order(FIRST)

    def keep(uow: UnitOfWork) -> int:
        file = uow.files.want(
            order_id=order.id,
            chat_id=1,
            message_id=7,
            transport="bot",
            reference="x",
            kind="photo",
            name="",
            size=3,
            at=office.clock.now(),
        )
        uow.files.keep(file, b"\xff\xd8\xff", "image/jpeg")
        return file

    office.script.transactions.write(keep)
    (file,) = office.rina.orders.files(FIRST)
    office.rina.orders.save_file(file.id, tmp_path / "photo.jpg")
    assert (tmp_path / "photo.jpg").read_bytes() == b"\xff\xd8\xff"
    office.bagus.delete(FIRST, reason="salah")
    with pytest.raises(NotFound):
        office.rina.orders.save_file(file.id, tmp_path / "photo.jpg")
