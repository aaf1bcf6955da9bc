"""The team leader's chat: the queue, strangers to decide about, the notice; and what others may not do there."""

import pytest
from attrs import evolve

from sikpro.application.conversation.commands.registry import menu
from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.hand_over import hand_over
from tests.unit.chat import WHOLE, ZONE, Phone, World

LEADER, HELPDESK, STRANGER = 50, 51, 99


@pytest.fixture
def world() -> World:
    """The team leader Bagus and the helpdesk Rina are on Telegram."""
    world = World()

    def bind(uow: UnitOfWork) -> None:
        for username, telegram_id in (("bagus", LEADER), ("rina", HELPDESK)):
            person = uow.people.by_username(username)
            assert person
            uow.people.save(evolve(person, telegram_id=telegram_id))

    world.transactions.write(bind)
    return world


def number(place: int) -> str:
    return f"SC4000000{place:02}"


def send(world: World, place: int, sto: str = "SDA") -> None:
    Phone(world, 1).says(f"/reg AO#{number(place)}#ZTEGC6754546#{sto}#ODP-{sto}-003#F5SDA445")
    world.clock.later(minutes=1)


def test_the_queue_lists_what_waits_for_the_helpdesk_oldest_first_and_marks_what_is_late(world: World) -> None:
    send(world, 1)
    send(world, 2, "TUN")
    world.takes(number=number(2))
    world.clock.later(minutes=29)
    leader = Phone(world, LEADER)

    text = leader.says("/antrian")

    assert text.splitlines() == [
        "📋 Semua STO: 2 order terbuka",
        "Giliran helpdesk:",
        "⏰ SC400000001 · Menunggu · 31 mnt",
        "SC400000002 · Diproses (OGP) · 30 mnt · Rina",
    ]


def test_the_welcome_of_who_sees_every_order_leads_to_the_queue(world: World) -> None:
    send(world, 1)
    leader, budi = Phone(world, LEADER), Phone(world, 1)
    leader.says("/start")
    budi.says("/start")
    assert leader.presses("Lihat antrean").startswith("📋 Semua STO: 1 order terbuka")
    assert "Lihat antrean" not in budi.buttons()


def test_the_queue_goes_on_by_a_button_and_shows_one_exchange_by_another(world: World) -> None:
    for place in range(1, 13):
        send(world, place)
    send(world, 13, "TUN")
    leader = Phone(world, LEADER)
    leader.says("/antrian")

    assert "SC400000013" in leader.presses("TUN (1)")
    assert leader.presses("Semua STO").startswith("📋 Semua STO: 13 order terbuka")
    following = leader.presses("Berikutnya").splitlines()[2:]
    assert [line.removeprefix("⏰ ").split(" ")[0] for line in following] == [number(11), number(12), number(13)]
    assert leader.says("/antrian tun").startswith("📋 TUN: 1 order terbuka")
    assert leader.says("/antrian XYZ") == "STO XYZ tidak dikenal. /antrian saja untuk semuanya."


def test_what_waits_for_the_helpdesk_comes_before_what_waits_for_others_and_each_is_listed_once(world: World) -> None:
    for place in range(1, 13):
        send(world, place)
    for place in range(1, 5):
        world.sets(
            "rumah_kosong" if place == 1 else "kendala_sistem" if place == 2 else "odp_penuh", number=number(place)
        )
    leader = Phone(world, LEADER)
    first = leader.says("/antrian").splitlines()
    assert first[1] == "Giliran helpdesk:"
    assert first[2].startswith(f"{number(5)} · ")
    assert first[10] == "Menunggu teknisi:"
    rest = leader.presses("Berikutnya").splitlines()
    assert [line.split(" ")[0] for line in (*first[2:10], *first[11:])] == [
        number(place) for place in (*range(5, 13), 3, 4)
    ]
    assert [line.split(" · ")[0] for line in rest[1:]] == [
        *("Menunggu pelanggan:", number(1)),
        *("Menunggu sistem:", number(2)),
    ]


