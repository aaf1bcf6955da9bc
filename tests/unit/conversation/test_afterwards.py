"""What happens to an order afterwards, as the technician sees it: scripts of the chat."""

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from tests.unit.chat import WHOLE, Phone, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def budi(world: World) -> Phone:
    phone = Phone(world, 1)
    phone.says("/reg " + WHOLE)
    return phone


@pytest.fixture
def agus(world: World) -> Phone:
    return Phone(world, 2)


def test_feedback_comes_as_a_reply_to_ones_own_message_with_buttons_that_fit(world: World, budi: Phone) -> None:
    origin = world.order().origin
    world.clock.later(hours=1, minutes=5)
    world.sets("ont_tidak_terdeteksi", "SN beda dengan di lokasi, mohon cek label.")
    assert budi.hears() == (
        "⏸ SC32232558 KENDALA: ONT tidak terdeteksi, 10.05\n"
        'Rina: "SN beda dengan di lokasi, mohon cek label."\n'
        "Menunggu data dari teknisi."
    )
    assert origin
    assert budi.last.reply_to == origin.message_id
    assert budi.buttons() == ["Kirim ulang data", "Tanya helpdesk"]


@pytest.mark.parametrize("asked", ["/cek SC32232558", "/cek 32232558", "/cek sc 3223 2558", "SC32232558"])
def test_cek_says_what_the_helpdesk_said(world: World, budi: Phone, asked: str) -> None:
    world.sets("odp_penuh", "cari ODP lain")
    budi.hears()
    assert budi.says(asked).startswith('⏸ SC32232558 KENDALA: ODP penuh\nRina 09.00: "cari ODP lain"\nMenunggu data')


def test_cek_as_a_reply_is_about_that_order(budi: Phone) -> None:
    assert budi.replies("/cek").startswith("⏳ SC32232558 MENUNGGU")


def test_cek_alone_lists_ones_open_orders(budi: Phone) -> None:
    assert budi.says("/cek") == "1 order Anda masih berjalan:\nSC32232558 · Menunggu · < 1 mnt"
    assert budi.presses("SC32232558").startswith("⏳ SC32232558 MENUNGGU")


def test_an_order_of_another_site_operation_is_not_shown(world: World, budi: Phone, agus: Phone) -> None:
    assert agus.says("/cek SC32232558").startswith("⏳ SC32232558")
    assert Phone(world, 3).says("/cek SC32232558").startswith("SC32232558 belum ada di SIKPRO")


def test_corrected_data_by_the_button_bring_the_order_back_to_its_old_place(
    world: World, budi: Phone, agus: Phone
) -> None:
    agus.says("MO#SC11111111#ZTEG00000001#TUN#ODP-TUN-001")
    world.clock.later(minutes=5)
    world.sets("ont_tidak_terdeteksi")
    budi.hears()
    assert budi.presses("Kirim ulang data").startswith("Data SC32232558 sekarang:\nTipe order: AO")
    assert budi.says("sn ztegc6754547") == (
        "✅ Data SC32232558 diperbaiki dan diterima, mohon ditunggu. Antrean ke-1\n"
        "SN modem: ZTEGC6754546 → ZTEGC6754547"
    )
    order = world.order()
    assert (order.phase, str(order.data.serial), order.resubmitted) == ("waiting", "ZTEGC6754547", True)


def test_a_wrong_correction_is_asked_about_like_any_field(world: World, budi: Phone) -> None:
    world.sets("ont_tidak_terdeteksi")
    budi.hears()
    budi.presses("Kirim ulang data")
    assert budi.says("ZTEGC67S4547").startswith("⚠️ Perbaikan BELUM masuk: cek SN modem")
    assert budi.presses("Ya, benar").startswith("✅ Data SC32232558 diperbaiki")


def test_a_stale_correction_button_says_the_present_state_for_a_moment(world: World, budi: Phone) -> None:
    world.sets("ont_tidak_terdeteksi")
    budi.hears()
    world.sets("selesai")
    budi.hears()
    assert budi.presses("Kirim ulang data") == "(SC32232558 sudah berubah: SELESAI (PS).)"


def test_one_withdraws_ones_own_order_while_nobody_has_it(world: World, budi: Phone) -> None:
    assert budi.presses("Tarik order") == "Tarik SC32232558? Order keluar dari antrean."
    assert budi.presses("Tidak jadi") == "(Order tidak ditarik.)"
    assert world.order().phase == "waiting"
    assert budi.presses("Ya, tarik").startswith("🗑 SC32232558 ditarik")
    assert world.order().phase == "cancelled"
    assert budi.says("/reg " + WHOLE).startswith("✅ Pesan diterima")


def test_an_order_that_somebody_has_is_not_withdrawn(world: World, budi: Phone) -> None:
    world.takes()
    assert budi.says("/batal SC32232558").startswith("SC32232558 sudah dikerjakan Rina, tidak bisa ditarik.")


def test_somebody_elses_button_changes_nothing(world: World, budi: Phone, agus: Phone) -> None:
    assert agus.press_data(f"wd:{world.order().id}") == "(Itu bukan order Anda.)"
    assert world.order().phase == "waiting"


def test_words_in_reply_join_the_order_and_are_not_an_unknown_command(world: World, budi: Phone) -> None:
    assert budi.replies("pelanggan minta sore") == "⏳ SC32232558 MENUNGGU\nPesan Anda diteruskan ke helpdesk."
    assert world.order().reply_waiting


