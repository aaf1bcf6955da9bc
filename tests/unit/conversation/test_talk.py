"""A conversation about orders as people lead it: several drafts, doubts, receipts, and words about orders."""

import pytest

from sikpro.application.conversation.drafts import open_drafts
from sikpro.application.ports.queries import OrderRow
from sikpro.application.use_cases.people.grant_access import approve_access
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

DONE = "Pesan Anda diteruskan ke helpdesk."


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def budi(world: World) -> Phone:
    return Phone(world, 1)


@pytest.fixture
def agus(world: World) -> Phone:
    return Phone(world, 2)


@pytest.fixture
def wayan(world: World) -> Phone:
    """A technician of another Site Operation."""
    return Phone(world, 3)


@pytest.fixture
def stranger(world: World) -> Phone:
    return Phone(world, 99, "Cahyo T")


def order(number: str, *, left_out: str = "") -> str:
    """A whole order under a number, without one of its values."""
    return WHOLE.replace("SC32232558", number).replace("#F5SDA445", "").replace(left_out, "")


def drafts(world: World) -> list[str]:
    """The numbers of the unfinished orders."""
    return [draft.understood.get("registration_number", "") for draft in world.transactions.read(open_drafts)]


def row(world: World, number: str = "SC32232558") -> OrderRow:
    found = world.order(number).id
    shown = world.transactions.read(lambda uow: uow.order_queries.row(found))
    assert shown
    return shown


def two_drafts(world: World, budi: Phone, one: str, other: str) -> None:
    """Budi has begun two orders."""
    budi.says("/reg " + one)
    world.clock.later(minutes=1)
    budi.says("/reg " + other)
    world.clock.later(minutes=1)


class TestSeveralUnfinishedOrders:
    def test_each_card_works_whichever_was_sent_first(self, world: World, budi: Phone) -> None:
        two_drafts(world, budi, order("SC40000001", left_out="#SDA"), order("SC40000002", left_out="#ODP-SDA-003"))
        assert budi.presses("SDA").startswith("✅ Pesan diterima, mohon ditunggu. SC40000001")
        assert budi.says("ODP-SDA-009").startswith("✅ Pesan diterima, mohon ditunggu. SC40000002")

    def test_a_reply_to_a_card_answers_that_order(self, world: World, budi: Phone) -> None:
        two_drafts(
            world, budi, order("SC40000001", left_out="#ODP-SDA-003"), order("SC40000002", left_out="#ODP-SDA-003")
        )
        assert budi.replies("ODP-SDA-001", 0).startswith("✅ Pesan diterima, mohon ditunggu. SC40000001")
        assert drafts(world) == ["SC40000002"]

    @pytest.mark.parametrize(
        ("first", "second", "value", "filled"),
        [
            ("#ODP-SDA-003", "#ZTEGC6754546", "ODP-SDA-001", "SC40000001"),
            ("#ODP-SDA-003", "#ZTEGC6754546", "ZTEGC6754541", "SC40000002"),
            ("#SDA", "#ODP-SDA-003", "SDA", "SC40000001"),
            ("AO#", "#ODP-SDA-003", "MO", "SC40000001"),
        ],
    )
    def test_a_bare_value_goes_to_the_only_order_that_lacks_it(
        self, world: World, budi: Phone, first: str, second: str, value: str, filled: str
    ) -> None:
        two_drafts(world, budi, order("SC40000001", left_out=first), order("SC40000002", left_out=second))
        assert budi.says(value).startswith(f"✅ Pesan diterima, mohon ditunggu. {filled}")

    @pytest.mark.parametrize(("lacking", "value"), [("#ODP-SDA-003", "ODP-SDA-001"), ("#SDA", "SDA"), ("AO#", "AO")])
    def test_a_value_that_several_lack_is_asked_about_with_their_numbers_as_buttons(
        self, world: World, budi: Phone, lacking: str, value: str
    ) -> None:
        two_drafts(world, budi, order("SC40000001", left_out=lacking), order("SC40000002", left_out=lacking))
        assert budi.says(value) == f"{value}: untuk order yang mana?"
        chosen = next(label for label in budi.buttons() if label.startswith("SC40000001"))
        assert budi.presses(chosen).startswith("✅ Pesan diterima, mohon ditunggu. SC40000001")
        assert drafts(world) == ["SC40000002"]

    def test_the_question_tells_which_order_it_is_about(self, world: World, budi: Phone) -> None:
        two_drafts(world, budi, "AO#SC40000001", order("SC40000002", left_out="#SDA"))
        assert "SC40000001" in budi.replies("ZTEGC6754541", 0)

    def test_batal_names_what_is_left(self, world: World, budi: Phone) -> None:
        two_drafts(world, budi, order("SC40000001", left_out="#SDA"), order("SC40000002", left_out="#SDA"))
        assert budi.says("/batal") == (
            "Pengisian dibatalkan. Tidak ada order yang masuk.\nMasih ada yang belum lengkap: SC40000001 · AO."
        )
        assert drafts(world) == ["SC40000001"]
        assert budi.says("/batal") == "Pengisian dibatalkan. Tidak ada order yang masuk."

    def test_a_second_faulty_order_leaves_the_first_open(self, world: World, budi: Phone) -> None:
        budi.says(order("SC40000001").replace("C6754546", "C67S4546"))
        world.clock.later(minutes=1)
        budi.says(order("SC40000002").replace("C6754546", "C67S4547"))
        assert drafts(world) == ["SC40000001", "SC40000002"]
        assert budi.press_data(budi.inbox[0].buttons[0][0].data, budi.ids[0]).startswith("✅")
        assert str(world.order("SC40000001").data.serial) == "ZTEGC6754546"


