"""Snippets: who keeps which, what they may be called, and their text for an order."""

from typing import Any

import pytest

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.snippets import Snippet
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.keep_snippets import (
    MOST_SNIPPETS,
    drop_snippet,
    filled_snippets,
    my_snippets,
    save_snippet,
)
from sikpro.domain.errors import InvalidFields, NotFound, NotPermitted
from tests.unit.chat import NINE, WHOLE, Phone, World


@pytest.fixture
def world() -> World:
    return World()


def saves(
    world: World, username: str, name: str = "label", text: str = "foto label", *, shared: bool = False
) -> Snippet:
    by = world.person(username)
    typed = {"name": name, "text": text}
    return world.transactions.write(lambda uow: save_snippet(uow, typed, by, NINE, shared=shared))


def drops(world: World, username: str, one: Snippet) -> None:
    by = world.person(username)
    world.transactions.write(lambda uow: drop_snippet(uow, one.id, by, NINE))


def has(world: World, username: str) -> list[tuple[str, str]]:
    by = world.person(username)
    found = world.transactions.read(lambda uow: my_snippets(uow, by))
    return [(one.name, one.text) for one in found]


def noted(world: World) -> list[Any]:
    def work(uow: UnitOfWork) -> list[Any]:
        assert isinstance(uow, MemoryUnitOfWork)
        return [(note.kind, note.subject, note.actor) for note in uow.state.notes.values()]

    return world.transactions.read(work)


def test_ones_own_snippet_is_for_oneself_and_hides_a_shared_one_of_its_name(world: World) -> None:
    saves(world, "bagus", text="semua", shared=True)
    saves(world, "rina", " ;Label ", " punya Rina ")
    assert has(world, "rina") == [("label", "punya Rina")]
    assert has(world, "bagus") == [("label", "semua")]
    assert has(world, "admin") == [], "an admin answers no orders"


def test_a_name_that_is_there_gets_the_new_text(world: World) -> None:
    first = saves(world, "rina")
    assert saves(world, "rina", "/label", "baru").id == first.id
    assert has(world, "rina") == [("label", "baru")]


@pytest.mark.parametrize("username", ["bagus", "admin"])
def test_shared_snippets_are_the_leaders_to_keep_and_it_is_recorded(world: World, username: str) -> None:
    one = saves(world, username, shared=True)
    drops(world, username, one)
    by = world.person(username).id
    assert noted(world) == [("snippet_saved", "label", by), ("snippet_deleted", "label", by)]
    assert has(world, "rina") == []


def test_a_helpdesk_keeps_no_shared_snippets_and_an_admin_none_of_their_own(world: World) -> None:
    shared = saves(world, "bagus", shared=True)
    for forbidden in (
        lambda: saves(world, "rina", shared=True),
        lambda: drops(world, "rina", shared),
        lambda: saves(world, "admin"),
    ):
        with pytest.raises(NotPermitted):
            forbidden()
    assert has(world, "rina") == [("label", "foto label")]


def test_nobody_deletes_what_is_another_persons(world: World) -> None:
    own = saves(world, "rina")
    with pytest.raises(NotFound):
        drops(world, "bagus", own)
    assert has(world, "rina")
    drops(world, "rina", own)
    assert has(world, "rina") == []
    assert noted(world) == []


@pytest.mark.parametrize(
    ("name", "text", "codes"),
    [
        ("", "a", {"name": "snippet.name"}),
        ("dua kata", "a", {"name": "snippet.name"}),
        ("-a", "a", {"name": "snippet.name"}),
        ("x" * 21, "a", {"name": "snippet.name"}),
        ("a", " ", {"text": "snippet.text"}),
        ("", "x" * 1001, {"name": "snippet.name", "text": "snippet.text"}),
    ],
)
def test_each_wrong_entry_is_refused_with_its_reason(world: World, name: str, text: str, codes: dict[str, str]) -> None:
    with pytest.raises(InvalidFields) as refused:
        saves(world, "rina", name, text)
    assert {entry: error.code for entry, error in refused.value.errors.items()} == codes
    assert has(world, "rina") == []


def test_the_longest_name_and_text_are_taken_and_no_more_than_fifty_of_one_owner(world: World) -> None:
    saves(world, "bagus", "x" * 20, "x" * 1000)
    for number in range(MOST_SNIPPETS - 1):
        saves(world, "bagus", f"n{number}")
    with pytest.raises(InvalidFields) as refused:
        saves(world, "bagus", "lagi")
    assert refused.value.errors["name"].code == "snippet.too_many"
    saves(world, "bagus", "n1", "ganti")
    saves(world, "bagus", "lagi", shared=True)
    saves(world, "rina", "lagi")


def test_the_orders_values_stand_for_the_placeholders_and_other_braces_stay(world: World) -> None:
    Phone(world, 1).says(f"/reg {WHOLE}")
    saves(world, "rina", "cek", "{teknisi}: {nomor} {sn} {odp} {x}")
    order, rina = world.order(), world.person("rina")
    [(one, text)] = world.transactions.read(lambda uow: filled_snippets(uow, order, rina))
    assert (one.name, text) == ("cek", "Budi: SC32232558 ZTEGC6754546 ODP-SDA-003 {x}")