def test_words_in_reply_to_ones_own_message_join_the_order_too(world: World, budi: Phone) -> None:
    origin = world.order().origin
    assert origin
    assert budi.says("cek lagi ya", reply_to=origin.message_id).endswith("Pesan Anda diteruskan ke helpdesk.")


def test_a_photo_without_words_joins_the_order(world: World, budi: Phone) -> None:
    assert budi.sends_photo(reply_to=budi.ids[0]) == "⏳ SC32232558 MENUNGGU\nPesan Anda diteruskan ke helpdesk."


def test_the_helpdesk_can_be_asked_by_a_button(world: World, budi: Phone) -> None:
    world.sets("odp_penuh")
    budi.hears()
    assert budi.presses("Tanya helpdesk").startswith("Tulis pertanyaan Anda tentang SC32232558")
    assert budi.says("boleh ODP-SDA-004?").endswith("Pesan Anda diteruskan ke helpdesk.")
    assert world.order().turn == "helpdesk"


def test_a_deleted_order_is_told_to_its_sender(world: World, budi: Phone) -> None:
    from sikpro.application.use_cases.orders.remove_order import delete_order

    order = world.order()
    world.transactions.write(
        lambda uow: delete_order(
            uow, order.id, world.person("bagus"), world.clock.now(), reason="salah input", zone="Asia/Jakarta"
        )
    )
    assert budi.hears() == "🗑 SC32232558 dihapus oleh Bagus: salah input"


def test_the_place_and_the_expected_time_come_from_the_real_pace(world: World, budi: Phone) -> None:
    for number in range(6):
        budi.says(WHOLE.replace("SC32232558", f"SC9999999{number}"))
    for number in range(4):
        world.takes(number=f"SC9999999{number}")
    answer = budi.says(WHOLE.replace("SC32232558", "SC88888888"))
    assert answer.splitlines()[0].endswith("antrean ke-4, perkiraan 2 j")


def test_the_first_line_says_the_state_once(world: World, budi: Phone) -> None:
    assert budi.says("/cek SC32232558").startswith("⏳ SC32232558 MENUNGGU\nAntrean ke-1")
    world.sets("ogp")
    assert budi.hears().startswith("🔧 SC32232558 DIPROSES (OGP), 09.00\n")
    world.sets("batal", reason="pelanggan batal")
    assert budi.hears().startswith("❌ SC32232558 BATAL, 09.00\n")


def test_leaving_a_correction_says_that_the_order_is_as_it_was(world: World, budi: Phone) -> None:
    world.sets("ont_tidak_terdeteksi")
    budi.hears()
    budi.presses("Kirim ulang data")
    assert budi.says("/batal") == "Dibatalkan. Order tidak berubah."


def test_withdrawing_what_is_not_ones_own_says_where_ones_own_are(agus: Phone, budi: Phone) -> None:
    told = "SC32232558 bukan order Anda, atau sudah tidak ada. Kirim /cek untuk daftar order Anda."
    assert agus.says("/batal SC32232558") == told
    assert budi.says("/batal SC99999999") == told.replace("32232558", "99999999")


def test_a_serial_of_an_unknown_maker_is_stored_with_a_warning(world: World) -> None:
    budi = Phone(world, 1)
    asked = budi.says("/reg AO#SC32232599#QQQQC6754546#SDA#ODP-SDA-003#F5SDA445")
    assert "Kalau memang SN modem, kirim: SN QQQQC6754546" in asked
    answer = budi.says("SN QQQQC6754546")
    assert answer.startswith("✅ Pesan diterima")
    assert "SN QQQQC6754546 (merek belum dikenal)" in answer


def bound_to(world: World, telegram_id: int | None, *, active: bool = True) -> None:
    """Budi's account is another phone's now, or nobody's."""

    def work(uow: UnitOfWork) -> None:
        uow.people.save(evolve(uow.people.get(1), telegram_id=telegram_id, active=active))

    world.transactions.write(work)


def test_a_phone_parted_from_its_person_hears_nothing_more_and_the_new_one_does(world: World, budi: Phone) -> None:
    bound_to(world, 11)
    world.sets("odp_penuh", "cari ODP lain")
    assert Phone(world, 11).hears().startswith("⏸ SC32232558 KENDALA")
    assert budi.hears() == ""


@pytest.mark.parametrize(("telegram_id", "active"), [(None, True), (1, False)])
def test_nobody_is_told_by_the_phone_of_who_is_gone(
    world: World, budi: Phone, telegram_id: int | None, active: bool
) -> None:
    bound_to(world, telegram_id, active=active)
    world.sets("odp_penuh", "cari ODP lain")
    assert budi.hears() == ""


def test_corrected_data_that_come_while_the_helpdesk_has_the_order_are_passed_on(world: World, budi: Phone) -> None:
    world.sets("ont_tidak_terdeteksi", "cek SN")
    budi.hears()
    budi.presses("Kirim ulang data")
    world.takes()
    assert budi.says("sn ztegc6754547").splitlines() == [
        "💬 SC32232558 sedang dikerjakan helpdesk. Data baru diteruskan ke helpdesk:",
        "SN modem: ZTEGC6754546 → ZTEGC6754547",
    ]
    assert world.joined() == ["SN modem: ZTEGC6754546 → ZTEGC6754547"]
    assert (world.order().reply_waiting, str(world.order().data.serial)) == (True, "ZTEGC6754546")