class TestDoubts:
    def test_all_doubts_of_a_message_stand_on_one_card_with_the_readings_as_buttons(self, budi: Phone) -> None:
        answer = budi.says("AO#SC32232558#ZTEGC67S4546#SDQ#ODP-SDA-003#F5SDA44")
        assert answer == (
            "⚠️ Order BELUM masuk: cek SN modem, STO, kode teknisi\n"
            "SN modem: ZTEGC67S4546, maksudnya ZTEGC6754546?\n"
            "STO: SDQ, maksudnya SDA?\n"
            "Kode teknisi: F5SDA44, maksudnya F5SDA445 Budi?\n"
            "Terbaca: AO · SC32232558 · ODP-SDA-003"
        )
        assert [label for label in budi.buttons() if not label.startswith("Ketik")] == [
            "ZTEGC6754546",
            "SDA",
            "F5SDA445 Budi",
        ]

    @pytest.mark.parametrize("word", ["ya", "Iya pak", "betul", "inggih", "yes"])
    def test_yes_in_words_takes_the_reading(self, world: World, budi: Phone, word: str) -> None:
        budi.says(WHOLE.replace("C6754546", "C67S4546"))
        assert budi.says(word).startswith("✅ Pesan diterima")
        assert str(world.order().data.serial) == "ZTEGC6754546"

    @pytest.mark.parametrize("word", ["bukan", "salah pak", "tidak", "dudu", "no"])
    def test_no_in_words_asks_for_the_value_again(self, world: World, budi: Phone, word: str) -> None:
        budi.says(WHOLE.replace("C6754546", "C67S4546"))
        assert budi.says(word).startswith("SN modem? Contoh: ZTEGC6754546")
        assert budi.says("ZTEGC6754549").startswith("✅ Pesan diterima")
        assert str(world.order().data.serial) == "ZTEGC6754549"

    def test_yes_chooses_nothing_between_two_readings(self, world: World, budi: Phone) -> None:
        budi.says("AO SC32232558 SDA ODP-SDA-003 ZTEGC6754546 HWTC1A2B3C4D")
        assert budi.buttons() == ["ZTEGC6754546", "HWTC1A2B3C4D", "Ketik ulang SN modem"]
        assert "✅" not in budi.says("ya")
        assert budi.presses("HWTC1A2B3C4D").startswith("✅")

    def test_a_further_value_beside_one_in_the_draft_is_asked_about(self, world: World, budi: Phone) -> None:
        budi.says("/reg " + order("SC32232558", left_out="#ODP-SDA-003"))
        assert budi.says("ZTEGC6754549").startswith("⚠️ Order BELUM masuk: SN modem yang mana?")
        assert budi.buttons()[:2] == ["ZTEGC6754546", "ZTEGC6754549"]
        budi.presses("ZTEGC6754549")
        budi.says("ODP-SDA-003")
        assert str(world.order().data.serial) == "ZTEGC6754549"

    @pytest.mark.parametrize("text", ["SN: ZTEGC6754549", "SN baru ZTEGC6754549", "sn ont ztegc6754549"])
    def test_a_labelled_value_takes_the_place_of_one_in_the_draft(self, world: World, budi: Phone, text: str) -> None:
        budi.says("/reg " + order("SC32232558", left_out="#ODP-SDA-003"))
        assert budi.says(text).startswith("ODP? Contoh")
        budi.says("ODP-SDA-003")
        assert str(world.order().data.serial) == "ZTEGC6754549"

    def test_words_as_an_answer_become_the_note_and_the_question_stays(self, world: World, budi: Phone) -> None:
        budi.says("/reg " + order("SC32232558", left_out="#ODP-SDA-003"))
        assert budi.says("rumah pagar hijau di depan masjid").startswith("📝 Dicatat sebagai catatan.\nODP? Contoh")
        budi.says("ODP-SDA-003")
        assert world.order().data.note == "rumah pagar hijau di depan masjid"

    def test_the_example_box_has_the_orders_own_sto(self, budi: Phone) -> None:
        assert budi.says("/reg AO#SC32232558#ZTEGC6754546#TUN").startswith("ODP? Contoh: ODP-TUN-003")

    def test_a_number_at_the_type_question_is_asked_about_and_not_lost(self, world: World, budi: Phone) -> None:
        budi.says("/reg")
        assert "40000010, maksudnya SC40000010?" in budi.says("40000010")
        assert budi.says("ya").startswith("Tipe order?")
        budi.presses("AO")
        for text in ("ZTEGC6754546", "SDA", "ODP-SDA-003"):
            budi.says(text)
        assert world.order("SC40000010").data.type == "AO"


class TestPlaceInTheQueue:
    def test_an_order_keeps_the_time_of_its_first_message_though_the_answer_comes_late(
        self, world: World, budi: Phone, agus: Phone
    ) -> None:
        budi.says("/reg " + order("SC32232558", left_out="#ODP-SDA-003"))
        world.clock.later(minutes=4)
        agus.says(order("SC40000002"))
        world.clock.later(minutes=5)
        assert "antrean ke-1" in budi.says("ODP-SDA-003").splitlines()[0]
        assert world.order().received_at == NINE
        assert row(world).received_at == NINE
        assert "Antrean ke-2" in agus.says("/cek SC40000002")

    def test_an_order_begun_by_a_button_counts_from_the_first_value_typed(self, world: World, budi: Phone) -> None:
        budi.says("/start")
        budi.presses("Order baru")
        world.clock.later(minutes=3)
        budi.presses("AO")
        world.clock.later(minutes=1)
        budi.says("SC32232558")
        world.clock.later(minutes=9)
        for text in ("ZTEGC6754546", "SDA", "ODP-SDA-003"):
            budi.says(text)
        assert (world.order().received_at - NINE).total_seconds() == 4 * 60

    def test_an_edit_of_the_first_message_keeps_its_time(self, world: World, budi: Phone) -> None:
        budi.says("/reg " + order("SC32232558", left_out="#ODP-SDA-003"))
        world.clock.later(minutes=9)
        assert budi.edits("/reg " + WHOLE).startswith("✅")
        assert world.order().received_at == NINE


