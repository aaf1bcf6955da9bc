"""The technician sends orders: scripts of the chat."""

import pytest
from attrs import evolve

from sikpro.application.conversation import questions
from sikpro.application.conversation.drafts import open_drafts, remind_drafts
from sikpro.application.fields import FIELDS
from tests.unit.chat import WHOLE, ZONE, Phone, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def budi(world: World) -> Phone:
    return Phone(world, 1)


@pytest.fixture
def agus(world: World) -> Phone:
    return Phone(world, 2)


SHAPES = {
    "by hashes": WHOLE,
    "by bars with blanks": "AO | SC32232558 | ZTEGC6754546 | SDA | ODP-SDA-003 | F5SDA445",
    "by commas": "AO,SC32232558,ZTEGC6754546,SDA,ODP-SDA-003,F5SDA445",
    "by semicolons": "AO;SC32232558;ZTEGC6754546;SDA;ODP-SDA-003;F5SDA445",
    "by blanks": "ao sc32232558 ztegc6754546 sda odp-sda-003 f5sda445",
    "by lone dashes": "AO - SC32232558 - ZTEGC6754546 - SDA - ODP-SDA-003 - F5SDA445",
    "by lone slashes": "AO / SC32232558 / ZTEGC6754546 / SDA / ODP-SDA-003 / F5SDA445",
    "one a line": "AO\nSC32232558\nZTEGC6754546\nSDA\nODP-SDA-003\nF5SDA445",
    "numbered lines": "1. AO\n2. SC32232558\n3) ZTEGC6754546\n4. SDA\n5. ODP-SDA-003\n6. F5SDA445",
    "with labels": "Tipe: AO\nSC: SC32232558\nSN: ZTEGC6754546\nSTO: SDA\nODP: ODP-SDA-003\nTeknisi: F5SDA445",
    "in another order": "F5SDA445 ODP-SDA-003 SDA ZTEGC6754546 SC32232558 AO",
    "blanks inside values": "AO#SC 3223 2558#ZTEG C6754546#SDA#ODP SDA 003#F5SDA445",
    "odd dashes": "AO#SC32232558#ZTEGC6754546#SDA#ODP–SDA—003#F5SDA445",
    "the serial in hexadecimal": "AO#SC32232558#5A544547C6754546#SDA#ODP-SDA-003#F5SDA445",
    "without the technician": "AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003",
}


@pytest.mark.parametrize("command", ["/reg ", "/REG@sikpro_bot ", ""])
@pytest.mark.parametrize("message", SHAPES.values(), ids=SHAPES)
def test_every_shape_of_message_registers_the_same_order(world: World, budi: Phone, message: str, command: str) -> None:
    answer = budi.says(command + message)
    assert answer.startswith("✅ Pesan diterima, mohon ditunggu. SC32232558, antrean ke-1")
    data = world.order().data
    assert [str(data.type), str(data.serial), str(data.sto), str(data.odp), str(data.technician), data.note] == [
        *("AO", "ZTEGC6754546", "SDA", "ODP-SDA-003", "F5SDA445", "")
    ]


def test_an_odp_with_a_slash_is_never_split(world: World, budi: Phone) -> None:
    budi.says("AO / SC32232558 / ZTEGC6754546 / SDA / ODP-SDA-FAB / 12 / F5SDA445")
    assert str(world.order().data.odp) == "ODP-SDA-FAB/12"


def test_text_after_the_values_is_the_note_as_it_was_typed(world: World, budi: Phone) -> None:
    budi.says(f"/reg {WHOLE}#rumah pagar hijau, depan masjid 😀 <b>&%_")
    assert world.order().data.note == "rumah pagar hijau, depan masjid 😀 <b>&%_"


