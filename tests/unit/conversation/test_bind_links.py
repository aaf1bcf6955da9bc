"""Links that bind a phone: scripts of the chat."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.bind_phone import make_bind_link
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Person
from sikpro.testing.builders import coded
from tests.unit.chat import Phone, World

TOKEN = "abcDEF_-0123456789abcDEF_-012345"
USED = "Tautan ini sudah dipakai."
WRONG = "Tautan ini salah atau sudah lewat 24 jam."
CODE = "F5MRT447"


def _wayan(world: World) -> Person:
    found = world.transactions.read(lambda uow: uow.people.by_code(CODE))
    assert found
    return found


def _change(world: World, username: str = "", **changes: Any) -> None:
    """Change Wayan, or whoever has the user name."""

    def work(uow: UnitOfWork) -> None:
        person = uow.people.by_username(username) if username else uow.people.by_code(CODE)
        assert person
        uow.people.save(evolve(person, **changes))

    world.transactions.write(work)


NEWER = "a-newer-link-0123456789abcdefgh"


def _link(world: World, token: str = TOKEN) -> None:
    wayan, bagus = _wayan(world), world.person("bagus")
    world.transactions.write(lambda uow: make_bind_link(uow, wayan.id, token, bagus, world.clock.now()))


@pytest.fixture
def world() -> World:
    """Wayan has no phone, and a link for one."""
    world = World()
    _change(world, telegram_id=None)
    _link(world)
    return world


def test_a_link_makes_a_stranger_the_person_it_is_for_and_grants_what_was_asked(world: World) -> None:
    stranger = Phone(world, 99)
    stranger.says("Cahyo Adi F5SDA888")
    assert stranger.says(f"/start {TOKEN}").startswith("Selamat datang, Wayan (F5MRT447)")
    assert stranger.last.drop_keyboard
    assert _wayan(world).telegram_id == 99
    assert world.transactions.read(lambda uow: uow.access_requests.pending()) == ()
    assert stranger.says("/cek SC1") != ""
    assert world.ledger()[1].detail == "bound"


def test_the_link_opened_again_by_the_same_person_welcomes_again(world: World) -> None:
    phone = Phone(world, 99)
    for _ in range(2):
        assert phone.says(f"/start {TOKEN}").startswith("Selamat datang, Wayan")


def test_a_link_is_good_once_also_after_the_phone_was_parted(world: World) -> None:
    Phone(world, 99).says(f"/start {TOKEN}")
    assert Phone(world, 98).says(f"/start {TOKEN}").startswith(USED)
    _change(world, telegram_id=None)
    assert Phone(world, 98).says(f"/start {TOKEN}").startswith(USED)
    assert _wayan(world).telegram_id is None


def test_a_link_lasts_a_day_and_a_newer_one_ends_it(world: World) -> None:
    _link(world, NEWER)
    assert Phone(world, 99).says(f"/start {TOKEN}").startswith(WRONG)
    world.clock.later(minutes=24 * 60)
    assert Phone(world, 99).says(f"/start {NEWER}").startswith(WRONG)
    for nonsense in ("x", "🙂" * 50, "a b c", "\u202e"):
        assert Phone(world, 99).says(f"/start {nonsense}").startswith((WRONG, "Selamat datang di SIKPRO"))
    assert _wayan(world).telegram_id is None


def test_whoever_is_somebody_already_stays_who_they_are(world: World) -> None:
    assert Phone(world, 1).says(f"/start {TOKEN}").startswith("Akun Telegram ini sudah terhubung sebagai Budi")
    assert _wayan(world).telegram_id is None


def test_a_link_ends_with_its_makers_role_and_with_the_persons_access(world: World) -> None:
    _change(world, active=False)
    assert Phone(world, 99).says(f"/start {TOKEN}").startswith(WRONG)
    _change(world, active=True)
    _change(world, "bagus", active=False)
    assert Phone(world, 99).says(f"/start {TOKEN}").startswith(WRONG)
    assert _wayan(world).telegram_id is None


def test_a_link_in_a_group_binds_nobody(world: World) -> None:
    Phone(world, 99, chat=-500).says(f"/start {TOKEN}")
    assert _wayan(world).telegram_id is None


def test_no_link_is_made_for_who_has_a_phone(world: World) -> None:
    Phone(world, 99).says(f"/start {TOKEN}")
    with pytest.raises(InvalidValue, check=coded("link.bound")):
        _link(world)


def test_a_link_works_to_the_end_of_its_day(world: World) -> None:
    world.clock.later(minutes=timedelta(hours=23, minutes=59).total_seconds() / 60)
    assert Phone(world, 99).says(f"/start {TOKEN}").startswith("Selamat datang, Wayan")


@pytest.mark.parametrize("behind", ["Budi F5SDA445", "halo", "pak, mau daftar"])
def test_words_behind_start_are_no_link(world: World, behind: str) -> None:
    assert Phone(world, 99).says(f"/start {behind}").startswith("Selamat datang di SIKPRO")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"/start {TOKEN}", "/start ***"),
        (f"/START@sikpro_bot  {TOKEN}", "/START@sikpro_bot  ***"),
        (
            f"ini tautannya https://t.me/sikpro_bot?start={TOKEN} ya",
            "ini tautannya https://t.me/sikpro_bot?start=*** ya",
        ),
        ("/start", "/start"),
    ],
)
def test_a_link_that_may_still_open_is_not_read_in_the_ledger(world: World, said: str, kept: str) -> None:
    _change(world, username="rina", telegram_id=97)
    Phone(world, 97).says(said)
    assert world.ledger()[0].text == kept