class TestReceipt:
    def test_it_shows_all_that_was_read_in_five_lines(self, budi: Phone) -> None:
        note = "rumah pagar hijau depan masjid Al Ikhlas, pelanggan ada sesudah jam tiga sore"
        budi.says(order("SC40000001"))
        assert budi.says(f"{WHOLE}#port 5#{note}").splitlines() == [
            "✅ Pesan diterima, mohon ditunggu. SC32232558, antrean ke-2",
            "AO · SN ZTEGC6754546 (ZTE)",
            "SDA · ODP-SDA-003 port 5 · F5SDA445 Budi",
            f"📝 {note[:59]}…",
            "⚠️ SN ini juga di SC40000001.",
        ]
        assert budi.buttons() == ["Ada yang salah", "Tarik order"]

    def test_the_same_port_of_the_same_box_is_said(self, budi: Phone) -> None:
        budi.says(order("SC40000001") + " port 5")
        answer = budi.says(order("SC40000002").replace("6754546", "6754547") + " port 5")
        assert answer.splitlines()[-1] == "⚠️ Port ini juga di SC40000001."

    def test_a_finished_orders_serial_is_not_said(self, world: World, budi: Phone) -> None:
        budi.says(WHOLE)
        world.sets("selesai")
        budi.hears()
        assert "⚠️" not in budi.says(order("SC40000001"))

    @pytest.mark.parametrize(
        ("button", "value", "name", "stored"),
        [
            ("Tipe order", "[MO]", "type", "MO"),
            ("No. registrasi (SC)", "SC40000001", "registration_number", "SC40000001"),
            ("SN modem", "ztegc6754549", "serial", "ZTEGC6754549"),
            ("ODP", "odp sda 009", "odp", "ODP-SDA-009"),
            ("Kode teknisi", "F5TUN446", "technician", "F5TUN446"),
            ("Port ODP", "7", "port", "7"),
            ("Catatan", "rumah pagar biru di belakang", "note", "rumah pagar biru di belakang"),
        ],
    )
    def test_each_field_that_was_read_wrong_is_put_right(
        self, world: World, budi: Phone, button: str, value: str, name: str, stored: str
    ) -> None:
        budi.says(f"{WHOLE}#port 5#pagar hijau")
        before = world.order()
        assert budi.presses("Ada yang salah").startswith("SC32232558: yang mana yang salah?\nAO · SN ZTEGC6754546")
        assert budi.presses(button).startswith(f"{button}?")
        answer = budi.presses(value[1:-1]) if value.startswith("[") else budi.says(value)
        assert answer.startswith("✅ Data SC"), answer
        after = world.transactions.read(lambda uow: uow.orders.get(before.id))
        assert str(getattr(after.data, name)) == stored
        assert after.data.differences(before.data)[0].field == name
        assert len(after.data.differences(before.data)) == 1
        assert after.received_at == before.received_at

    def test_another_sto_asks_about_the_box(self, world: World, budi: Phone) -> None:
        budi.says(WHOLE)
        budi.presses("Ada yang salah")
        budi.presses("STO")
        assert budi.presses("TUN").startswith("⚠️ Perbaikan BELUM masuk: cek ODP")
        assert budi.presses("ODP-TUN-003").startswith("✅ Data SC32232558")
        assert (str(world.order().data.sto), str(world.order().data.odp)) == ("TUN", "ODP-TUN-003")

    def test_only_fields_that_hold_something_have_a_button(self, budi: Phone) -> None:
        budi.says(WHOLE)
        budi.presses("Ada yang salah")
        assert budi.buttons() == ["Tipe order", "No. registrasi (SC)", "SN modem", "STO", "ODP", "Kode teknisi"]

    def test_withdrawing_asks_once(self, world: World, budi: Phone) -> None:
        budi.says(WHOLE)
        assert budi.presses("Tarik order") == "Tarik SC32232558? Order keluar dari antrean."
        assert world.order().phase == "waiting"
        assert budi.presses("Ya, tarik").startswith("🗑 SC32232558 ditarik")
        assert world.order().phase == "cancelled"


