"""Orders that a helpdesk skips or puts off: who gets them next, and when they come back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.remark_order import remark_order
from sikpro.application.use_cases.orders.set_aside import put_off, put_off_order, skip_order
from sikpro.application.use_cases.orders.work_order import assign_order, take_next
from sikpro.domain.errors import AlreadyTaken, ForbiddenMove, InvalidValue, NotPermitted, TooManyClaims
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase
from tests.unit.chat import NINE, ZONE, Phone, World

FIRST, SECOND = "SC10000001", "SC10000002"
HOUR = timedelta(hours=1)

Aside = Callable[[World, str], Order]


@pytest.fixture
def world() -> World:
    world = World()
    for number, serial in ((FIRST, "ZTEGC6754541"), (SECOND, "ZTEGC6754542")):
        Phone(world, 1).says(f"/reg AO#{number}#{serial}#SDA#ODP-SDA-003#F5SDA445")
        world.clock.later(timedelta(minutes=1))
    return world


def next_for(world: World, username: str) -> str:
    """The number of the order that *take next* gives to a person, "" for none."""
    person, now = world.person(username), world.clock.now()
    order = world.transactions.write(lambda uow: take_next(uow, person, now))
    return order.number if order else ""


def skips(world: World, username: str, number: str = FIRST, reason: str = "not_mine") -> Order:
    order, person, now = world.order(number), world.person(username), world.clock.now()
    return world.transactions.write(lambda uow: skip_order(uow, order.id, reason, person, now))


def puts_off(world: World, username: str, span: timedelta, number: str = FIRST) -> Order:
    order, person, now = world.order(number), world.person(username), world.clock.now()
    return world.transactions.write(lambda uow: put_off_order(uow, order.id, now + span, person, now))


def waiting_again(world: World, username: str) -> list[tuple[str, bool]]:
    """The orders that a person put off: number, and whether their time has come."""
    person, now = world.person(username), world.clock.now()
    pairs = world.transactions.read(lambda uow: put_off(uow, person, now))
    return [(order.number, one.until <= now) for one, order in pairs]


def test_a_colleague_s_note_ends_what_was_put_off_and_not_what_was_skipped(world: World) -> None:
    def remarks(username: str, number: str) -> None:
        order, person, now = world.order(number), world.person(username), world.clock.now()
        world.transactions.write(lambda uow: remark_order(uow, order.id, person, now, text="sudah dicek", zone=ZONE))

    puts_off(world, "rina", HOUR, FIRST)
    skips(world, "rina", SECOND)
    world.clock.later(timedelta(minutes=1))
    remarks("rina", FIRST)
    assert waiting_again(world, "rina") == [(FIRST, False)], "one's own note changes nothing"
    assert next_for(world, "rina") == ""
    remarks("bagus", SECOND)
    remarks("bagus", FIRST)
    assert waiting_again(world, "rina") == []
    assert [next_for(world, "rina"), next_for(world, "rina")] == [FIRST, ""]


def test_a_skipped_order_goes_to_others_and_not_back_to_who_skipped_it(world: World) -> None:
    assert next_for(world, "rina") == FIRST
    order = skips(world, "rina")
    assert (order.phase, order.holder) == (Phase.WAITING, None)
    assert next_for(world, "rina") == SECOND
    assert next_for(world, "bagus") == FIRST


def test_what_is_skipped_and_why_stays_for_the_leaders(world: World) -> None:
    order, now = skips(world, "rina", reason="unclear"), world.clock.now()
    kept = world.transactions.read(lambda uow: uow.set_aside.since(now, 9))
    expected = SetAside(
        id=1,
        order_id=order.id,
        version=order.version,
        by=world.person("rina").id,
        at=now,
        until=now + 12 * HOUR,
        reason="unclear",
    )
    assert kept == (expected,)


def test_an_order_that_was_put_off_comes_back_at_its_time(world: World) -> None:
    world.takes(number=FIRST)
    puts_off(world, "rina", HOUR)
    assert waiting_again(world, "rina") == [(FIRST, False)]
    assert next_for(world, "rina") == SECOND
    world.clock.later(HOUR)
    assert waiting_again(world, "rina") == [(FIRST, True)]
    assert next_for(world, "rina") == FIRST
    assert waiting_again(world, "rina") == []


def test_the_reminder_of_an_order_ends_an_hour_after_its_time(world: World) -> None:
    puts_off(world, "rina", HOUR)
    world.clock.later(2 * HOUR - timedelta(seconds=1))
    assert waiting_again(world, "rina") == [(FIRST, True)]
    world.clock.later(timedelta(seconds=1))
    assert waiting_again(world, "rina") == []


@pytest.mark.parametrize("aside", [skips, lambda world, who: puts_off(world, who, HOUR)])
def test_anything_that_happens_to_the_order_brings_it_back_at_once(world: World, aside: Aside) -> None:
    aside(world, "rina")
    world.takes("bagus", FIRST)
    order, bagus, now = world.order(FIRST), world.person("bagus"), world.clock.now()
    world.transactions.write(lambda uow: skip_order(uow, order.id, "other", bagus, now))
    assert waiting_again(world, "rina") == []
    assert next_for(world, "rina") == FIRST


def test_who_puts_off_one_order_twice_has_it_once_at_the_later_time(world: World) -> None:
    puts_off(world, "rina", HOUR)
    puts_off(world, "rina", 2 * HOUR)
    world.clock.later(HOUR)
    assert waiting_again(world, "rina") == [(FIRST, False)]
    skips(world, "rina")
    assert waiting_again(world, "rina") == []


def test_orders_that_were_put_off_stand_by_their_time(world: World) -> None:
    puts_off(world, "rina", 2 * HOUR, FIRST)
    puts_off(world, "rina", HOUR, SECOND)
    assert waiting_again(world, "rina") == [(SECOND, False), (FIRST, False)]


def test_an_order_can_be_put_off_for_four_hours_and_no_longer(world: World) -> None:
    puts_off(world, "rina", 4 * HOUR)
    for span in (timedelta(0), -HOUR, 4 * HOUR + timedelta(seconds=1)):
        with pytest.raises(InvalidValue) as refused:
            puts_off(world, "rina", span)
        assert refused.value.code == "put_off.time"


def test_a_reason_outside_the_list_is_refused(world: World) -> None:
    with pytest.raises(InvalidValue) as refused:
        skips(world, "rina", reason="")
    assert refused.value.code == "skip.reason"


@pytest.mark.parametrize("aside", [skips, lambda world, who: puts_off(world, who, HOUR)])
def test_nobody_sets_aside_what_a_colleague_has(world: World, aside: Aside) -> None:
    world.takes("bagus", FIRST)
    with pytest.raises(AlreadyTaken):
        aside(world, "rina")
    assert world.transactions.read(lambda uow: uow.set_aside.since(NINE, 9)) == ()


@pytest.mark.parametrize("aside", [skips, lambda world, who: puts_off(world, who, HOUR)])
def test_a_finished_order_cannot_be_set_aside(world: World, aside: Aside) -> None:
    world.takes("rina", FIRST)
    world.sets("selesai", number=FIRST)
    with pytest.raises(ForbiddenMove):
        aside(world, "rina")


@pytest.mark.parametrize("aside", [skips, lambda world, who: puts_off(world, who, HOUR)])
def test_who_does_not_work_on_orders_sets_none_aside(world: World, aside: Aside) -> None:
    with pytest.raises(NotPermitted):
        aside(world, "admin")


def allow(uow: UnitOfWork, most: int) -> None:
    uow.installation.put(evolve(uow.installation.get(), most_claims=most))


def test_nobody_takes_more_orders_than_the_installation_allows(world: World) -> None:
    world.transactions.write(lambda uow: allow(uow, 1))
    world.takes("rina", FIRST)
    assert world.takes("rina", FIRST).holder == world.person("rina").id  # the same one again is no second one
    for take in (lambda: world.takes("rina", SECOND), lambda: next_for(world, "rina")):
        with pytest.raises(TooManyClaims) as refused:
            take()
        assert dict(refused.value.params) == {"most": 1}
    assert next_for(world, "bagus") == SECOND


def test_a_leader_may_give_somebody_more_than_the_limit(world: World) -> None:
    world.transactions.write(lambda uow: allow(uow, 1))
    world.takes("rina", FIRST)
    second, rina, bagus, now = world.order(SECOND), world.person("rina"), world.person("bagus"), world.clock.now()
    order = world.transactions.write(lambda uow: assign_order(uow, second.id, rina.id, bagus, now))
    assert order.holder == rina.id
