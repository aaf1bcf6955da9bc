"""Strangers, help, languages: scripts of the chat."""

from datetime import timedelta

import pytest

from sikpro.application.conversation.commands.registry import COMMANDS, menu
from sikpro.application.conversation.strangers import MESSAGES_WITHIN, MOST_MESSAGES
from sikpro.application.i18n import LANGUAGES, words_in
from sikpro.application.use_cases.people.grant_access import approve_access, refuse_access
from sikpro.domain.errors import AlreadyUsed, NotFound
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def stranger(world: World) -> Phone:
    return Phone(world, 99, "Cahyo T")


def request_id(world: World) -> int:
    return world.transactions.read(lambda uow: uow.access_requests.pending()[0].id)


def test_start_welcomes_anyone(world: World, stranger: Phone) -> None:
    assert stranger.says("/start").startswith("Selamat datang di SIKPRO. Akun ini belum terdaftar.")
    assert stranger.last.buttons[0][0].asks_phone
    assert Phone(world, 1).says("/start") == "Selamat datang, Budi (F5SDA445). 0 order Anda masih berjalan."


@pytest.mark.parametrize("text", ["/reg " + WHOLE, "/cek", "/batal"])
def test_a_stranger_is_told_what_is_missing(world: World, stranger: Phone, text: str) -> None:
    assert "Akun ini belum terdaftar.\nBalas dengan nama dan kode teknisi" in stranger.says(text)
    assert world.transactions.read(lambda uow: uow.order_queries.totals()) == ()


@pytest.mark.parametrize("text", ["Cahyo Adi F5SDA888", "f5sda888 Cahyo Adi", "Nama: Cahyo Adi\nKode: F5SDA888"])
def test_name_and_code_become_a_request_and_approval_opens_the_door(world: World, stranger: Phone, text: str) -> None:
    assert stranger.says(text).startswith("Terima kasih, Cahyo Adi (F5SDA888).")
    assert stranger.says("/start").startswith("Selamat datang di SIKPRO. Permintaan atas nama Cahyo Adi menunggu")
    found = request_id(world)
    world.transactions.write(
        lambda uow: approve_access(
            uow, found, world.person("bagus"), world.clock.now(), site_operation="SDA", zone=ZONE
        )
    )
    assert stranger.hears().startswith("✅ Akun disetujui. Selamat datang, Cahyo Adi (F5SDA888).")
    assert stranger.says("AO#SC32232558#ZTEGC6754546#SDA#ODP-SDA-003").startswith("✅ Pesan diterima")


def test_name_first_and_code_afterwards_is_one_request(world: World, stranger: Phone) -> None:
    assert stranger.says("Cahyo Adi").startswith("Apa kode teknisi Anda?")
    assert stranger.says("F5SDA888").startswith("Terima kasih, Cahyo Adi (F5SDA888).")
    assert len(world.transactions.read(lambda uow: uow.access_requests.pending())) == 1


def test_a_shared_phone_number_proposes_the_person_it_belongs_to(world: World, stranger: Phone) -> None:
    from attrs import evolve

    def give_phone(uow) -> None:  # type: ignore[no-untyped-def]  # a unit of work
        agus = uow.people.by_code("F5TUN446")
        uow.people.save(evolve(agus, phone="628123456789", telegram_id=None))

    world.transactions.write(give_phone)
    assert stranger.shares_phone("+62 812-3456-789").startswith("Terima kasih, Budi")
    pending = world.transactions.read(lambda uow: uow.access_requests.pending()[0])
    agus = world.transactions.read(lambda uow: uow.people.by_code("F5TUN446"))
    assert agus
    assert pending.matched_person == agus.id


@pytest.mark.parametrize("text", ["kapan disetujui pak?", "terima kasih", "😀", "?"])
def test_small_talk_does_not_rename_who_waits(world: World, stranger: Phone, text: str) -> None:
    stranger.says("Cahyo Adi F5SDA888")
    assert stranger.says(text) == "Akun Anda masih menunggu persetujuan team leader. Nanti dikabari di sini."
    assert world.transactions.read(lambda uow: uow.access_requests.pending()[0].name) == "Cahyo Adi"


def test_a_wrong_code_or_name_is_put_right_but_team_leaders_are_not_flooded(world: World, stranger: Phone) -> None:
    stranger.says("Cahyo F5SDA888")
    assert stranger.says("Cahyo Adi F5SDA889").startswith("Terima kasih, Cahyo Adi (F5SDA889).")
    for number in range(20):
        stranger.says(f"Orang {number} F5SDA{number:03}")
    assert world.transactions.read(lambda uow: uow.access_requests.pending()[0].technician_code) == "F5SDA003"
    assert stranger.says("Lain F5SDA999").startswith("Akun Anda masih menunggu")