class TestWordsAboutAnOrder:
    @pytest.fixture(autouse=True)
    def _order(self, world: World, budi: Phone) -> None:
        budi.says(WHOLE)
        world.clock.later(minutes=5)

    @pytest.mark.parametrize(
        "text",
        ["cek SC32232558", "SC32232558", "SC32232558 gimana pak?", "mohon info SC32232558", "SC32232558 wis durung?"],
    )
    def test_a_question_is_answered_with_the_state_and_its_buttons(self, world: World, budi: Phone, text: str) -> None:
        assert budi.says(text).startswith("⏳ SC32232558 MENUNGGU\nAntrean ke-1")
        assert budi.buttons()[-1] == "Tarik order"
        assert world.joined() == []

    @pytest.mark.parametrize("text", ["tolong SC32232558 cepat ya", "SC32232558 urgent", "SC32232558 ndang yo cak"])
    def test_a_plea_is_a_nudge_that_neither_joins_nor_turns_the_clock(
        self, world: World, budi: Phone, text: str
    ) -> None:
        before = row(world)
        assert budi.says(text).startswith("🔔 Helpdesk sudah diingatkan untuk SC32232558.")
        after = row(world)
        assert (after.turn, after.turn_since, after.phase) == (before.turn, before.turn_since, before.phase)
        assert (world.joined(), world.order().reply_waiting) == ([], False)
        assert world.order().nudged_at == world.clock.now()

    def test_pleas_have_the_nudges_limit(self, world: World, budi: Phone) -> None:
        budi.says("tolong SC32232558 cepat ya")
        first = world.order().nudged_at
        world.clock.later(minutes=1)
        assert budi.says("SC32232558 cepat pak").startswith("Helpdesk sudah diingatkan. Bisa lagi setelah")
        assert world.order().nudged_at == first
        assert world.joined() == []

    @pytest.mark.parametrize(
        "text",
        [
            "SC32232558 kendala ODP penuh",
            "SC32232558 ONT LOS merah",
            "SC32232558 done, mohon PS",
            "SC32232558 rumah kosong",
            "SC32232558 ONT e LOS abang cak",
            "SC32232558 customer not at home",
        ],
    )
    def test_facts_join_and_mark_the_order_and_turn_the_clock(self, world: World, budi: Phone, text: str) -> None:
        world.sets("ont_tidak_terdeteksi")
        budi.hears()
        assert world.order().turn == "technician"
        assert budi.says(text).endswith(DONE)
        assert world.joined() == [text]
        assert (world.order().turn, world.order().reply_waiting) == ("helpdesk", True)

    def test_a_photo_that_names_the_order_joins_it(self, world: World, budi: Phone) -> None:
        assert budi.sends_photo("SC32232558 ini fotonya").endswith(DONE)
        assert world.files() == [("photo", "file-1")]
        assert world.order().reply_waiting

    @pytest.mark.parametrize("text", ["SC32232558 terima kasih pak", "makasih SC32232558", "matur nuwun SC32232558"])
    def test_thanks_about_an_order_set_nothing(self, world: World, budi: Phone, text: str) -> None:
        assert budi.says(text) == "(🙏)"
        assert (world.joined(), world.order().reply_waiting) == ([], False)

    @pytest.mark.parametrize("text", ["batal SC32232558", "SC32232558 cancel pak", "SC32232558 batalno wae"])
    def test_the_owner_is_asked_whether_to_withdraw_while_nobody_has_it(
        self, world: World, budi: Phone, text: str
    ) -> None:
        assert budi.says(text) == "⏳ SC32232558 MENUNGGU\nOrder ini mau ditarik?"
        assert budi.buttons() == ["Tarik order", "Teruskan ke helpdesk"]
        assert world.joined() == []
        assert budi.presses("Teruskan ke helpdesk").endswith(DONE)
        assert world.joined() == [text]
        assert world.order().phase == "waiting"

    def test_the_owner_withdraws_by_words_and_a_button(self, world: World, budi: Phone) -> None:
        budi.says("SC32232558 batal pak")
        assert budi.press_data(budi.last.buttons[0][0].data, budi.ids[-1]).startswith("🗑 SC32232558 ditarik")
        assert world.order().phase == "cancelled"

    def test_batal_joins_when_a_helpdesk_has_the_order(self, world: World, budi: Phone) -> None:
        world.takes()
        assert budi.says("SC32232558 batal pak").endswith(DONE)
        assert world.joined() == ["SC32232558 batal pak"]
        assert world.order().phase == "in_progress"

    def test_a_correction_is_joined_and_offered(self, world: World, budi: Phone) -> None:
        text = "SC32232558 SN salah, yang benar ZTEGC6754549"
        answer = budi.says(text)
        assert answer.endswith("Ganti data SC32232558?\nSN modem: ZTEGC6754546 → ZTEGC6754549")
        assert world.joined() == [text]
        assert str(world.order().data.serial) == "ZTEGC6754546"
        assert budi.presses("Ya, ganti").startswith("✅ Data SC32232558 diperbaiki")
        assert str(world.order().data.serial) == "ZTEGC6754549"

    def test_a_correction_may_be_left(self, world: World, budi: Phone) -> None:
        budi.says("SC32232558 SN salah, yang benar ZTEGC6754549")
        budi.presses("Biarkan")
        assert str(world.order().data.serial) == "ZTEGC6754546"
        assert len(world.joined()) == 1

    def test_a_correction_of_an_order_that_somebody_has_only_joins(self, world: World, budi: Phone) -> None:
        world.takes()
        assert budi.says("SC32232558 SN salah, yang benar ZTEGC6754549").endswith(DONE)
        assert len(world.joined()) == 1

    def test_a_colleagues_words_join_with_their_name_and_without_buttons(
        self, world: World, budi: Phone, agus: Phone
    ) -> None:
        assert agus.says("SC32232558 kendala ODP penuh").endswith(DONE)
        assert agus.buttons() == []
        entries = world.transactions.read(lambda uow: uow.journal.of_order(world.order().id))
        assert entries[-1].actor == 2
        assert world.joined() == ["SC32232558 kendala ODP penuh"]
        assert world.order().reply_waiting
        assert agus.says("SC32232558 gimana?").startswith("⏳ SC32232558 MENUNGGU")
        assert agus.buttons() == []
        assert agus.says("SC32232558 batal pak").endswith(DONE)
        assert world.order().phase == "waiting"

    @pytest.mark.parametrize(
        "text", ["SC32232558 kendala ODP penuh", "SC32232558 gimana?", "batal SC32232558", "SC32232558 cepat pak"]
    )
    def test_a_technician_of_another_site_operation_learns_nothing(self, world: World, wayan: Phone, text: str) -> None:
        unknown = Phone(world, 3).says(text.replace("SC32232558", "SC99999999"))
        assert wayan.says(text).replace("SC32232558", "SC99999999") == unknown
        assert wayan.buttons() == ["Daftarkan SC32232558"]
        assert (world.joined(), world.order().nudged_at) == ([], None)