@pytest.mark.parametrize("answer", ["rumah pagar hijau", "Lewati", "lewati"])
def test_an_optional_field_is_asked_for_step_by_step_and_can_be_skipped(
    world: World, budi: Phone, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    asked = tuple(evolve(field, ask=field.name == "note") for field in FIELDS)
    monkeypatch.setattr(questions, "FIELDS", asked)
    budi.says("/reg")
    for value in ("AO", "SC32232558", "ZTEGC6754546", "SDA"):
        budi.says(value)
    assert budi.says("ODP-SDA-003").startswith("Catatan?")
    assert budi.buttons() == ["Lewati"]
    told = budi.presses(answer) if answer == "Lewati" else budi.says(answer)
    assert told.startswith("✅ Pesan diterima")
    assert world.order().data.note == ("" if answer.lower() == "lewati" else answer)


def test_a_request_that_waits_for_an_optional_answer_alone_is_reminded_of(
    world: World, budi: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tuple(evolve(field, ask=field.name == "note") for field in FIELDS)
    monkeypatch.setattr(questions, "FIELDS", asked)
    budi.says("/reg")
    for value in ("AO", "SC32232558", "ZTEGC6754546", "SDA", "ODP-SDA-003"):
        budi.says(value)
    (draft,) = world.transactions.read(open_drafts)
    assert draft.missing == ("note",)
    world.clock.later(hours=1)
    assert world.transactions.write(lambda uow: remind_drafts(uow, world.clock.now(), ZONE)) == 1
    assert "Catatan?" in budi.hears()
    assert budi.presses("Lewati").startswith("✅ Pesan diterima")


def test_who_sends_a_whole_request_is_asked_for_nothing_more(
    world: World, budi: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tuple(evolve(field, ask=field.name == "note") for field in FIELDS)
    monkeypatch.setattr(questions, "FIELDS", asked)
    assert budi.says(WHOLE).startswith("✅ Pesan diterima")
    assert world.order().data.note == ""


def test_the_answer_is_a_reply_to_the_message_and_says_the_place_in_the_queue(budi: Phone, agus: Phone) -> None:
    agus.says("MO#SC11111111#ZTEG00000001#TUN#ODP-TUN-001")
    assert "antrean ke-2" in budi.says("/reg " + WHOLE)
    assert budi.last.reply_to is not None
    assert budi.buttons() == ["Ada yang salah", "Tarik order"]


def test_the_same_number_again_is_refused_with_the_order_that_is_there(world: World, budi: Phone, agus: Phone) -> None:
    budi.says("/reg " + WHOLE)
    world.clock.later(minutes=8)
    world.takes()
    assert budi.says("/reg " + WHOLE) == (
        "⛔ Ditolak: SC32232558 sudah masuk 09.00 (Budi)\n"
        "Status: Diproses (OGP), Rina, sejak 09.08, umur 8 mnt. Tidak perlu kirim ulang."
    )
    assert agus.says("/reg " + WHOLE).startswith("⛔ Ditolak: SC32232558 sudah masuk 09.00 (Budi)")
    assert len(world.transactions.read(lambda uow: uow.orders.find("SC32232558"))) == 1


def test_a_double_of_a_held_up_order_becomes_its_correction_at_one_press(world: World, budi: Phone) -> None:
    budi.says("/reg " + WHOLE)
    world.sets("ont_tidak_terdeteksi", "cek label")
    budi.hears()
    assert "Mau kirim data ini sebagai perbaikan" in budi.says(WHOLE.replace("ZTEGC6754546", "ZTEGC6754547"))
    assert budi.presses("Kirim ulang data").startswith("✅ Data SC32232558 diperbaiki")
    assert str(world.order().data.serial) == "ZTEGC6754547"


def test_a_wrong_field_is_named_with_its_correction_and_only_that_one_is_asked(world: World, budi: Phone) -> None:
    assert budi.says("/reg " + WHOLE.replace("C6754546", "C67S4546")) == (
        "⚠️ Order BELUM masuk: cek SN modem\nZTEGC67S4546, maksudnya ZTEGC6754546?\n"
        "Terbaca: AO · SC32232558 · SDA · ODP-SDA-003 · F5SDA445"
    )
    assert budi.buttons() == ["Ya, benar", "Ketik ulang SN modem"]
    assert budi.presses("Ya, benar").startswith("✅ Pesan diterima")
    assert str(world.order().data.serial) == "ZTEGC6754546"


def test_a_wrong_field_can_be_typed_again(world: World, budi: Phone) -> None:
    budi.says("/reg " + WHOLE.replace("C6754546", "C67S4546"))
    assert budi.presses("Ketik ulang SN modem") == "SN modem? Contoh: ZTEGC6754546"
    assert budi.says("ztegc6754549").startswith("✅ Pesan diterima")
    assert str(world.order().data.serial) == "ZTEGC6754549"


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ("SC32232558", "SC3223", "No. registrasi harus SC dan 6 sampai 12 angka"),
        ("#SDA#", "#SDX#", "maksudnya SDA?"),
        ("AO#", "AOO#", "maksudnya AO?"),
        ("ODP-SDA-003", "0DP-SDA-OO3", "maksudnya ODP-SDA-003?"),
        ("ODP-SDA-003", "ODP-TUN-003", "bukan ODP dari STO SDA. Benar begitu?"),
        ("F5SDA445", "F5SDA44", "maksudnya F5SDA445 Budi?"),
    ],
)
def test_each_field_that_is_wrong_is_asked_about_by_name(budi: Phone, before: str, after: str, asked: str) -> None:
    answer = budi.says("/reg " + WHOLE.replace(before, after))
    assert answer.startswith("⚠️ Order BELUM masuk: cek ")
    assert asked in answer


def test_reg_alone_asks_field_by_field_with_buttons_for_the_catalogues(world: World, budi: Phone) -> None:
    assert budi.says("/reg").startswith("Tipe order? Contoh: AO\nBisa juga sekaligus: ")
    assert budi.buttons() == ["AO", "MO", "PDA", "CONFIG"]
    assert budi.presses("MO") == "No. registrasi (SC)? Contoh: SC32232558"
    assert budi.says("sc32232558") == "SN modem? Contoh: ZTEGC6754546"
    assert budi.says("ztegc6754546") == "STO? Contoh: SDA"
    assert budi.presses("SDA") == "ODP? Contoh: ODP-SDA-003"
    assert budi.says("odp-sda-003").startswith("✅ Pesan diterima, mohon ditunggu. SC32232558")
    assert (world.order().data.type, str(world.order().data.technician)) == ("MO", "F5SDA445")


def test_a_double_is_told_as_soon_as_its_number_is_typed(budi: Phone) -> None:
    budi.says("/reg " + WHOLE)
    budi.says("/reg")
    budi.presses("AO")
    assert budi.says("SC32232558").startswith("⛔ Ditolak")


def test_batal_leaves_the_questions_and_stores_nothing(world: World, budi: Phone) -> None:
    budi.says("/reg")
    budi.presses("AO")
    assert budi.says("/batal") == "Pengisian dibatalkan. Tidak ada order yang masuk."
    assert world.transactions.read(lambda uow: uow.order_queries.totals()) == ()


def test_a_whole_request_in_the_middle_of_the_questions_is_a_new_request(world: World, budi: Phone) -> None:
    budi.says("/reg")
    assert budi.says(WHOLE).startswith("✅ Pesan diterima")
    assert budi.says("/batal") == "Tidak ada pengisian yang terbuka. Untuk menarik order: /batal SC…"


def test_a_button_of_an_older_question_changes_nothing(world: World, budi: Phone) -> None:
    budi.says("/reg")
    stale = budi.last.buttons[0][0].data
    budi.says("/reg")
    assert budi.press_data(stale) == "(Tombol ini sudah tidak berlaku.)"


def test_another_technicians_code_is_accepted_and_both_are_told(world: World, budi: Phone, agus: Phone) -> None:
    assert "F5TUN446 Agus" in budi.says(WHOLE.replace("F5SDA445", "F5TUN446"))
    world.sets("selesai", "Sudah aktif")
    assert budi.hears().startswith("✅ SC32232558 SELESAI")
    assert agus.hears().startswith("✅ SC32232558 SELESAI")
    assert (budi.last.reply_to is not None, agus.last.reply_to) == (True, None)


def test_what_cannot_be_read_is_said_so_with_an_example(budi: Phone) -> None:
    assert budi.says("/reg tolong dong").startswith("Order BELUM masuk: isinya tidak terbaca.\nContoh: /reg AO#")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "/reg " + "#" * 4000,
        "\u202e\u200f",
        "%_%",
        "<script>alert(1)</script>",
        "=cmd()|' /C calc'!A0",
    ],
)
def test_hostile_text_gets_an_answer_and_no_failure(world: World, budi: Phone, text: str) -> None:
    assert budi.says(text)
    assert {row.outcome for row in world.ledger()} == {"refusal"}


def test_several_orders_in_one_message_are_all_registered_each_with_its_receipt(world: World) -> None:
    budi = Phone(world, 1)
    several = [f"AO#SC4000000{place}#ZTEGC675454{place}#SDA#ODP-SDA-003#F5SDA445" for place in range(3)]
    budi.says("\n".join(several))
    receipts = [message.text.splitlines()[0] for message in budi.inbox]
    assert receipts == [
        f"✅ Pesan diterima, mohon ditunggu. SC4000000{place}, antrean ke-{place + 1}" for place in range(3)
    ]


def test_the_same_order_twice_in_one_message_is_one_order(world: World) -> None:
    budi = Phone(world, 1)
    assert budi.says("\n".join([WHOLE, WHOLE])).count("✅") == 1