def held_up_for_weeks(world: World) -> None:
    """Two orders of Budi and one of Agus have waited for them since more than a week; another only since today."""
    for place in (1, 2):
        send(world, place)
    Phone(world, 2).says(f"/reg AO#{number(3)}#ZTEGC6754546#TUN#ODP-TUN-003#F5TUN446")
    for place in (1, 2, 3):
        world.sets("odp_penuh", number=number(place))
    world.clock.later(days=7, minutes=1)
    send(world, 4)
    world.sets("odp_penuh", number=number(4))
    for user in (1, 2):
        Phone(world, user).hears()


def test_orders_stuck_for_weeks_are_folded_and_their_technicians_are_asked_once_after_a_count(world: World) -> None:
    held_up_for_weeks(world)
    leader, budi, agus = Phone(world, LEADER), Phone(world, 1), Phone(world, 2)

    text = leader.says("/antrian")
    assert text.splitlines()[1:] == [
        "Menunggu teknisi:",
        f"{number(4)} · ODP penuh · 1 mnt",
        "⏳ Macet di teknisi lebih dari 7 hari: 3",
    ]
    assert leader.presses("Lihat yang macet (3)").splitlines() == [
        "⏳ Semua STO: 3 order menunggu teknisi lebih dari 7 hari",
        *(f"{number(place)} · {name} · 7 hr" for place, name in ((1, "Budi"), (2, "Budi"), (3, "Agus"))),
    ]

    assert leader.presses("Tanya teknisinya") == (
        "2 teknisi mendapat satu pesan dengan semua ordernya yang menunggu lebih dari 7 hari: 3 order. Tanya sekarang?"
    )
    assert budi.hears() == "", "nothing is sent before it is confirmed"
    assert leader.presses("Ya, tanya 2 teknisi") == "✅ 2 teknisi ditanya tentang 3 order"

    assert budi.hears().splitlines() == [
        "⏳ 2 order menunggu Anda lebih dari 7 hari. Bagus menanyakan kelanjutannya.",
        f"{number(1)} · ODP penuh · ODP-SDA-003 · 7 hr",
        f"{number(2)} · ODP penuh · ODP-SDA-003 · 7 hr",
        "Tekan nomornya, lalu kirim ulang data atau tanya helpdesk.",
    ]
    assert agus.hears().splitlines()[0].startswith("⏳ 1 order menunggu Anda")
    assert leader.press_data("sty:") == "(Tidak ada teknisi yang bisa ditanya lagi hari ini.)"
    assert leader.press_data("st:") == "Sudah ditanya hari ini: 2 teknisi."
    assert (budi.hears(), agus.hears()) == ("", "")


def test_the_question_of_one_sto_goes_to_its_technicians_and_may_be_left(world: World) -> None:
    held_up_for_weeks(world)
    leader, budi, agus = Phone(world, LEADER), Phone(world, 1), Phone(world, 2)
    leader.says("/antrian TUN")
    assert leader.presses("Tanya teknisinya").startswith("1 teknisi mendapat")
    assert leader.presses("Batal") == "(Tidak ada yang ditanya.)"
    assert agus.hears() == ""
    assert leader.press_data("sty:TUN") == "✅ 1 teknisi ditanya tentang 1 order"
    assert (budi.hears(), bool(agus.hears())) == ("", True)


def test_a_helpdesk_reads_what_is_stuck_but_asks_nobody(world: World) -> None:
    held_up_for_weeks(world)
    rina, budi = Phone(world, HELPDESK), Phone(world, 1)
    rina.says("/antrian")
    assert "Tanya teknisinya" not in rina.buttons()
    assert rina.presses("Lihat yang macet (3)").startswith("⏳ Semua STO: 3 order")
    assert "Tanya teknisinya" not in rina.buttons()
    for data in ("st:", "sty:"):
        for phone in (rina, budi):
            assert phone.press_data(data).startswith("(Tombol ini sudah tidak berlaku")
    assert Phone(world, LEADER, chat=-9).press_data("st:").startswith("(Tombol ini")
    assert budi.hears() == ""