class TestSmallTalk:
    @pytest.mark.parametrize(
        ("text", "nod"),
        [
            ("makasih", "(🙏)"),
            ("terima kasih pak", "(🙏)"),
            ("thanks min", "(🙏)"),
            ("suwun cak", "(🙏)"),
            ("selamat pagi", "(🤝)"),
            ("assalamualaikum", "(🤝)"),
            ("👍", "(👍)"),
            ("🙏🙏", "(👍)"),
        ],
    )
    @pytest.mark.parametrize("state", ["none", "order", "draft"])
    def test_it_is_nodded_at_and_never_an_error(
        self, world: World, budi: Phone, text: str, nod: str, state: str
    ) -> None:
        if state == "order":
            budi.says(WHOLE)
        elif state == "draft":
            budi.says("/reg AO#SC32232558")
        assert budi.says(text) == nod
        assert world.ledger()[0].outcome == "command"
        assert drafts(world) == (["SC32232558"] if state == "draft" else [])


class TestSlipsOfCommands:
    @pytest.mark.parametrize("command", ["/ref ", "/rge ", "/regAO#", "/register ", "reg ", "/REG\n"])
    def test_an_order_behind_a_slipped_command_is_taken(self, world: World, budi: Phone, command: str) -> None:
        text = WHOLE.removeprefix("AO#") if command.endswith("AO#") else WHOLE
        assert budi.says(command + text).startswith("✅ Pesan diterima, mohon ditunggu. SC32232558")
        assert (world.order().data.type, world.order().data.note) == ("AO", "")

    @pytest.mark.parametrize(
        "text", ["/status SC32232558", "/cek 32232558 pak", "/cek ZTEGC6754546", "/chek SC32232558", "/cekSC32232558"]
    )
    def test_a_slipped_or_wordy_cek_shows_the_order(self, budi: Phone, text: str) -> None:
        budi.says(WHOLE)
        assert budi.says(text).startswith("⏳ SC32232558 MENUNGGU")

    def test_a_number_with_polite_words_is_still_the_number(self, budi: Phone) -> None:
        assert budi.says("/cek 88117764 pak").startswith("SC88117764 belum ada di SIKPRO")

    def test_cek_shows_every_order_that_is_named(self, budi: Phone) -> None:
        budi.says(order("SC40000001"))
        budi.says(order("SC40000002"))
        answer = budi.says("/cek SC40000001 SC40000002")
        assert "SC40000001 MENUNGGU" in answer
        assert "SC40000002 MENUNGGU" in answer

    def test_a_command_that_is_like_none_is_unknown(self, budi: Phone) -> None:
        assert budi.says("/menu").startswith("Perintah /menu tidak ada.")


class TestTwoOrdersInOneMessage:
    TWO = "\n".join([order("SC40000001"), order("SC40000002").replace("6754546", "6754547")])

    def test_each_is_registered_with_its_receipt(self, world: World, budi: Phone) -> None:
        budi.says(self.TWO)
        assert [message.text.splitlines()[0] for message in budi.inbox] == [
            "✅ Pesan diterima, mohon ditunggu. SC40000001, antrean ke-1",
            "✅ Pesan diterima, mohon ditunggu. SC40000002, antrean ke-2",
        ]

    def test_an_edit_changes_only_the_order_whose_lines_changed(self, world: World, budi: Phone) -> None:
        budi.says(self.TWO)
        answer = budi.edits(self.TWO.replace("6754547", "6754549"))
        assert answer.splitlines()[1:] == ["SN modem: ZTEGC6754547 → ZTEGC6754549"]
        assert "SC40000002" in answer
        assert str(world.order("SC40000001").data.serial) == "ZTEGC6754546"

    def test_an_order_added_by_an_edit_is_registered(self, world: World, budi: Phone) -> None:
        budi.says(self.TWO)
        answer = budi.edits(self.TWO + "\n" + order("SC40000003"))
        assert answer.splitlines()[0] == "✅ Pesan diterima, mohon ditunggu. SC40000003, antrean ke-3"
        assert answer.count("✅") == 1

    def test_the_faulty_one_is_asked_about_and_the_other_is_stored(self, world: World, budi: Phone) -> None:
        answer = budi.says(self.TWO.replace("C6754547", "C67S4547"))
        assert answer.startswith("✅ Pesan diterima, mohon ditunggu. SC40000001")
        assert "⚠️ Order BELUM masuk: cek SN modem" in answer
        assert drafts(world) == ["SC40000002"]

    def test_a_double_among_them_does_not_hold_up_the_other(self, world: World, budi: Phone) -> None:
        budi.says(order("SC40000001"))
        answer = budi.says(self.TWO)
        assert "⛔ Ditolak: SC40000001" in answer
        assert "✅ Pesan diterima, mohon ditunggu. SC40000002" in answer


class TestStrangers:
    def approve(self, world: World) -> None:
        def work(uow) -> None:  # type: ignore[no-untyped-def]  # a unit of work
            request = uow.access_requests.pending()[0]
            approve_access(uow, request.id, world.person("bagus"), world.clock.now(), site_operation="SDA", zone=ZONE)

        world.transactions.write(work)

    def test_a_whole_order_is_kept_and_offered_with_a_button_after_approval(
        self, world: World, stranger: Phone
    ) -> None:
        assert stranger.says("/reg " + order("SC40000001")).startswith("Order ini BELUM masuk, tetapi disimpan.")
        stranger.says("Cahyo F5SDA888")
        self.approve(world)
        assert order("SC40000001") in stranger.hears()
        assert stranger.buttons() == ["Kirim order"]
        assert stranger.presses("Kirim order").startswith("✅ Pesan diterima, mohon ditunggu. SC40000001")
        assert str(world.order("SC40000001").data.technician) == "F5SDA888"

    def test_kirim_order_after_the_same_was_typed_says_that_it_is_there(self, world: World, stranger: Phone) -> None:
        stranger.says("/reg " + order("SC40000001"))
        stranger.says("Cahyo F5SDA888")
        self.approve(world)
        stranger.hears()
        stranger.says("/reg " + order("SC40000001"))
        assert stranger.presses("Kirim order").startswith("⛔ Ditolak: SC40000001 sudah masuk")

    def test_what_belongs_to_an_order_is_no_name_and_code(self, world: World, stranger: Phone) -> None:
        for text in ("AO", "ODP-SDA-003", "SC32232558", "ZTEGC6754546"):
            assert stranger.says(text).startswith("Akun ini belum terdaftar.\nBalas dengan nama dan kode")
        assert world.transactions.read(lambda uow: uow.access_requests.pending()) == ()


