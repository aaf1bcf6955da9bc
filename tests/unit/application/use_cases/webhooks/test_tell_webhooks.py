"""Which events reach webhooks, with what in them, and that they are rows of the change's own transaction."""

import json
from typing import Any

import pytest

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery
from sikpro.application.use_cases.orders.remark_order import remark_order
from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.application.use_cases.webhooks.tell_webhooks import TYPES
from sikpro.domain.errors import DomainError
from sikpro.domain.events import EVENTS
from sikpro.testing.builders import a_webhook
from tests.unit.chat import WHOLE, ZONE, Phone, World


@pytest.fixture
def world() -> World:
    return World()


def made(world: World, **more: Any) -> Webhook:
    by = world.person("admin").id
    return world.transactions.write(lambda uow: uow.webhooks.add(a_webhook(by, **more)))


def deliveries(world: World, webhook: Webhook) -> list[WebhookDelivery]:
    page = world.transactions.read(lambda uow: uow.webhooks.page(webhook.id, None, before=None, limit=99))
    return list(reversed(page))


def test_the_life_of_an_order_is_told_in_order(world: World) -> None:
    webhook = made(world)
    Phone(world, 1).says(f"/reg {WHOLE}")
    world.takes()
    world.sets("selesai", feedback="Sudah aktif")

    told = deliveries(world, webhook)

    assert [one.kind for one in told] == ["order.placed", "order.taken", "order.status_changed"]
    assert {one.order_id for one in told} == {world.order().id}
    bodies = [json.loads(one.body) for one in told]
    assert [body["type"] for body in bodies] == [one.kind for one in told]
    assert [body["data"]["order"]["phase"] for body in bodies] == ["waiting", "in_progress", "completed"]
    last = bodies[-1]["data"]
    assert last["event"]["by"] == {"id": world.person("rina").id, "name": "Rina"}
    assert last["event"]["facts"] == {"before": "ogp", "feedback": "Sudah aktif", "reason": ""}
    assert last["order"]["number"] == "SC32232558"
    assert last["order"]["version"] == world.order().version
    assert bodies[-1]["timestamp"] == last["event"]["at"] == "2026-11-02T02:00:00Z"


def test_a_webhook_gets_the_types_that_it_wants_and_none_while_it_is_off(world: World) -> None:
    taken, off = made(world, kinds=frozenset({"order.taken"})), made(world, active=False)
    Phone(world, 1).says(f"/reg {WHOLE}")
    world.takes()
    assert [one.kind for one in deliveries(world, taken)] == ["order.taken"]
    assert deliveries(world, off) == []


def test_a_change_that_is_refused_tells_nothing(world: World) -> None:
    webhook = made(world)
    Phone(world, 1).says(f"/reg {WHOLE}")

    def work(uow: UnitOfWork) -> None:
        take_order(uow, world.order().id, world.person("rina"), world.clock.now())
        raise DomainError("disk")

    with pytest.raises(DomainError):
        world.transactions.write(work)

    assert [one.kind for one in deliveries(world, webhook)] == ["order.placed"]


def test_what_colleagues_write_to_each_other_stays_between_them(world: World) -> None:
    webhook = made(world)
    Phone(world, 1).says(f"/reg {WHOLE}")
    order, rina, now = world.order(), world.person("rina"), world.clock.now()
    world.transactions.write(
        lambda uow: remark_order(uow, order.id, rina, now, text="rahasia", last_event=None, zone=ZONE)
    )
    told = deliveries(world, webhook)
    assert [one.kind for one in told] == ["order.placed"]
    assert "order.remarked" not in TYPES


def test_the_sender_is_woken_only_when_something_is_to_be_sent(world: World) -> None:
    Phone(world, 1).says(f"/reg {WHOLE}")
    order, rina = world.order(), world.person("rina")

    def hints(uow: UnitOfWork) -> list[Hint]:
        take_order(uow, order.id, rina, world.clock.now())
        assert isinstance(uow, MemoryUnitOfWork)
        return [hint for hint in uow.hints if hint.kind is Kind.WEBHOOK]

    made(world, kinds=frozenset({"order.placed"}))
    with pytest.raises(DomainError):
        world.transactions.write(lambda uow: _undone(hints(uow), []))
    made(world)
    with pytest.raises(DomainError):
        world.transactions.write(lambda uow: _undone(hints(uow), [Hint(Kind.WEBHOOK)]))


def _undone(found: list[Hint], expected: list[Hint]) -> None:
    assert found == expected
    raise DomainError("again")


def test_each_kind_of_event_has_its_own_type(world: World) -> None:
    assert len(set(TYPES)) == len(EVENTS) - 1
    assert all(name.startswith("order.") for name in TYPES)
