"""The command menus: each person's own commands and language, set only when they changed."""

from collections.abc import Sequence

import pytest
from attrs import define, evolve, field

from sikpro.application.ports.chat import Enclosure, MenuEntry, Outgoing
from sikpro.application.ports.network import NeverSent, NotSent
from sikpro.application.use_cases.people.manage_people import set_language
from sikpro.application.workers.menus import MenuKeeper
from tests.unit.application.inline import InlineTransactions
from tests.unit.chat import ZONE, World

LEADER = 50


@define
class Menus:
    """A messenger that remembers menus; None under a scope is one that was taken away."""

    kept: dict[tuple[str, int | None], list[str] | None] = field(factory=dict)
    asked: int = 0
    failures: list[Exception] = field(factory=list[Exception])
    sends_once: bool = False

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Nothing is sent here."""
        raise AssertionError(message)

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Remember it, or fail."""
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        self.kept[language, chat_id] = [entry.command for entry in entries] or None

    async def aclose(self) -> None:
        """Nothing to close."""


def keeper(world: World, menus: Menus) -> MenuKeeper:
    transactions = InlineTransactions(world.transactions)
    return MenuKeeper(transactions=transactions, messenger=menus, account="bot:1", zone=ZONE, between=0)


def bind(world: World, username: str, telegram_id: int | None) -> None:
    person = evolve(world.person(username), telegram_id=telegram_id)
    world.transactions.write(lambda uow: uow.people.save(person))


async def test_everybody_has_a_menu_and_a_team_leader_more() -> None:
    world, menus = World(), Menus()
    bind(world, "bagus", LEADER)

    assert await keeper(world, menus).bring_up_to_date() == 2

    common, leaders = menus.kept["", None], menus.kept["", LEADER]
    assert common
    assert leaders
    assert [name for name in leaders if name not in common] == ["antrian", "rekap", "pengumuman"]


async def test_nothing_is_set_again_until_a_role_or_a_language_changes() -> None:
    world, menus = World(), Menus()
    await keeper(world, menus).bring_up_to_date()
    assert await keeper(world, menus).bring_up_to_date() == 0

    budi = world.transactions.write(lambda uow: set_language(uow, 1, "en"))
    assert await keeper(world, menus).bring_up_to_date() == 1
    assert ("", budi.telegram_id) in menus.kept
    assert await keeper(world, menus).bring_up_to_date() == 0


async def test_a_menu_nobody_needs_any_more_is_taken_away() -> None:
    world, menus = World(), Menus()
    bind(world, "bagus", LEADER)
    await keeper(world, menus).bring_up_to_date()
    bind(world, "bagus", None)

    assert await keeper(world, menus).bring_up_to_date() == 1
    assert menus.kept["", LEADER] is None
    assert await keeper(world, menus).bring_up_to_date() == 0


async def test_a_chat_that_is_gone_is_not_asked_again_and_a_broken_line_is() -> None:
    world, menus = World(), Menus()
    bind(world, "bagus", LEADER)
    menus.failures = [NotSent("line")]
    with pytest.raises(NotSent):
        await keeper(world, menus).bring_up_to_date()
    assert await keeper(world, menus).bring_up_to_date() == 2

    bind(world, "bagus", LEADER + 1)
    menus.failures = [NeverSent("chat_gone")]
    await keeper(world, menus).bring_up_to_date()
    asked = menus.asked
    await keeper(world, menus).bring_up_to_date()
    assert menus.asked == asked
