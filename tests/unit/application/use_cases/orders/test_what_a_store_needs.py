"""What a store must have for which work: `ports/storage.py` groups a unit of work by it."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from sikpro.application.fields import FIELDS
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import ChatStorage, OrderStorage, PeopleStorage, UnitOfWork
from sikpro.application.use_cases.orders.change_status import change_status
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel
from tests.unit.chat import WHOLE, ZONE, World

REQUEST = dict(zip((field.name for field in FIELDS), WHOLE.split("#"), strict=False))

OF_EVERY_UNIT = {"announce", "savepoint"}


@pytest.fixture
def world() -> World:
    return World()


class Partial:
    """A unit of work of a store that has only some capabilities."""

    def __init__(self, uow: UnitOfWork, *capabilities: type) -> None:
        self._uow = uow
        self._has = OF_EVERY_UNIT | {name for one in capabilities for name in vars(one) if not name.startswith("_")}

    def __getattr__(self, name: str) -> Any:
        if name not in self._has:
            raise NotImplementedError(name)
        return getattr(self._uow, name)


def with_only(world: World, work: Callable[[UnitOfWork], Order], *capabilities: type) -> Order:
    return world.transactions.write(lambda uow: work(cast(UnitOfWork, Partial(uow, *capabilities))))


def test_orders_are_registered_taken_and_listed_by_a_store_of_orders_and_people(world: World) -> None:
    now, rina = world.clock.now(), world.person("rina")

    def work(uow: UnitOfWork) -> Order:
        registered = register_order(uow, REQUEST, now, sender=rina, channel=Channel.WEB)
        taken = take_order(uow, registered.order.id, rina, now)
        (row,) = uow.order_queries.page(OrderFilter(), sort=Sort.NEWEST, after=None, limit=5)
        assert row.number == taken.number
        return taken

    assert with_only(world, work, OrderStorage, PeopleStorage).holder == rina.id


def test_orders_are_answered_by_a_store_that_has_an_outbox_too(world: World) -> None:
    now, rina = world.clock.now(), world.person("rina")

    def work(uow: UnitOfWork) -> Order:
        registered = register_order(uow, REQUEST, now, sender=rina, channel=Channel.WEB)
        return change_status(uow, registered.order.id, "selesai", rina, now, feedback="Sudah aktif", zone=ZONE)

    assert with_only(world, work, OrderStorage, PeopleStorage, ChatStorage).phase.ends_well
