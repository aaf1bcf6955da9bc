"""A flood of strangers: the first requests have a card each, further ones are one card that comes now and then."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.alert_overdue import alert_overdue
from sikpro.application.use_cases.people.grant_access import (
    COMMON_CARDS_APART,
    OWN_CARDS,
    refuse_access,
    send_common_card,
)
from tests.unit.chat import WHOLE, ZONE, Phone, World

LEADER = 33


@pytest.fixture
def world() -> World:
    """A team leader on Telegram."""
    world = World()

    def work(uow: UnitOfWork) -> None:
        bagus = uow.people.by_username("bagus")
        assert bagus
        uow.people.save(evolve(bagus, telegram_id=LEADER))

    world.transactions.write(work)
    return world


def come(world: World, start: int, end: int) -> None:
    """Strangers write one after the other, a second apart."""
    for number in range(start, end):
        Phone(world, 1000 + number).says(f"Orang F5SDA{number:03}")
        world.clock.later(timedelta(seconds=1))


def job(world: World) -> int:
    """The minute's job."""
    return world.transactions.write(lambda uow: send_common_card(uow, world.clock.now(), ZONE))


def new_texts(world: World, leader: Phone) -> list[str]:
    before = len(leader.inbox)
    leader.hears()
    return [message.text.split("\n")[0] for message in leader.inbox[before:]]


def test_a_thousand_strangers_are_five_cards_and_one_that_counts(world: World) -> None:
    leader = Phone(world, LEADER)
    come(world, 0, 60)
    texts = new_texts(world, leader)
    assert len(texts) == OWN_CARDS + 1
    assert texts[-1] == f"{OWN_CARDS + 1} minta akses."
    assert [button.label for row in leader.last.buttons for button in row] == ["Tampilkan 5 berikutnya"]
    assert job(world) == 0, "too early"
    world.clock.later(COMMON_CARDS_APART - timedelta(seconds=60))
    assert job(world) == 0
    world.clock.later(timedelta(minutes=1))
    assert job(world) == 1
    assert new_texts(world, leader) == ["60 minta akses."]
    world.clock.later(COMMON_CARDS_APART)
    assert job(world) == 0, "nobody new"
    come(world, 60, 61)
    assert new_texts(world, leader) == ["61 minta akses."]


def test_what_a_team_leader_asks_for_and_is_alerted_of_overtakes_the_cards_and_the_answers_to_strangers(
    world: World,
) -> None:
    leader, stranger = Phone(world, LEADER), Phone(world, 99)
    come(world, 0, OWN_CARDS + 1)
    leader.hears()
    stranger.says("/start")
    assert {message.bulk for message in (*leader.inbox, stranger.last)} == {True}
    leader.says("/antrian")
    assert not leader.last.bulk
    Phone(world, 1).says("/reg " + WHOLE)
    world.clock.later(timedelta(hours=2))
    world.transactions.write(lambda uow: alert_overdue(uow, world.clock.now(), ZONE))
    before = len(leader.inbox)
    leader.hears()
    assert [message.bulk for message in leader.inbox[before:]] == [False]


def test_the_card_shows_the_next_requests_each_with_its_own_buttons(world: World) -> None:
    leader = Phone(world, LEADER)
    come(world, 0, 12)
    leader.hears()
    before = len(leader.inbox)
    leader.presses("Tampilkan 5 berikutnya")
    shown = leader.inbox[before:]
    assert all(f"F5SDA{number:03}" in message.text for number, message in enumerate(shown[:5], 5))
    assert [next(button.label for row in message.buttons for button in row) for message in shown] == [
        *["Setujui"] * 5,
        "Tampilkan 5 berikutnya",
    ]
    before = len(leader.inbox)
    leader.presses("Tampilkan 5 berikutnya")
    assert len(leader.inbox) - before == 2
    leader.presses("Setujui")
    assert world.transactions.read(lambda uow: uow.people.by_code("F5SDA011")) is not None


def test_when_one_of_the_first_is_decided_the_next_has_a_card_of_its_own_again(world: World) -> None:
    leader = Phone(world, LEADER)
    come(world, 0, OWN_CARDS)
    leader.hears()

    def refuse(uow: UnitOfWork) -> None:
        bagus, first = uow.people.by_username("bagus"), uow.access_requests.pending()[0]
        assert bagus
        refuse_access(uow, first.id, bagus, world.clock.now(), zone=ZONE)

    world.transactions.write(refuse)
    come(world, OWN_CARDS, OWN_CARDS + 1)
    before = len(leader.inbox)
    assert "F5SDA005" in leader.hears()
    assert [button.label for row in leader.inbox[before].buttons for button in row] == ["Setujui", "Tolak"]


@pytest.mark.parametrize("username", ["rina", ""])
def test_nobody_else_sees_the_requests(world: World, username: str) -> None:
    come(world, 0, 7)

    def work(uow: UnitOfWork) -> None:
        person = uow.people.by_username(username)
        if person:
            uow.people.save(evolve(person, telegram_id=77))

    world.transactions.write(work)
    assert "F5SDA" not in Phone(world, 77).press_data("acc:more:1")