class TestQuestionsAnsweredInWords:
    """Each question of the bot understands an answer in words as well as its buttons."""

    def test_a_number_answers_which_order_a_value_is_for(self, world: World, budi: Phone) -> None:
        two_drafts(world, budi, order("SC40000001", left_out="#SDA"), order("SC40000002", left_out="#SDA"))
        budi.says("SDA")
        assert budi.says("SC40000001").startswith("✅ Pesan diterima, mohon ditunggu. SC40000001")

    def test_values_that_wait_for_the_same_answer_go_together_with_their_photo(self, world: World, budi: Phone) -> None:
        two_drafts(world, budi, "AO#SC40000001#SDA", "AO#SC40000002#SDA")
        budi.sends_photo("ZTEGC6754541")
        assert budi.says("ODP-SDA-001") == "ZTEGC6754541 ODP-SDA-001: untuk order yang mana?"
        assert budi.says("SC40000001").startswith("✅ Pesan diterima, mohon ditunggu. SC40000001")
        assert world.files("SC40000001") == [("photo", "file-1")]

    def test_a_number_takes_the_place_of_a_wrong_one(self, budi: Phone) -> None:
        budi.says("/reg")
        budi.presses("AO")
        assert "Tertulis: belum dapat" in budi.says("belum dapat")
        assert budi.says("SC40000001").startswith("SN modem?")

    @pytest.mark.parametrize(("word", "serial"), [("ya", "ZTEGC6754549"), ("tidak pak", "ZTEGC6754546")])
    def test_an_offered_change(self, world: World, budi: Phone, word: str, serial: str) -> None:
        budi.says(WHOLE)
        budi.says("SC32232558 SN salah, yang benar ZTEGC6754549")
        budi.says(word)
        assert str(world.order().data.serial) == serial

    @pytest.mark.parametrize("ask", ["batal SC32232558", "[Tarik order]"])
    @pytest.mark.parametrize(("word", "phase"), [("ya pak", "cancelled"), ("tidak", "waiting")])
    def test_a_withdrawal(self, world: World, budi: Phone, ask: str, word: str, phase: str) -> None:
        budi.says(WHOLE)
        _ = budi.presses(ask[1:-1]) if ask.startswith("[") else budi.says(ask)
        budi.says(word)
        assert world.order().phase == phase
        assert world.joined() == []

    def test_a_double_sent_as_a_correction(self, world: World, budi: Phone) -> None:
        budi.says(WHOLE)
        world.sets("ont_tidak_terdeteksi")
        budi.hears()
        budi.says(WHOLE.replace("6754546", "6754549"))
        assert budi.says("ya").startswith("✅ Data SC32232558 diperbaiki")
        assert str(world.order().data.serial) == "ZTEGC6754549"

    def test_yes_between_two_readings_asks_the_same_again(self, budi: Phone) -> None:
        budi.says("AO SC32232558 SDA ODP-SDA-003 ZTEGC6754546 HWTC1A2B3C4D")
        assert budi.says("ya").startswith("⚠️ Order BELUM masuk: SN modem yang mana?")

    @pytest.mark.parametrize("word", ["batal", "batal pak", "tidak jadi", "gak jadi", "cancel"])
    def test_a_question_is_left_in_words(self, world: World, budi: Phone, word: str) -> None:
        budi.says("/reg AO#SC40000001")
        assert budi.says(word) == "Pengisian dibatalkan. Tidak ada order yang masuk."
        assert drafts(world) == []

    @pytest.mark.parametrize("word", ["cek", "status", "status order saya", "cek pak"])
    def test_ones_orders_are_listed_in_words_and_the_question_stays(self, world: World, budi: Phone, word: str) -> None:
        budi.says(WHOLE)
        budi.says("/reg AO#SC40000001")
        assert budi.says(word).startswith("1 order Anda masih berjalan:\nSC32232558")
        assert drafts(world) == ["SC40000001"]

    def test_help_is_given_in_words(self, budi: Phone) -> None:
        assert budi.says("menu") == budi.says("/help")

    def test_a_type_alone_begins_an_order(self, world: World, budi: Phone) -> None:
        assert budi.says("AO").startswith("No. registrasi (SC)?")
        for text in ("SC32232558", "ZTEGC6754546", "SDA"):
            budi.says(text)
        assert budi.says("ODP-SDA-003").startswith("✅")

    def test_a_number_that_is_not_there_is_registered_by_a_button(self, world: World, budi: Phone) -> None:
        assert budi.says("SC32232558").startswith("SC32232558 belum ada di SIKPRO")
        assert budi.presses("Daftarkan SC32232558").startswith("Tipe order?")
        assert drafts(world) == ["SC32232558"]
        budi.presses("Daftarkan SC32232558")
        assert drafts(world) == ["SC32232558"]

    @pytest.mark.parametrize("text", ["ok", "siap pak", "oke siap", "noted", "baik", "ya", "P"])
    def test_what_only_says_that_it_was_read_is_nodded_at(self, world: World, budi: Phone, text: str) -> None:
        assert budi.says(text) in {"(👍)", "(🤝)"}
        budi.says("/reg AO#SC40000001")
        assert budi.says(text) in {"(👍)", "(🤝)"}
        assert budi.says("ZTEGC6754546").startswith("STO?")


