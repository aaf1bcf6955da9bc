"""Who makes webhooks, with which addresses, and what turning off, renewing and sending again do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sikpro.application.ports.security_events import EventFilter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery, WebhookState
from sikpro.application.use_cases.webhooks.keep_webhooks import (
    MOST_WEBHOOKS,
    TypedWebhook,
    add_webhook,
    change_webhook,
    remove_webhook,
    renew_secret,
    resend_delivery,
    resend_failed,
    switch_webhook,
    try_webhook,
)
from sikpro.application.use_cases.webhooks.tell_webhooks import TYPES
from sikpro.domain.errors import DomainError, InvalidFields, NotFound, NotPermitted
from sikpro.domain.people import Person
from sikpro.testing.builders import coded, refusals
from tests.unit.chat import World

URL = "https://depot.example/hook?token=rahasia"


@pytest.fixture
def world() -> World:
    return World()


def made(world: World, name: str = " Depot  Surabaya ", url: str = URL, kinds: tuple[str, ...] = ()) -> Webhook:
    typed, by = TypedWebhook(name=name, url=url, kinds=kinds), world.person("admin")
    return world.transactions.write(lambda uow: add_webhook(uow, typed, by, world.clock.now()))


def does(world: World, act: Callable[..., Any], *ids: int, **more: Any) -> Any:
    by = world.person("admin")
    return world.transactions.write(lambda uow: act(uow, *ids, by, world.clock.now(), **more))


def page(world: World, webhook: Webhook) -> tuple[WebhookDelivery, ...]:
    return world.transactions.read(lambda uow: uow.webhooks.page(webhook.id, None, before=None, limit=9))


def kept(world: World, webhook: Webhook) -> Webhook:
    return world.transactions.read(lambda uow: uow.webhooks.get(webhook.id))


def failed(world: World, webhook: Webhook) -> int:
    """A delivery that failed."""

    def work(uow: UnitOfWork) -> int:
        number = uow.webhooks.queue(webhook.id, "order.taken", "{}", world.clock.now(), order_id=1)
        uow.webhooks.claim(world.clock.now(), timedelta(minutes=1))
        uow.webhooks.failed(number, "500", world.clock.now(), attempt=1)
        return number

    return world.transactions.write(work)


def test_a_webhook_is_made_with_a_secret_of_its_own(world: World) -> None:
    first, other = made(world), made(world, kinds=TYPES[:2])
    assert (first.name, first.url, first.kinds, first.active) == ("Depot Surabaya", URL, frozenset(), True)
    assert other.kinds == set(TYPES[:2])
    assert made(world, kinds=TYPES).kinds == frozenset(), "all, also those that are new one day"
    assert first.secret.startswith("whsec_")
    assert first.secret != other.secret
    assert first.secret not in repr(first)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "webhook.url"),
        ("depot.example/hook", "webhook.url"),
        ("ftp://depot.example", "webhook.url"),
        ("javascript:alert(1)", "webhook.url"),
        ("https:///hook", "webhook.url"),
        ("https://depot.example:99999/", "webhook.url"),
        ("https://[::1/", "webhook.url"),
        ("https://depot.example/a b", "webhook.url"),
        ("https://depot.example\\@evil.example/", "webhook.url_password"),
        ("https://depot.example/#x", "webhook.url"),
        (f"https://depot.example/{'x' * 1000}", "webhook.url"),
        ("https://rina:rahasia@depot.example/", "webhook.url_password"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(world: World, url: str, code: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        made(world, url=url)
    assert {name: said for name, (said, _) in refusals(caught.value).items()} == {"url": code}


def test_all_that_is_wrong_is_said_at_once(world: World) -> None:
    with pytest.raises(InvalidFields) as caught:
        made(world, name=" ", url="x", kinds=("order.remarked",))
    assert set(refusals(caught.value)) == {"name", "url", "kinds"}


def test_there_are_not_too_many(world: World) -> None:
    for _ in range(MOST_WEBHOOKS):
        made(world)
    with pytest.raises(DomainError, check=coded("webhook.too_many")):
        made(world)


ACTS: dict[str, Callable[[UnitOfWork, int, Person, Any], object]] = {
    "add": lambda uow, _, by, now: add_webhook(uow, TypedWebhook(name="x", url=URL), by, now),
    "change": lambda uow, one, by, now: change_webhook(uow, one, TypedWebhook(name="x", url=URL), by, now),
    "switch": lambda uow, one, by, now: switch_webhook(uow, one, by, now, active=False),
    "renew": renew_secret,
    "remove": remove_webhook,
    "try": try_webhook,
    "resend": lambda uow, one, by, now: resend_delivery(uow, one, 1, by, now),
    "resend all": resend_failed,
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["rina", "bagus"])
def test_only_admins_decide_about_webhooks(world: World, act: str, who: str) -> None:
    webhook, by = made(world), world.person(who)
    failed(world, webhook)
    with pytest.raises(NotPermitted):
        world.transactions.write(lambda uow: ACTS[act](uow, webhook.id, by, world.clock.now()))
    assert kept(world, webhook) == webhook


@pytest.mark.parametrize("act", sorted(set(ACTS) - {"add"}))
def test_what_is_not_there_is_not_found(world: World, act: str) -> None:
    by = world.person("admin")
    with pytest.raises(NotFound):
        world.transactions.write(lambda uow: ACTS[act](uow, 404, by, world.clock.now()))


def test_making_changing_and_removing_is_recorded_without_secrets(world: World) -> None:
    webhook = made(world)
    by, now = world.person("admin"), world.clock.now()
    world.transactions.write(lambda uow: change_webhook(uow, webhook.id, TypedWebhook(name="Gudang", url=URL), by, now))
    world.transactions.write(lambda uow: change_webhook(uow, webhook.id, TypedWebhook(name="Gudang", url=URL), by, now))
    does(world, renew_secret, webhook.id)
    does(world, switch_webhook, webhook.id, active=False)
    does(world, remove_webhook, webhook.id)

    events = world.transactions.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=9))

    assert [(event.kind, event.object, event.details) for event in reversed(events)] == [
        ("webhook_made", f"/settings/webhooks/{webhook.id}", "Depot Surabaya: depot.example (*)"),
        ("webhook_changed", f"/settings/webhooks/{webhook.id}", "Gudang: depot.example (*)"),
        ("webhook_changed", f"/settings/webhooks/{webhook.id}", "Gudang: secret"),
        ("webhook_changed", f"/settings/webhooks/{webhook.id}", "Gudang: off"),
        ("webhook_removed", f"/settings/webhooks/{webhook.id}", "Gudang: depot.example (*)"),
    ]


def test_what_is_on_its_way_when_a_webhook_is_turned_off_fails_and_can_be_sent_again(world: World) -> None:
    webhook = made(world)
    does(world, try_webhook, webhook.id)
    does(world, switch_webhook, webhook.id, active=False)
    (delivery,) = page(world, webhook)
    assert (delivery.state, delivery.answer) == (WebhookState.FAILED, "turned_off")
    for act in (try_webhook, resend_failed):
        with pytest.raises(DomainError, check=coded("webhook.is_off")):
            does(world, act, webhook.id)

    does(world, switch_webhook, webhook.id, active=True)
    assert does(world, resend_delivery, webhook.id, delivery.id)
    assert not does(world, resend_delivery, webhook.id, delivery.id)
    (again,) = page(world, webhook)
    assert (again.state, again.message_id) == (WebhookState.QUEUED, delivery.message_id)


def test_turning_on_what_is_on_changes_nothing(world: World) -> None:
    webhook = made(world)
    assert does(world, switch_webhook, webhook.id, active=True) == webhook
    events = world.transactions.read(lambda uow: uow.security_events.page(EventFilter(), before=None, limit=9))
    assert len(events) == 1


def test_all_failed_ones_are_sent_again_and_no_delivery_of_another_webhook(world: World) -> None:
    webhook, other = made(world), made(world)
    numbers = [failed(world, webhook) for _ in range(3)]
    theirs = failed(world, other)
    with pytest.raises(NotFound):
        does(world, resend_delivery, webhook.id, theirs)
    assert does(world, resend_failed, webhook.id) == len(numbers)
    assert {one.state for one in page(world, webhook)} == {WebhookState.QUEUED}
    assert {one.state for one in page(world, other)} == {WebhookState.FAILED}


def test_after_a_renewal_the_secret_before_counts_for_a_day(world: World) -> None:
    webhook = made(world)
    renewed = does(world, renew_secret, webhook.id)
    assert renewed.secret not in {webhook.secret, ""}
    assert (renewed.former, renewed.former_until) == (webhook.secret, world.clock.now() + timedelta(hours=24))
    assert kept(world, webhook) == renewed
