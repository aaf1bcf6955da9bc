"""`/rekap`: the recap in the chat, for those who may, and its file."""

import pytest
from attrs import evolve

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
    assert [line for line in lines if line.startswith("Masuk")] == ["Masuk: 1 (▲ naik 1 dari hari sebelumnya (utuh))"]
    assert leader.presses("1 Nov").splitlines()[0] == "Rekap 1 November 2026"
    assert leader.presses("November 2026").splitlines()[0] == "Rekap November 2026"


@pytest.mark.parametrize("said", ["31/10", "31-10-2026", "2026-10-31"])
def test_a_period_is_named_as_people_do(world: World, said: str) -> None:
    assert Phone(world, LEADER).says(f"/rekap {said}").splitlines()[0] == "Rekap 31 Oktober 2026"


def test_a_period_that_is_none_is_answered_with_what_works(world: World) -> None:
    assert "Contoh: /rekap" in Phone(world, LEADER).says("/rekap lusa depan")


def test_the_file_is_made_for_this_chat(world: World) -> None:
    leader = Phone(world, LEADER)
    leader.says("/rekap bulan")
    assert leader.presses("📄 Excel") == "(File sedang dibuat, dikirim ke chat ini.)"
    (export,) = world.transactions.read(lambda uow: uow.exports.of_person(world.person("bagus").id, 9))
    assert (export.query, export.send_to) == ("period=2026-11", LEADER)


def test_the_helpdesk_sees_their_own_work_and_a_technician_none(world: World) -> None:
    Phone(world, 1).says("/reg " + WHOLE)
    assert Phone(world, HELPDESK).says("/rekap").splitlines()[1] == "Hanya pekerjaan Anda sendiri."
    assert "Rekap" not in Phone(world, 1).says("/rekap")
