"""Where photos and other files go: what the scripts do not show."""

from datetime import timedelta

from sikpro.application.ports.chat import Attachment
from sikpro.application.ports.outbox import Delivery
from tests.unit.chat import WHOLE, Phone, World

PART = "/reg AO#SC32232558#ZTEGC6754546"


def test_a_photo_with_a_request_as_its_caption_is_stored_with_the_order() -> None:
    world = World()
    Phone(world, 1).sends_photo("/reg " + WHOLE)
    assert world.files() == [("photo", "file-1")]


def test_photos_of_a_dialogue_are_stored_with_the_order_it_becomes() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.sends_photo(PART, file="first")
    budi.sends_photo(file="second")
    budi.presses("SDA")
    budi.sends_photo("ODP-SDA-003", file="third")
    assert world.files() == [("photo", "first"), ("photo", "second"), ("photo", "third")]


def test_photos_of_a_draft_that_was_left_are_not_put_to_the_next_order() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.sends_photo(PART.replace("SC32232558", "SC32232559"))
    budi.says("/reg")
    budi.says(WHOLE)
    assert world.files() == []


def test_photos_of_a_draft_stay_with_its_number_when_the_order_is_sent_anew() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.sends_photo(PART)
    budi.says(WHOLE)
    assert world.files() == [("photo", "file-1")]


def test_a_photo_that_was_asked_about_goes_with_the_new_order_that_its_button_begins() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.sends_photo()
    budi.presses("Order baru")
    for text in ("AO", "SC32232558", "ZTEGC6754546", "SDA", "ODP-SDA-003"):
        budi.says(text)
    assert world.files() == [("photo", "file-1")]


def test_a_photo_is_joined_once_with_its_words_however_often_its_buttons_are_pressed() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    budi.sends_photo("label modem")
    for _ in range(3):
        budi.presses("SC32232558 · AO")
    assert (world.files(), world.joined()) == ([("photo", "file-1")], ["label modem"])


def test_an_image_sent_as_a_file_is_a_photo_and_other_files_keep_their_name() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    answered = budi.ids[0]
    budi.sends_document("label.png", "image/png", reply_to=answered)
    budi.sends_document("redaman.pdf", "application/pdf", "hasil ukur", reply_to=answered)
    assert world.files() == [("photo", "label.png"), ("file", "redaman.pdf")]
    assert world.joined() == ["", "hasil ukur\n📎 redaman.pdf"]


def test_an_album_whose_caption_comes_last_makes_one_order_with_all_its_photos_and_one_answer() -> None:
    world = World()
    budi = Phone(world, 1)
    for file in ("first", "second"):
        world.transactions.write(
            lambda uow, file=file: world.intake.receive(uow, budi.photo_coming(file, "album"))  # type: ignore[misc]  # bound now
        )
    answer = budi.sends_photo("/reg " + WHOLE, file="third", album="album")
    assert answer.startswith("✅ Pesan diterima")
    assert "Foto ini untuk order mana" not in answer
    assert [reference for _, reference in world.files()] == ["first", "second", "third"]


def test_the_question_about_an_album_that_is_taken_back_counts_as_no_failure() -> None:
    world = World()
    budi = Phone(world, 1)
    world.transactions.write(lambda uow: world.intake.receive(uow, budi.photo_coming("first", "album")))
    budi.sends_photo("/reg " + WHOLE, file="second", album="album")
    counts = world.transactions.read(lambda uow: uow.outbox.counts())
    assert counts.get(Delivery.EXPIRED) == 1
    assert not counts.get(Delivery.FAILED)


def test_a_question_about_an_album_that_may_have_arrived_is_not_taken_back() -> None:
    world = World()
    budi = Phone(world, 1)
    world.transactions.write(lambda uow: world.intake.receive(uow, budi.photo_coming("first", "album")))
    due = world.clock.now() + timedelta(minutes=1)
    (question,) = world.transactions.write(lambda uow: uow.outbox.claim(due, timedelta(minutes=1), 1))
    world.transactions.write(lambda uow: uow.outbox.later(question.id, due, "ambiguous", at=due, doubtful=True))
    budi.sends_photo("/reg " + WHOLE, file="second", album="album")
    assert world.transactions.read(lambda uow: uow.outbox.get(question.id)).state is not Delivery.EXPIRED


def test_in_an_album_about_an_order_the_others_join_silently_whichever_has_the_words() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    answered = budi.ids[0]
    assert budi.sends_photo(file="first", album="x", reply_to=answered).endswith("Pesan Anda diteruskan ke helpdesk.")
    assert budi.sends_photo("label modem", file="second", album="x", reply_to=answered) == ""
    assert budi.sends_photo(file="third", album="x", reply_to=answered) == ""
    assert [reference for _, reference in world.files()] == ["first", "second", "third"]
    assert "label modem" in world.joined()


def test_the_others_of_a_captioned_album_in_a_group_join_its_order() -> None:
    world = World()
    group = Phone(world, 1, chat=-5)
    group.sends_photo("/reg " + WHOLE, file="first", album="x")
    assert group.sends_photo(file="second", album="x") == ""
    assert [reference for _, reference in world.files()] == ["first", "second"]


def test_a_caption_typed_under_a_photo_that_joined_an_order_joins_it_too() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    budi.sends_photo()
    budi.presses("SC32232558 · AO")
    answer = budi.edits("label belakang", attachments=(Attachment("photo", "file-1"),))
    assert answer.endswith("Pesan Anda diteruskan ke helpdesk.")
    assert world.joined() == ["", "label belakang"]


def test_a_photo_after_a_refused_double_joins_the_order_and_its_button_stays() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says(WHOLE)
    world.sets("ont_tidak_terdeteksi")
    budi.says(WHOLE.replace("C6754546", "C6754547"))
    assert budi.sends_photo().endswith("Pesan Anda diteruskan ke helpdesk.")
    assert budi.presses("Kirim ulang data").startswith("✅ Data SC32232558 diperbaiki")


def test_a_photo_kept_for_a_correction_joins_though_the_helpdesk_was_faster() -> None:
    world = World()
    budi = Phone(world, 1)
    budi.says("/reg " + WHOLE)
    world.sets("ont_tidak_terdeteksi")
    budi.hears()
    budi.presses("Kirim ulang data")
    budi.says("ZTEGC67S4546")
    assert budi.sends_photo(file="label").startswith("📎 Foto disimpan untuk order ini.")
    world.takes()
    assert budi.says("ZTEGC6754547").startswith("💬 SC32232558 sedang dikerjakan helpdesk. Data baru diteruskan")
    assert world.files() == [("photo", "label")]
