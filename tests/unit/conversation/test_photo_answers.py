"""What the chat says when a photo's barcodes were read: they fill, offer or ask, and change nothing silently."""

from datetime import timedelta

import pytest

from sikpro.application.conversation.photo_answers import tell_of_photo
from sikpro.application.ports.barcodes import Barcode, PhotoReading, Refusal
from sikpro.application.ports.storage import UnitOfWork
from tests.unit.chat import WHOLE, ZONE, Phone, World

SERIAL = "ZTEGC6754546"
OTHER = "HWTC1A2B3C4D"
PART = "/reg AO#SC32232558#SDA#ODP-SDA-003"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def budi(world: World) -> Phone:
    return Phone(world, 1)


def read(phone: Phone, *texts: str, sure: bool = True, lost: bool = False) -> str:
    """The next photo is read, and what the phone then shows."""
    world, now = phone.world, phone.world.clock.now()
    reading = None if lost else PhotoReading(tuple(Barcode(text, sure) for text in texts))

    def work(uow: UnitOfWork) -> None:
        photo = uow.photo_reads.claim(now, timedelta(minutes=2), {"bot_api"})
        assert photo
        assert uow.photo_reads.done(photo.id, reading)
        tell_of_photo(uow, photo, reading, now, zone=ZONE)

    world.transactions.write(work)
    return phone.hears()


def wanted(world: World) -> int:
    """How many photos wait to be read."""
    found = 0
    now = world.clock.now()
    while world.transactions.write(lambda uow: uow.photo_reads.claim(now, timedelta(minutes=2), {"bot_api"})):
        found += 1
    return found


def test_a_label_alone_is_offered_for_each_open_order_and_for_a_new_one(budi: Phone) -> None:
    budi.says(WHOLE)
    budi.sends_photo()
    assert read(budi, OTHER, "C4AE732BA001", "8991234567890") == f"📷 SN {OTHER} (Huawei) terbaca dari foto."
    assert budi.buttons() == ["Pakai untuk SC32232558", "Order baru"]


def test_the_question_which_order_waits_for_the_reading_and_is_not_asked_beside_it(world: World, budi: Phone) -> None:
    incoming = budi.photo_coming("file-1", "")
    world.transactions.write(lambda uow: world.intake.receive(uow, incoming))
    assert read(budi, SERIAL) == f"📷 SN {SERIAL} (ZTE) terbaca dari foto."


def test_a_photo_without_barcode_is_asked_about_as_ever(world: World, budi: Phone) -> None:
    incoming = budi.photo_coming("file-1", "")
    world.transactions.write(lambda uow: world.intake.receive(uow, incoming))
    assert read(budi).startswith("📎 Foto ini untuk order mana?")


def test_what_was_read_is_used_for_an_order_and_the_photo_joins_it(world: World, budi: Phone) -> None:
    budi.says(WHOLE)
    budi.sends_photo()
    read(budi, OTHER)
    answer = budi.presses("Pakai untuk SC32232558")
    assert f"SN modem: {SERIAL} → {OTHER}" in answer
    assert str(world.order().data.serial) == OTHER
    assert world.files() == [("photo", "file-1")]


def test_a_new_order_begins_with_what_was_read_and_its_photo(world: World, budi: Phone) -> None:
    budi.sends_photo()
    read(budi, SERIAL)
    assert SERIAL in budi.presses("Order baru")
    for text in ("AO", "SC32232558", "SDA", "ODP-SDA-003"):
        budi.says(text)
    assert str(world.order().data.serial) == SERIAL
    assert world.files() == [("photo", "file-1")]


def test_a_label_fills_the_draft_and_the_order_is_in(world: World, budi: Phone) -> None:
    assert budi.says(PART).startswith("SN modem?")
    budi.sends_photo()
    assert "✅ Pesan diterima" in read(budi, SERIAL)
    assert str(world.order().data.serial) == SERIAL