def test_who_writes_too_much_is_answered_once_more_and_then_only_counted_for_a_while(
    world: World, stranger: Phone
) -> None:
    stranger.says("Cahyo Adi F5SDA888")
    for number in range(MOST_MESSAGES - 1):
        assert stranger.says(f"halo {number}") or stranger.press_data("x")
    known, other = Phone(world, 1), Phone(world, 98)
    assert stranger.says("halo").startswith("Terlalu banyak pesan.")
    before = len(world.ledger())
    for text in ("halo", "/start", "/start abcDEF_-0123456789abcDEF_-012345", WHOLE):
        assert stranger.says(text) == ""
    assert [row.detail for row in world.ledger()][: len(world.ledger()) - before] == ["stranger.too_many"] * 4
    assert known.says("/start").startswith("Selamat datang")
    assert other.says("/start").startswith("Selamat datang")
    world.clock.later(MESSAGES_WITHIN)
    assert stranger.says("halo").startswith("Akun Anda masih menunggu")


def test_somebody_elses_phone_number_is_refused(stranger: Phone) -> None:
    assert stranger.shares_phone("0812", user=5).startswith("Itu bukan nomor Anda sendiri.")


def test_a_refused_stranger_is_told_and_may_ask_again(world: World, stranger: Phone) -> None:
    stranger.says("Cahyo F5SDA888")
    found = request_id(world)
    world.transactions.write(lambda uow: refuse_access(uow, found, world.person("bagus"), world.clock.now(), zone=ZONE))
    assert stranger.hears().startswith("⛔ Permintaan akses ditolak")
    with pytest.raises(NotFound):
        world.transactions.write(
            lambda uow: approve_access(uow, found, world.person("bagus"), world.clock.now(), zone=ZONE)
        )
    assert stranger.says("Cahyo F5SDA888").startswith("Terima kasih")


def test_a_technician_bound_already_is_not_bound_to_a_second_account(world: World, stranger: Phone) -> None:
    stranger.says("Budi F5SDA445")
    found = request_id(world)
    with pytest.raises(AlreadyUsed):
        world.transactions.write(
            lambda uow: approve_access(uow, found, world.person("bagus"), world.clock.now(), zone=ZONE)
        )


@pytest.mark.parametrize("user", [1, 99])
def test_help_lists_to_anyone_every_command_that_needs_no_role(world: World, user: int) -> None:
    answer = Phone(world, user).says("/help")
    for command in COMMANDS.values():
        assert (f"/{command.name}" in answer) == (command.permission is None and command.name != "help"), command.name


@pytest.mark.parametrize("user", [1, 99])
def test_a_language_is_chosen_by_command_or_button_and_kept(world: World, user: int) -> None:
    phone = Phone(world, user)
    assert phone.says("/bahasa") == "Pilih bahasa / Choose a language"
    assert phone.presses("English") == "English from now on."
    assert phone.says("/help").startswith("/start begin")
    assert phone.says("/bahasa id") == "Bahasa Indonesia dipakai mulai sekarang."


def test_an_unknown_command_is_told_where_help_is(world: World) -> None:
    assert Phone(world, 1).says("/menu") == "Perintah /menu tidak ada. Kirim /help untuk daftar perintah."


def test_the_menu_has_every_command_that_needs_no_role_in_both_languages() -> None:
    for language in LANGUAGES:
        common = [command.name for command in COMMANDS.values() if command.permission is None]
        assert [entry.command for entry in menu(words_in(language, ZONE))] == common


def test_somebody_switched_off_is_told_so_and_no_stranger(world: World) -> None:
    from attrs import evolve

    world.transactions.write(lambda uow: uow.people.save(evolve(uow.people.get(1), active=False)))
    for text in ("/cek", "/reg " + WHOLE, "halo"):
        assert Phone(world, 1).says(text) == "Akun Anda dinonaktifkan. Hubungi team leader Anda."
    assert world.transactions.read(lambda uow: uow.access_requests.pending()) == ()


def test_every_update_has_exactly_one_outcome(world: World, stranger: Phone) -> None:
    budi = Phone(world, 1)
    for text in ("/start", "/reg " + WHOLE, "/reg " + WHOLE, "/reg", "halo", "/cek", "/nope"):
        budi.says(text)
        stranger.says(text)
    ledger = world.ledger()
    totals = world.transactions.read(lambda uow: uow.inbox.totals(NINE, NINE + timedelta(days=1)))
    assert len(ledger) == 14 == sum(totals.values())


def test_a_greeting_is_not_taken_for_a_name(stranger: Phone) -> None:
    assert stranger.says("Halo, selamat pagi pak").startswith("Akun ini belum terdaftar.\nBalas dengan nama")
    assert stranger.says("halo, Cahyo F5SDA888").startswith("Terima kasih, Cahyo (F5SDA888).")


def test_an_order_that_names_the_bot_in_a_group_is_taken(world: World) -> None:
    group = Phone(world, 1, chat=-500)
    assert group.says(WHOLE) == ""
    assert group.says(WHOLE, mentioned=True).startswith("✅ Pesan diterima")