def test_the_list_of_stuck_orders_goes_on_by_a_button_and_says_when_it_is_empty(world: World) -> None:
    for place in range(1, 13):
        send(world, place)
        world.sets("odp_penuh", number=number(place))
    world.clock.later(days=8)
    leader = Phone(world, LEADER)
    assert leader.press_data("q::x").count(" · Budi · ") == 10
    following = leader.presses("Berikutnya").splitlines()
    assert [line.split(" ")[0] for line in following[1:]] == [number(11), number(12)]
    assert leader.press_data("q:TUN:x") == "✅ TUN: tidak ada order yang menunggu teknisi lebih dari 7 hari"
    assert leader.press_data("q::z1").startswith("(Tombol ini")


def test_an_empty_queue_says_so_and_tells_of_drafts(world: World) -> None:
    Phone(world, 1).says("/reg AO SC32232558")
    assert Phone(world, LEADER).says("/antrian").splitlines() == [
        "✅ Semua STO: tidak ada order terbuka",
        "✍️ Belum lengkap: 1",
    ]


def test_the_queue_and_the_notice_are_not_a_technicians(world: World) -> None:
    send(world, 1)
    budi = Phone(world, 1)
    for command in ("/antrian", "/pengumuman", "/pengumuman libur", "/pengumuman mati"):
        text = budi.says(command)
        assert number(1) not in text, command
    assert world.transactions.read(lambda uow: uow.installation.get().notice) == ""
    assert "antrian" not in budi.says("/help")
    assert "/antrian" in Phone(world, LEADER).says("/help")
    assert "pengumuman" not in Phone(world, HELPDESK).says("/help")


def test_the_menu_has_what_a_person_may_use(world: World) -> None:
    words = words_in("id", ZONE)

    def names(username: str | None) -> set[str]:
        return {entry.command for entry in menu(words, world.person(username) if username else None)}

    assert names("bagus") - names(None) == {"antrian", "rekap", "pengumuman"}
    assert names("rina") - names(None) == {"antrian", "rekap"}


def test_a_stranger_is_let_in_by_a_button_and_told(world: World) -> None:
    stranger, leader = Phone(world, STRANGER), Phone(world, LEADER)
    stranger.says("Joni F5SDA777")
    leader.hears()
    assert leader.last.text.splitlines() == [
        "👤 Joni (F5SDA777) minta akses",
        "Telegram: Telegram name · nomor: -",
        "Kode ini belum ada: disetujui berarti teknisi baru.",
    ]

    assert leader.presses("Setujui") == "✅ Joni (F5SDA777) sudah masuk."

    assert "Joni" in stranger.hears()
    assert stranger.says("/reg " + WHOLE.replace("F5SDA445", "F5SDA777")).startswith("✅ Pesan diterima")


def test_a_button_of_a_request_decided_or_changed_since_does_nothing(world: World) -> None:
    stranger, leader = Phone(world, STRANGER), Phone(world, LEADER)
    stranger.says("Joni F5SDA777")
    leader.hears()
    first = leader.last.buttons[0][0].data
    stranger.says("Joni F5SDA778")
    leader.hears()

    leader.press_data(first)
    assert world.transactions.read(lambda uow: uow.people.by_telegram(STRANGER)) is None
    assert leader.presses("Tolak") == "⛔ Joni ditolak."
    assert leader.presses("Setujui") == "(Joni sudah ditolak Bagus.)"
    assert world.transactions.read(lambda uow: uow.people.by_telegram(STRANGER)) is None