def test_a_caption_is_completed_by_its_photo(world: World, budi: Phone) -> None:
    budi.sends_photo(PART)
    assert "✅ Pesan diterima" in read(budi, "5A544547C6754546")
    assert str(world.order().data.serial) == SERIAL


def test_an_unsure_reading_is_asked_about_and_never_stored_by_itself(world: World, budi: Phone) -> None:
    budi.sends_photo(PART)
    answer = read(budi, SERIAL, sure=False)
    assert "kurang jelas" in answer
    assert "Order BELUM masuk: cek SN modem" in answer
    assert world.transactions.read(lambda uow: uow.orders.find("SC32232558")) == ()
    assert budi.presses("Ya, benar").startswith("✅")


def test_two_serials_on_a_label_are_a_question(budi: Phone) -> None:
    budi.sends_photo(PART)
    assert "SN modem yang mana?" in read(budi, SERIAL, OTHER)
    assert budi.buttons()[:2] == [SERIAL, OTHER]


def test_text_and_label_that_differ_in_a_draft_are_a_question(world: World, budi: Phone) -> None:
    budi.sends_photo(f"/reg AO#SC32232558#{SERIAL}#SDA")
    assert "SN modem yang mana?" in read(budi, OTHER)
    assert set(budi.buttons()[:2]) == {SERIAL, OTHER}


def test_a_stored_order_whose_photo_shows_another_serial_is_asked_about(world: World, budi: Phone) -> None:
    budi.sends_photo("/reg " + WHOLE)
    answer = read(budi, OTHER)
    assert "SN di label beda dengan order SC32232558" in answer
    assert f"SN modem: {SERIAL} → {OTHER}" in answer
    assert str(world.order().data.serial) == SERIAL
    budi.presses("Ya, ganti")
    assert str(world.order().data.serial) == OTHER


def test_a_photo_that_agrees_with_its_order_is_no_news(budi: Phone) -> None:
    budi.sends_photo("/reg " + WHOLE)
    assert read(budi, SERIAL) == ""


@pytest.mark.parametrize("lost", [True, False])
def test_where_a_serial_is_awaited_an_unreadable_photo_says_what_helps(budi: Phone, lost: bool) -> None:
    budi.says(PART)
    budi.sends_photo()
    assert (
        read(budi, lost=lost)
        == "📷 SN tidak terbaca dari foto. Foto lebih dekat, tegak lurus dan terang, atau ketik SN."
    )


def test_an_album_is_answered_once(budi: Phone) -> None:
    budi.says(PART.replace("#ODP-SDA-003", ""))
    budi.sends_photo(file="first", album="x")
    budi.sends_photo(file="second", album="x")
    assert SERIAL in read(budi, SERIAL)
    assert read(budi, SERIAL) == ""


def test_pictures_sent_as_files_are_read_and_other_files_are_not(world: World, budi: Phone) -> None:
    budi.sends_document("label.JPG", "")
    budi.sends_document("x", "image/png")
    budi.sends_document("redaman.pdf", "application/pdf")
    assert wanted(world) == 2


def test_a_stranger_and_somebody_switched_off_get_nothing_read(world: World) -> None:
    Phone(world, 99).sends_photo()
    assert wanted(world) == 0


def test_a_refused_picture_is_a_photo_like_any_other(world: World, budi: Phone) -> None:
    budi.says(WHOLE)
    budi.sends_photo()
    now = world.clock.now()

    def work(uow: UnitOfWork) -> None:
        photo = uow.photo_reads.claim(now, timedelta(minutes=2), {"bot_api"})
        assert photo
        reading = PhotoReading(refused=Refusal.TOO_MANY_PIXELS)
        assert uow.photo_reads.done(photo.id, reading)
        tell_of_photo(uow, photo, reading, now, zone=ZONE)

    world.transactions.write(work)
    assert budi.hears() == ""
    assert budi.presses("SC32232558 · AO").startswith("📎 Foto masuk ke SC32232558")
