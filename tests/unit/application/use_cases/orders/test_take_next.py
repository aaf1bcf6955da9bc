"""*Take next* takes from the list that is shown, and what the person serves."""

import pytest

from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.work_preferences import WorkPreferences
from sikpro.application.use_cases.orders.work_order import take_next
from sikpro.testing.builders import an_sto
from tests.unit.chat import Phone, World

ORDERS = {"1": ("AO", "SDA"), "2": ("MO", "SDA"), "3": ("AO", "SPJ"), "4": ("MO", "SPJ")}


@pytest.fixture
def world() -> World:
    world = World()
    for sto, site_operation in (("SDA", "SO1"), ("SPJ", "SO2")):
        row = an_sto(sto, site_operation=site_operation)
        world.transactions.write(lambda uow, row=row: uow.catalogue.put_sto(row))  # type: ignore[misc]  # bound now
    for number, (kind, sto) in ORDERS.items():
        Phone(world, 1).says(f"/reg {kind}#SC1000000{number}#ZTEGC675454{number}#{sto}#ODP-{sto}-003#F5SDA445")
    return world


def takes(world: World, which: OrderFilter = OrderFilter(), **serves: set[str]) -> str:  # noqa: B008  # frozen
    """The orders that the person gets one after the other, by their last digits."""
    rina = world.person("rina")
    preferences = WorkPreferences(person_id=rina.id, **serves)  # type: ignore[arg-type]  # sets of codes
    world.transactions.write(lambda uow: uow.work_preferences.save(preferences))
    taken = ""
    while order := world.transactions.write(lambda uow: take_next(uow, rina, world.clock.now(), which)):
        taken += order.number[-1]
    return taken


@pytest.mark.parametrize(
    ("serves", "which", "taken"),
    [
        ({}, OrderFilter(), "1234"),
        ({}, OrderFilter(type="MO"), "24"),
        ({"types": {"MO"}}, OrderFilter(), "24"),
        ({"stos": {"SPJ"}}, OrderFilter(), "34"),
        ({"site_operations": {"SO1"}}, OrderFilter(), "12"),
        ({"site_operations": {"SO1"}, "stos": {"SPJ"}, "types": {"AO"}}, OrderFilter(), "13"),
        ({"site_operations": {"SO9"}}, OrderFilter(), ""),
        ({"stos": {"SPJ"}}, OrderFilter(sto="SDA"), "12"),
        ({"stos": {"SPJ"}}, OrderFilter(site_operation="SO1"), "12"),
        ({"types": {"MO"}, "stos": {"SPJ"}}, OrderFilter(type="AO"), "3"),
    ],
)
def test_what_the_person_serves_counts_where_the_list_does_not_say(
    world: World, serves: dict[str, set[str]], which: OrderFilter, taken: str
) -> None:
    assert takes(world, which, **serves) == taken
