"""Links to the wall: what is stored of one, what is refused, and what the journal notes."""

from hashlib import sha256

import pytest

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.wall_links import WallLink
from sikpro.application.use_cases.recaps.wall_links import (
    NAME_LIMIT,
    end_wall_link,
    make_wall_link,
    new_wall_token,
    open_wall,
)
from sikpro.domain.errors import InvalidFields, NotFound
from sikpro.testing.builders import refusals
from tests.unit.chat import NINE, World

ADMIN = 6


def make(world: World, name: str = "Ruang helpdesk", site_operation: str = "", token: str = "secret") -> WallLink:
    admin = world.person("admin")
    return world.transactions.write(lambda uow: make_wall_link(uow, token, name, site_operation, admin, NINE))


def test_a_link_says_who_made_it_and_when_and_has_no_more_than_the_hash_of_its_token() -> None:
    world = World()
    token_hash = sha256(b"secret").hexdigest()
    assert make(world, site_operation="MJK") == WallLink(
        id=1, token_hash=token_hash, name="Ruang helpdesk", site_operation="MJK", by=ADMIN, at=NINE
    )


def test_two_links_have_different_secrets_that_nobody_guesses_and_each_opens_its_own() -> None:
    world = World()
    first, second = new_wall_token(), new_wall_token()
    assert first != second
    assert len(first) == 43
    made = {token: make(world, token=token) for token in (first, second)}
    assert {token: world.transactions.read(lambda uow, token=token: open_wall(uow, token)) for token in made} == made  # type: ignore[misc]  # bound now


@pytest.mark.parametrize(
    ("name", "site_operation", "wrong"),
    [
        ("x" * (NAME_LIMIT + 1), "", {"name": ("name.length", "x" * 64)}),
        (" ", "", {"name": ("name.length", "")}),
        ("x", "Z" * 65, {"site_operation": ("field.missing", "Z" * 64)}),
    ],
)
def test_what_is_wrong_is_said_at_its_entry_and_makes_no_link(
    name: str, site_operation: str, wrong: dict[str, tuple[str, object]]
) -> None:
    world = World()
    with pytest.raises(InvalidFields) as refused:
        make(world, name, site_operation)
    assert refusals(refused.value) == wrong
    assert world.transactions.read(lambda uow: uow.wall_links.all()) == ()


def test_a_name_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert make(World(), "x" * NAME_LIMIT).name == "x" * NAME_LIMIT


def test_the_journal_notes_who_made_and_who_ended_a_link() -> None:
    world = World()
    make(world, site_operation="MJK")
    admin = world.person("admin")

    def work(uow: UnitOfWork) -> list[tuple[str, str, int | None, dict[str, str]]]:
        assert isinstance(uow, MemoryUnitOfWork)
        end_wall_link(uow, 1, admin, NINE)
        with pytest.raises(NotFound):
            end_wall_link(uow, 2, admin, NINE)
        assert [note.at for note in uow.state.notes.values()] == [NINE, NINE]
        return [(note.kind, note.subject, note.actor, dict(note.data)) for note in uow.state.notes.values()]

    assert world.transactions.write(work) == [
        ("wall_link_made", "1", ADMIN, {"name": "Ruang helpdesk", "site_operation": "MJK"}),
        ("wall_link_ended", "1", ADMIN, {}),
    ]