class TestNothingVanishes:
    """What somebody says is stored, passed on, asked about, or said to be not passed on."""

    @pytest.fixture(autouse=True)
    def _order(self, world: World, budi: Phone) -> None:
        budi.says(WHOLE + "#pagar hijau")
        world.clock.later(minutes=5)

    @pytest.mark.parametrize(
        ("text", "change"),
        [
            ("SC32232558 ODP-SDA-009", "ODP: ODP-SDA-003 → ODP-SDA-009"),
            ("SC32232558 SN ZTEGC6754549", "SN modem: ZTEGC6754546 → ZTEGC6754549"),
            ("SC32232558 port 5", "Port ODP: - → 5"),
            ("SC32232558 ODP ne dudu ODP-SDA-003 tapi ODP-SDA-009", "ODP: ODP-SDA-003 → ODP-SDA-009"),
        ],
    )
    @pytest.mark.parametrize("draft", [False, True])
    def test_a_new_value_for_an_order_is_passed_on_and_offered(
        self, world: World, budi: Phone, text: str, change: str, draft: bool
    ) -> None:
        if draft:
            budi.says("/reg AO#ZTEGC6754540#SDA#ODP-SDA-001")
        assert budi.says(text).endswith(f"{DONE}\nGanti data SC32232558?\n{change}")
        assert world.joined() == [text]
        assert len(drafts(world)) == draft

    @pytest.mark.parametrize("text", ["ZTEGC6754549", "SN nya ZTEGC6754549 ya pak"])
    def test_a_value_in_reply_is_passed_on_and_offered(self, world: World, budi: Phone, text: str) -> None:
        assert budi.replies(text).endswith("SN modem: ZTEGC6754546 → ZTEGC6754549")
        assert world.joined() == [text]

    @pytest.mark.parametrize("command", ["", "/reg "])
    def test_a_double_with_another_value_is_offered_as_a_change(self, world: World, budi: Phone, command: str) -> None:
        answer = budi.says(command + WHOLE.replace("6754546", "6754549"))
        assert answer.startswith("⛔ Ditolak: SC32232558 sudah masuk")
        assert answer.endswith("Ganti data SC32232558?\nSN modem: ZTEGC6754546 → ZTEGC6754549")
        assert "Tidak perlu kirim ulang" not in answer
        assert budi.presses("Ya, ganti").startswith("✅ Data SC32232558 diperbaiki")
        assert world.order().data.note == "pagar hijau"

    @pytest.mark.parametrize(
        "text",
        [
            "SC32232558 ODP penuh mohon dibantu, terima kasih",
            "SC32232558 pelanggan minta besok pagi jam delapan, cepat ya",
            "SC32232558 bisa pindah jadwal besok pagi jam delapan?",
            "makasih SC32232558, tapi internetnya belum nyala sama sekali",
        ],
    )
    def test_facts_beside_thanks_a_plea_or_a_question_reach_the_helpdesk(
        self, world: World, budi: Phone, text: str
    ) -> None:
        assert budi.says(text).endswith(DONE)
        assert world.joined() == [text]

    @pytest.mark.parametrize("text", ["👍", "ok pak", "siap", "makasih pak", "🙏"])
    def test_a_nod_in_reply_sets_nothing(self, world: World, budi: Phone, text: str) -> None:
        assert budi.replies(text) in {"(👍)", "(🙏)"}
        assert (world.joined(), world.order().reply_waiting) == ([], False)

    @pytest.mark.parametrize("text", ["ya", "sudah pak", "terima kasih, tapi internetnya mati"])
    def test_what_may_answer_the_helpdesk_is_passed_on(self, world: World, budi: Phone, text: str) -> None:
        assert budi.replies(text).endswith(DONE)
        assert world.joined() == [text]

    def test_words_about_two_orders_reach_both(self, world: World, budi: Phone) -> None:
        budi.says(order("SC40000001"))
        budi.says("SC32232558 dan SC40000001 kendala ODP penuh")
        assert len(world.joined()) == len(world.joined("SC40000001")) == 1
        assert drafts(world) == []
        answer = budi.says("SC32232558 SC40000001 gimana?")
        assert "SC32232558 MENUNGGU" in answer
        assert "SC40000001 MENUNGGU" in answer

    @pytest.mark.parametrize("question", ["Kirim ulang data", "Tanya helpdesk"])
    def test_words_that_name_another_order_are_not_taken_as_an_answer(
        self, world: World, budi: Phone, question: str
    ) -> None:
        budi.says(order("SC40000001"))
        world.sets("ont_tidak_terdeteksi")
        budi.hears()
        budi.presses(question)
        assert budi.says("SC40000001 gimana").startswith("⏳ SC40000001 MENUNGGU")
        assert budi.says("SC40000001 kendala ODP penuh").endswith(DONE)
        assert world.joined("SC40000001") == ["SC40000001 kendala ODP penuh"]
        assert (world.joined(), world.order().number) == ([], "SC32232558")

    def test_a_correction_keeps_the_note(self, world: World, budi: Phone) -> None:
        world.sets("ont_tidak_terdeteksi")
        budi.hears()
        budi.presses("Kirim ulang data")
        budi.says("sn ztegc6754549 ya pak")
        assert (str(world.order().data.serial), world.order().data.note) == ("ZTEGC6754549", "pagar hijau")

    def test_a_correction_leaves_what_was_changed_meanwhile(self, world: World, budi: Phone) -> None:
        budi.presses("Ada yang salah")
        budi.presses("SN modem")
        budi.edits(WHOLE.replace("ODP-SDA-003", "ODP-SDA-009") + "#pagar hijau")
        assert budi.says("ZTEGC6754549").startswith("✅ Data SC32232558")
        assert (str(world.order().data.serial), str(world.order().data.odp)) == ("ZTEGC6754549", "ODP-SDA-009")

    def test_a_second_wrong_field_takes_the_place_of_the_first(self, world: World, budi: Phone) -> None:
        budi.presses("Ada yang salah")
        budi.presses("SN modem")
        world.clock.later(minutes=1)
        budi.presses("ODP")
        assert budi.says("/batal") == "Dibatalkan. Order tidak berubah."
        assert drafts(world) == []

    def test_an_optional_field_that_is_wrong_can_be_emptied(self, world: World, budi: Phone) -> None:
        budi.presses("Ada yang salah")
        assert budi.presses("Catatan") == "Catatan?"
        assert budi.buttons() == ["Kosongkan"]
        assert budi.presses("Kosongkan").startswith("✅ Data SC32232558")
        assert world.order().data.note == ""

    def test_a_box_of_another_sto_is_agreed_to_once(self, world: World, budi: Phone) -> None:
        budi.says(order("SC40000001").replace("#SDA#", "#TUN#"))
        budi.presses("Ya, ODP memang beda STO")
        budi.presses("Ada yang salah")
        budi.presses("SN modem")
        assert budi.says("ZTEGC6754549").startswith("✅ Data SC40000001")

    def test_somebody_elses_number_does_not_end_what_was_typed(self, world: World, budi: Phone, agus: Phone) -> None:
        agus.says(order("SC40000001"))
        budi.says("/reg AO#ZTEGC6754540#SDA#ODP-SDA-001")
        answer = budi.says("SC40000001")
        assert answer.startswith("⛔ Ditolak: SC40000001 sudah masuk")
        assert "No. registrasi (SC)? Contoh" in answer
        assert budi.says("SC40000002").startswith("✅ Pesan diterima, mohon ditunggu. SC40000002")

    def test_an_order_with_a_doubtful_number_does_not_flow_into_another(self, world: World, budi: Phone) -> None:
        budi.says("/reg AO#SC40000001#SDA#ODP-SDA-001")
        world.clock.later(minutes=1)
        budi.says("AO#SC40000002#ZTEGC6754540#SDA#ODP-SDA-002\nSC40000003")
        assert len(drafts(world)) == 2
        assert "SC40000001" in drafts(world)

    def test_an_edited_correction_is_offered_as_it_is_now(self, world: World, budi: Phone) -> None:
        budi.says("SC32232558 SN salah, yang benar ZTEGC6754548")
        assert budi.edits("SC32232558 SN salah, yang benar ZTEGC6754549").endswith("ZTEGC6754546 → ZTEGC6754549")
        budi.presses("Ya, ganti")
        assert str(world.order().data.serial) == "ZTEGC6754549"

    def test_an_edit_that_names_another_order_goes_there(self, world: World, budi: Phone) -> None:
        budi.says(order("SC40000001"))
        budi.says("SC32232558 ODP penuh")
        budi.edits("SC40000001 ODP penuh")
        assert world.joined("SC40000001") == ["SC40000001 ODP penuh"]

    def test_an_edit_down_to_one_of_two_orders_is_about_that_one(self, world: World, budi: Phone) -> None:
        budi.says(TestTwoOrdersInOneMessage.TWO)
        answer = budi.edits(order("SC40000001").replace("6754546", "6754549"))
        assert answer.startswith("✏️ SC40000001 diperbaiki")
        answer = budi.edits(order("SC40000002").replace("6754546", "6754548"))
        assert answer.startswith("✏️ SC40000002 diperbaiki")


