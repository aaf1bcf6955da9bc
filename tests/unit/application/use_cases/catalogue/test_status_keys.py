"""The key of each status: the same everywhere, chosen in the catalogue, and never one of the console's own."""

import re

import pytest
from attrs import evolve

from sikpro.adapters.web.site.engine import TEMPLATES
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import STATUSES
from sikpro.application.use_cases.catalogue.edit_catalogue import edit_row, row_coded, row_mark, set_row_active
from sikpro.application.use_cases.catalogue.first_catalogue import FIRST_STATUSES
from sikpro.application.use_cases.catalogue.status_keys import CONSOLE_KEYS, status_keys
from sikpro.domain.catalogue import Status
from sikpro.domain.errors import DomainError, InvalidFields
from tests.unit.chat import World

ADMIN = 6


def chooses(world: World, code: str, key: str) -> DomainError | None:
    """Return the error at the entry of the key that an admin types for a status."""

    def work(uow: UnitOfWork) -> None:
        row = row_coded(uow, STATUSES, code)
        typed = STATUSES.texts(row) | {"key": key}
        admin = uow.people.get(ADMIN)
        edit_row(uow, STATUSES, code, typed, mark=row_mark(row), by=admin, now=world.clock.now())

    try:
        world.transactions.write(work)
    except InvalidFields as error:
        return error.errors["key"]
    return None


def keys(world: World) -> dict[str, str]:
    return world.transactions.read(lambda uow: status_keys(uow.catalogue.statuses()))


def test_each_status_has_its_own_key_and_none_is_a_key_of_the_console() -> None:
    found = status_keys(FIRST_STATUSES)
    assert len(set(found.values())) == len(found) == len(FIRST_STATUSES)
    assert not set(found.values()) & set(CONSOLE_KEYS)
    assert {code: found[code] for code in ("selesai", "menunggu", "ont_tidak_terdeteksi", "valins_ulang", "ogp")} == {
        "selesai": "s",
        "menunggu": "m",
        "ont_tidak_terdeteksi": "o",
        "valins_ulang": "v",
        "ogp": "g",
    }


def test_every_letter_of_the_pages_actions_is_kept_from_the_statuses() -> None:
    pattern = re.compile(r"""(?:data-key"?\s*[=:]\s*"|\bkey=")([A-Za-z])\"""")
    used = {letter for path in TEMPLATES.rglob("*.html") for letter in pattern.findall(path.read_text())}
    assert {"t", "n", "u", "O", "f"} <= used
    assert used <= set(CONSOLE_KEYS)


def test_a_chosen_key_is_the_key_and_the_others_give_way() -> None:
    world = World()
    before = keys(world)
    assert before["selesai"] == "s"
    assert chooses(world, "odp_penuh", "s") is None
    after = keys(world)
    assert after["odp_penuh"] == "s"
    assert after["selesai"] != "s"
    assert len(set(after.values())) == len(after)


@pytest.mark.parametrize(
    ("key", "reason"), [("ab", "form"), ("1", "form"), ("é", "form"), ("t", "taken"), ("O", "taken"), ("w", "used")]
)
def test_a_key_that_cannot_be_is_refused_at_its_entry(key: str, reason: str) -> None:
    world = World()
    assert chooses(world, "selesai", "w") is None
    error = chooses(world, "odp_penuh", key)
    assert error is not None
    assert error.code == f"status_key.{reason}"


def test_a_retired_status_gives_its_key_away_and_does_not_take_it_back() -> None:
    world = World()

    def switch(active: bool) -> None:
        def work(uow: UnitOfWork) -> None:
            set_row_active(uow, STATUSES, "odp_rusak", active, uow.people.get(ADMIN), world.clock.now())

        world.transactions.write(work)

    assert chooses(world, "odp_rusak", "w") is None
    switch(active=False)
    assert chooses(world, "selesai", "w") is None
    with pytest.raises(InvalidFields):
        switch(active=True)


def test_two_statuses_with_one_key_in_old_data_still_have_two() -> None:
    twins: list[Status] = [evolve(status, key="w") for status in FIRST_STATUSES[:2]]
    assert len(set(status_keys(twins).values())) == 2
