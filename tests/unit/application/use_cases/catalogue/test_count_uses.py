"""The statuses that a helpdesk sets most come first, once a day has counted them."""

from datetime import timedelta

from sikpro.application.use_cases.catalogue.count_uses import COUNTED_FOR, next_count
from tests.unit.chat import WHOLE, ZONE, Phone, World


def count(world: World) -> bool:
    """Run the job once, and return whether it had anything to store."""
    now = world.clock.now()
    save = world.transactions.read(lambda uow: next_count(uow, now, ZONE))
    if save:
        world.transactions.write(save)
    return save is not None


def test_uses_of_the_last_four_weeks_are_stored_once_and_fall_out_again() -> None:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    assert not count(world)
    world.takes()
    world.sets("odp_penuh")
    assert count(world)
    assert not count(world)
    assert world.transactions.read(lambda uow: uow.catalogue.status_uses()) == {"odp_penuh": 1}
    world.clock.later(COUNTED_FOR)
    assert not count(world)
    world.clock.later(timedelta(seconds=1))
    assert count(world)
    assert world.transactions.read(lambda uow: uow.catalogue.status_uses()) == {}