class TestInAGroup:
    def test_a_colleague_is_told_whom_a_card_asks(self, world: World) -> None:
        group = Phone(world, 1, chat=-5)
        group.says("/reg " + order("SC32232558", left_out="#ODP-SDA-003"))
        group.user = 2
        assert group.replies("ODP-SDA-003").startswith("Pertanyaan itu untuk Budi.")
        assert len(drafts(world)) == 1
        group.user = 1
        assert group.replies("ODP-SDA-003", 0).startswith("✅")

    def test_a_colleagues_words_are_passed_on_and_nothing_is_shown(self, world: World) -> None:
        group = Phone(world, 1, chat=-5)
        group.says("/reg " + WHOLE)
        group.user = 2
        assert group.replies("ODP penuh pak") == DONE
        assert world.joined() == ["ODP penuh pak"]
        assert group.replies("gimana?") == "Lihat SC32232558 di chat pribadi dengan bot ini."


class TestWhatStrangersWrite:
    @pytest.mark.parametrize(
        "text",
        [
            "Cahyo Adi F5SDA888",
            "Nama : Cahyo Adi (F5SDA888)",
            "halo pak saya Cahyo Adi teknisi STO SDA kode F5SDA888 mohon didaftarkan",
        ],
    )
    def test_the_name_is_without_the_words_around(self, stranger: Phone, text: str) -> None:
        assert stranger.says(text).startswith("Terima kasih, Cahyo Adi (F5SDA888).")

    @pytest.mark.parametrize("text", ["makasih", "SDA", "ok"])
    def test_thanks_or_an_sto_take_no_name_away(self, stranger: Phone, text: str) -> None:
        stranger.says("Cahyo Adi")
        stranger.says(text)
        assert stranger.says("kode saya F5SDA888").startswith("Terima kasih, Cahyo Adi (F5SDA888).")

    def test_every_order_is_kept_and_the_last_of_the_same_number(self, world: World, stranger: Phone) -> None:
        stranger.says(order("SC40000001"))
        stranger.says("/reg " + order("SC40000002"))
        stranger.says(order("SC40000001").replace("6754546", "6754549"))
        stranger.says("Cahyo F5SDA888")
        TestStrangers().approve(world)
        stranger.hears()
        offers = [message for message in stranger.inbox if message.buttons and message.buttons[0][0].data == "send"]
        assert [("SC40000001" in one.text, "6754549" in one.text) for one in offers] == [(False, False), (True, True)]