def test_a_stranger_who_writes_again_does_not_ask_the_leader_again(world: World) -> None:
    stranger, leader = Phone(world, STRANGER), Phone(world, LEADER)
    for _ in range(3):
        stranger.says("Joni F5SDA777")
    leader.hears()
    assert len([message for message in leader.inbox if "minta akses" in message.text]) == 1


def test_a_notice_is_carried_by_every_answer_about_an_order_until_it_is_off(world: World) -> None:
    leader, budi = Phone(world, LEADER), Phone(world, 1)
    notice = "📢 Sistem {gangguan} sampai 14.00"
    assert notice in leader.says("/pengumuman Sistem {gangguan} sampai 14.00")

    assert budi.says("/reg " + WHOLE).endswith(f"\n{notice}")
    assert budi.says("/cek SC32232558").endswith(f"\n{notice}")
    assert budi.says("/reg " + WHOLE).endswith(f"\n{notice}")
    leader.says("/pengumuman")
    assert leader.presses("Matikan") == "Pengumuman dimatikan."
    assert "📢" not in budi.says("/cek SC32232558")


def test_data_handed_over_are_sent_with_one_button_and_only_once(world: World) -> None:
    typed = dict(
        zip(
            ("type", "registration_number", "sto", "odp", "technician"),
            ("AO", "SC32232558", "SDA", "ODP-SDA-003", "F5SDA445"),
            strict=True,
        )
    )
    typed |= {"serial": "ZTEGC6754546", "note": "pagar # hijau"}
    budi = Phone(world, 1)
    world.transactions.write(lambda uow: hand_over(uow, typed, world.person("bagus"), world.clock.now(), zone=ZONE))
    budi.hears()

    assert budi.presses("Kirim order").startswith("✅ Pesan diterima, mohon ditunggu. SC32232558")
    order = world.order()
    assert (str(order.data.serial), order.data.note, order.sender) == ("ZTEGC6754546", "pagar # hijau", 1)
    assert budi.presses("Kirim order").startswith("⛔ Ditolak: SC32232558 sudah masuk")


def test_what_is_missing_in_handed_data_is_asked_for(world: World) -> None:
    typed = {
        "type": "AO",
        "registration_number": "SC32232558",
        "sto": "SDA",
        "odp": "ODP-SDA-003",
        "technician": "F5SDA445",
    }
    budi = Phone(world, 1)
    world.transactions.write(lambda uow: hand_over(uow, typed, world.person("bagus"), world.clock.now(), zone=ZONE))
    budi.hears()

    assert "SN modem" in budi.presses("Kirim order")
    assert budi.says("ZTEGC6754546").startswith("✅ Pesan diterima")


def test_a_technicians_order_is_withdrawn_by_nobody_else(world: World) -> None:
    send(world, 1)
    for telegram_id in (HELPDESK, LEADER):
        phone = Phone(world, telegram_id)
        phone.says(f"/cek {number(1)}")
        assert phone.buttons() == []
        assert phone.says(f"/batal {number(1)}").startswith(f"{number(1)} bukan order Anda")
        for button in ("wd", "fix", "ask", "nudge"):
            assert phone.press_data(f"{button}:{world.order(number(1)).id}") == "(Itu bukan order Anda.)"
    assert world.order(number(1)).phase == "waiting"


def test_words_of_who_works_on_orders_join_any(world: World) -> None:
    send(world, 1)
    leader = Phone(world, LEADER)
    leader.says(f"/cek {number(1)}")
    assert leader.replies("pelanggan VIP") == f"⏳ {number(1)} MENUNGGU\nPesan Anda diteruskan ke helpdesk."
    assert world.joined(number(1)) == ["pelanggan VIP"]


def test_the_queue_is_not_shown_in_a_group_by_a_button_either(world: World) -> None:
    send(world, 1)
    group = Phone(world, LEADER, chat=-100)
    group.says("/start")
    assert group.presses("Lihat antrean") == "(Antrean hanya lewat chat pribadi.)"
