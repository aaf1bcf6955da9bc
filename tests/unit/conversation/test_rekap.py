"""`/rekap`: the recap in the chat, for those who may, and its file."""

import pytest
from attrs import evolve

from sikpro.application.ports.security_events import EventFilter, EventKind
from tests.unit.chat import WHOLE, Phone, World

LEADER, HELPDESK = 50, 51


@pytest.fixture
def world() -> World:
    """The team leader Bagus and the helpdesk Rina are on Telegram."""
    world = World()
    for username, telegram_id in (("bagus", LEADER), ("rina", HELPDESK)):
        person = evolve(world.person(username), telegram_id=telegram_id)
        world.transactions.write(lambda uow, one=person: uow.people.save(one))  # type: ignore[misc]  # bound now
    return world


def test_the_recap_of_today_is_one_message_that_leads_to_others(world: World) -> None:
    Phone(world, 1).says("/reg " + WHOLE)
    leader = Phone(world, LEADER)
    lines = leader.says("/rekap").splitlines()
    assert lines[0] == "Rekap 2 November 2026"
    assert [line for line in lines if line.startswith("Masuk")] == [
        "Masuk: 1 (▲ naik 1 dari hari sebelumnya sampai pukul 09.00)"
    ]
    assert leader.presses("1 Nov").splitlines()[0] == "Rekap 1 November 2026"
    assert leader.presses("November 2026").splitlines()[0] == "Rekap November 2026"


@pytest.mark.parametrize("said", ["31/10", "31-10-2026", "2026-10-31"])
def test_a_period_is_named_as_people_do(world: World, said: str) -> None:
    assert Phone(world, LEADER).says(f"/rekap {said}").splitlines()[0] == "Rekap 31 Oktober 2026"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("minggu", "Rekap 2 November 2026 – 8 November 2026"),
        ("minggu lalu", "Rekap 26 Oktober 2026 – 1 November 2026"),
        ("november", "Rekap November 2026"),
        ("desember", "Rekap Desember 2025"),
        ("okt", "Rekap Oktober 2026"),
        ("October 2025", "Rekap Oktober 2025"),
        ("11/2025", "Rekap November 2025"),
        ("25/10-1/11", "Rekap 25 Oktober 2026 – 1 November 2026"),
        ("25/10 - 1/11", "Rekap 25 Oktober 2026 – 1 November 2026"),
        ("28/12-3/1", "Rekap 28 Desember 2025 – 3 Januari 2026"),
        ("1/11-10/11", "Rekap 1 November 2026 – 10 November 2026"),
        ("1-10/11", "Rekap 1 November 2026 – 10 November 2026"),
        ("1/12/2025-5/1/2026", "Rekap 1 Desember 2025 – 5 Januari 2026"),
        ("1-10/10", "Rekap 1 Oktober 2026 – 10 Oktober 2026"),
        ("1 - 10 oktober", "Rekap 1 Oktober 2026 – 10 Oktober 2026"),
        ("25 oktober sampai 1 november", "Rekap 25 Oktober 2026 – 1 November 2026"),
        ("25/10/26 s/d 1/11/26", "Rekap 25 Oktober 2026 – 1 November 2026"),
        ("2026-10-25_2026-11-01", "Rekap 25 Oktober 2026 – 1 November 2026"),
        ("31 okt", "Rekap 31 Oktober 2026"),
        ("31.10.26", "Rekap 31 Oktober 2026"),
    ],
)
def test_a_week_a_month_by_its_name_and_a_range_are_understood(world: World, said: str, title: str) -> None:
    assert Phone(world, LEADER).says(f"/rekap {said}").splitlines()[0] == title


@pytest.mark.parametrize(
    "said", ["31/2", "10/11-1/11", "SDA TUN", "novembar", "1-40/11", "0/0", "minggu bulan", "13/2026"]
)
def test_what_is_no_period_is_not_guessed(world: World, said: str) -> None:
    assert "Contoh: /rekap" in Phone(world, LEADER).says(f"/rekap {said}")


def test_a_recap_of_an_sto_keeps_it_in_its_buttons_and_file(world: World) -> None:
    Phone(world, 1).says("/reg " + WHOLE)
    leader = Phone(world, LEADER)
    assert "STO TUN" in leader.says("/rekap TUN").splitlines()[1]
    assert "Masuk: 0" in leader.says("/rekap hari tun")
    assert "STO SDA" in leader.says("/rekap SDA").splitlines()[1]
    shown = leader.presses("November 2026")
    assert shown.splitlines()[:1] == ["Rekap November 2026"]
    assert "STO SDA" in shown.splitlines()[1]
    leader.presses("📄 Excel")
    (export,) = world.transactions.read(lambda uow: uow.exports.of_person(world.person("bagus").id, 9))
    assert export.query == "period=2026-11&sto=SDA"
    assert "Site Operation" in leader.says("/rekap bulan SO SDA").splitlines()[1]
    assert "Tipe order AO" in leader.says("/rekap ao november").splitlines()[1]


def test_a_period_that_is_none_is_answered_with_what_works(world: World) -> None:
    assert "Contoh: /rekap" in Phone(world, LEADER).says("/rekap lusa depan")


def test_the_file_is_made_for_this_chat(world: World) -> None:
    leader = Phone(world, LEADER)
    leader.says("/rekap bulan")
    assert leader.presses("📄 Excel") == "(File sedang dibuat, dikirim ke chat ini.)"
    (export,) = world.transactions.read(lambda uow: uow.exports.of_person(world.person("bagus").id, 9))
    assert (export.query, export.send_to) == ("period=2026-11", LEADER)
    (event,) = world.transactions.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=9))
    assert (event.kind, event.actor) == (EventKind.EXPORT_REQUESTED, world.person("bagus").id)
    assert (event.object, event.details) == ("period=2026-11", f"xlsx, Telegram {LEADER}")


def test_the_picture_is_made_for_this_chat(world: World) -> None:
    leader = Phone(world, LEADER)
    leader.says("/rekap SDA")
    assert leader.presses("🖼 Gambar") == "(Gambar sedang dibuat, dikirim ke chat ini.)"
    (export,) = world.transactions.read(lambda uow: uow.exports.of_person(world.person("bagus").id, 9))
    assert (export.kind, export.send_to) == ("png", LEADER)
    assert export.query.endswith("&sto=SDA")


def test_the_helpdesk_sees_their_own_work_and_a_technician_none(world: World) -> None:
    Phone(world, 1).says("/reg " + WHOLE)
    assert Phone(world, HELPDESK).says("/rekap").splitlines()[1] == "Hanya pekerjaan Anda sendiri."
    assert "Rekap" not in Phone(world, 1).says("/rekap")
