"""What a person chooses for their own work in the console."""

import pytest

from sikpro.application.ports.work_preferences import WorkPreferences
from sikpro.application.use_cases.people.choose_work import choose_going_on, choose_layout, choose_served
from sikpro.domain.errors import NotPermitted
from tests.unit.chat import World


def chosen(world: World, username: str = "rina") -> WorkPreferences:
    person = world.person(username).id
    return world.transactions.read(lambda uow: uow.work_preferences.of(person))


def test_each_choice_leaves_the_others_as_they_are() -> None:
    world = World()
    rina = world.person("rina")
    world.transactions.write(lambda uow: choose_served(uow, rina, ["SDA", "TUN"], ["AO"], ["MJK"]))
    world.transactions.write(lambda uow: choose_layout(uow, rina, side_by_side=False))
    world.transactions.write(lambda uow: choose_going_on(uow, rina, go_on=False))
    assert chosen(world) == WorkPreferences(
        person_id=rina.id,
        side_by_side=False,
        go_on=False,
        stos=frozenset({"SDA", "TUN"}),
        types=frozenset({"AO"}),
        site_operations=frozenset({"MJK"}),
    )
    assert chosen(world, "bagus") == WorkPreferences(person_id=world.person("bagus").id)


def test_codes_that_the_catalogue_does_not_have_are_left_out() -> None:
    world = World()
    rina = world.person("rina")
    served = world.transactions.write(lambda uow: choose_served(uow, rina, ["SDA", "XXX"], ["??"], ["SDA"]))
    assert (served.stos, served.types, served.site_operations) == ({"SDA"}, frozenset(), {"SDA"})
    assert chosen(world) == served


def test_who_does_not_work_on_orders_chooses_only_the_layout() -> None:
    world = World()
    admin = world.person("admin")
    world.transactions.write(lambda uow: choose_layout(uow, admin, side_by_side=False))
    assert not chosen(world, "admin").side_by_side
    with pytest.raises(NotPermitted):
        world.transactions.write(lambda uow: choose_going_on(uow, admin, go_on=False))
    with pytest.raises(NotPermitted):
        world.transactions.write(lambda uow: choose_served(uow, admin, ["SDA"], [], []))
