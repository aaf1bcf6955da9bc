"""The wall counts what waits, who works and the pace of the day, and names no order."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.wall import AtWork, WaitingAt, Wall, wall
from sikpro.application.use_cases.recaps.wall_links import end_wall_link, make_wall_link, new_wall_token, open_wall
from sikpro.domain.errors import InvalidFields, NotPermitted
from tests.unit.chat import NINE, ZONE, Phone, World


def figures(world: World, site_operation: str = "") -> Wall:
    now = world.clock.now()
    return world.transactions.read(lambda uow: wall(uow, site_operation, now, ZONE))


@pytest.fixture
def world() -> World:
    world = World()
    budi, wayan = Phone(world, 1), Phone(world, 3)
    for place, serial in enumerate("12345"):
        budi.says(f"/reg AO#SC1000000{place}#ZTEGC675454{serial}#SDA#ODP-SDA-00{serial}#F5SDA445")
        world.clock.later(timedelta(minutes=5))
    wayan.says("/reg AO#SC20000001#ZTEGC6754549#MRT#ODP-MRT-003#F5MRT447")
    return world


def test_what_waits_is_counted_by_sto_with_the_oldest_and_those_past_their_limit(world: World) -> None:
    world.clock.later(timedelta(minutes=10))
    shown = figures(world)
    assert (shown.waiting, shown.oldest) == (6, timedelta(minutes=35))
    assert shown.overdue == 1  # an AO is to be taken within half an hour of working time
    assert shown.stos == [WaitingAt(sto="SDA", waiting=5, overdue=1), WaitingAt(sto="MRT", waiting=1, overdue=0)]
    elsewhere = figures(world, "MJK")
    assert (elsewhere.waiting, elsewhere.overdue, elsewhere.received.now) == (1, 0, 1)


def test_who_works_stands_with_what_they_hold_and_have_completed(world: World) -> None:
    for number, username in (("SC10000000", "rina"), ("SC10000001", "rina"), ("SC10000002", "bagus")):
        world.takes(username, number)
    world.sets("selesai", username="rina", number="SC10000000")
    shown = figures(world)
    assert shown.helpdesks == [AtWork(name="Rina", held=1, completed=1), AtWork(name="Bagus", held=1, completed=0)]
    assert (shown.received.now, shown.completed.now) == (6, 1)
    assert figures(world, "MJK").helpdesks == []


def test_a_quiet_wall_has_no_oldest() -> None:
    shown = figures(World())
    assert (shown.waiting, shown.oldest, shown.stos, shown.helpdesks) == (0, None, [], [])


def test_a_link_opens_the_wall_until_an_admin_ends_it(world: World) -> None:
    admin, token = world.person("admin"), new_wall_token()

    def make(uow: UnitOfWork) -> int:
        link = make_wall_link(uow, token, " Ruang  helpdesk ", "SDA", admin, NINE)
        assert (link.name, link.site_operation, token in link.token_hash) == ("Ruang helpdesk", "SDA", False)
        return link.id

    link_id = world.transactions.write(make)
    opened = world.transactions.read(lambda uow: open_wall(uow, token))
    assert opened is not None
    assert opened.id == link_id
    assert world.transactions.read(lambda uow: open_wall(uow, new_wall_token())) is None
    with pytest.raises(NotPermitted):
        world.transactions.write(lambda uow: end_wall_link(uow, link_id, world.person("bagus"), NINE))
    world.transactions.write(lambda uow: end_wall_link(uow, link_id, admin, NINE))
    assert world.transactions.read(lambda uow: open_wall(uow, token)) is None


@pytest.mark.parametrize(("name", "site", "wrong"), [("", "", "name"), ("x", "ZZZ", "site_operation")])
def test_a_link_needs_a_name_and_a_site_operation_that_there_is(world: World, name: str, site: str, wrong: str) -> None:
    admin = world.person("admin")
    with pytest.raises(InvalidFields) as refused:
        world.transactions.write(lambda uow: make_wall_link(uow, "t", name, site, admin, NINE))
    assert refused.value.errors.keys() == {wrong}


def test_only_an_admin_makes_a_link(world: World) -> None:
    for person in (world.person("bagus"), evolve(world.person("admin"), active=False)):
        with pytest.raises(NotPermitted):
            world.transactions.write(lambda uow, by=person: make_wall_link(uow, "t", "x", "", by, NINE))  # type: ignore[misc]  # default
