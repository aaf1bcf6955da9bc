"""The command menus: each person's own commands and language, set only when they changed."""

import pytest
from attrs import evolve

from sikpro.application.ports.network import NeverSent, NotSent
from sikpro.application.use_cases.people.manage_people import set_language
from sikpro.application.workers.menus import MenuKeeper
from sikpro.testing.messenger import FakeMessenger
from sikpro.testing.transactions import InlineTransactions
from tests.unit.chat import ZONE, World

LEADER = 50


def keeper(world: World, messenger: FakeMessenger) -> MenuKeeper:
    transactions = InlineTransactions(world.transactions)
    return MenuKeeper(transactions=transactions, messenger=messenger, account="bot:1", zone=ZONE, between=0)


def bind(world: World, username: str, telegram_id: int | None) -> None:
    person = evolve(world.person(username), telegram_id=telegram_id)
    world.transactions.write(lambda uow: uow.people.save(person))


async def test_everybody_has_a_menu_and_a_team_leader_more() -> None:
    world, messenger = World(), FakeMessenger()
    bind(world, "bagus", LEADER)

    assert await keeper(world, messenger).bring_up_to_date() == 2

    common, leaders = messenger.menus["", None], messenger.menus["", LEADER]
    assert common
    assert leaders
    assert [name for name in leaders if name not in common] == ["antrian", "rekap", "pengumuman"]


async def test_nothing_is_set_again_until_a_role_or_a_language_changes() -> None:
    world, messenger = World(), FakeMessenger()
    await keeper(world, messenger).bring_up_to_date()
    assert await keeper(world, messenger).bring_up_to_date() == 0

    budi = world.transactions.write(lambda uow: set_language(uow, 1, "en"))
    assert await keeper(world, messenger).bring_up_to_date() == 1
    assert ("", budi.telegram_id) in messenger.menus
    assert await keeper(world, messenger).bring_up_to_date() == 0


async def test_a_menu_nobody_needs_any_more_is_taken_away() -> None:
    world, messenger = World(), FakeMessenger()
    bind(world, "bagus", LEADER)
    await keeper(world, messenger).bring_up_to_date()
    bind(world, "bagus", None)

    assert await keeper(world, messenger).bring_up_to_date() == 1
    assert messenger.menus["", LEADER] == []
    assert await keeper(world, messenger).bring_up_to_date() == 0


async def test_a_chat_that_is_gone_is_not_asked_again_and_a_broken_line_is() -> None:
    world, messenger = World(), FakeMessenger()
    bind(world, "bagus", LEADER)
    messenger.failures = [NotSent("line")]
    with pytest.raises(NotSent):
        await keeper(world, messenger).bring_up_to_date()
    assert await keeper(world, messenger).bring_up_to_date() == 2

    bind(world, "bagus", LEADER + 1)
    messenger.failures = [NeverSent("chat_gone")]
    await keeper(world, messenger).bring_up_to_date()
    asked = messenger.asked
    await keeper(world, messenger).bring_up_to_date()
    assert messenger.asked == asked
