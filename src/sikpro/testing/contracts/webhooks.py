"""What webhooks and their deliveries promise."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from sikpro.application.ports.runtime import FAR_AHEAD
from sikpro.application.ports.storage import StorageRejected, Transactions, UnitOfWork
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery, WebhookState
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import a_person, a_webhook, after
from sikpro.testing.contracts.base import StoreSuite

LEASE = timedelta(minutes=1)

DELIVERED, FAILED, QUEUED = WebhookState.DELIVERED, WebhookState.FAILED, WebhookState.QUEUED


def made(store: Transactions, **more: Any) -> Webhook:
    def work(unit: UnitOfWork) -> Webhook:
        person = unit.people.by_username("rina") or unit.people.add(a_person())
        return unit.webhooks.add(a_webhook(person.id, **more))

    return store.write(work)


def queued(store: Transactions, webhook: Webhook, order: int | None = 7, kind: str = "order.taken") -> int:
    return store.write(lambda unit: unit.webhooks.queue(webhook.id, kind, '{"n": "😀"}', after(0), order_id=order))


def tried(store: Transactions, minute: float, *but: Webhook) -> WebhookDelivery | None:
    left_out = [webhook.id for webhook in but]
    return store.write(lambda unit: unit.webhooks.claim(after(minute), LEASE, but=left_out))


def all_tried(store: Transactions, minute: float) -> list[int]:
    found = list[int]()
    while one := tried(store, minute):
        found.append(one.id)
    return found


def kept(store: Transactions, delivery: int) -> WebhookDelivery:
    return store.read(lambda unit: unit.webhooks.delivery(delivery))


class WebhooksContract(StoreSuite):
    """What webhooks and their deliveries promise."""

    def test_a_webhook_is_kept_changed_and_removed_with_what_was_on_its_way(self, store: Transactions) -> None:
        first, other = made(store, kinds=frozenset({"order.taken", "order.placed"})), made(store, name="Lain")
        mine, theirs = queued(store, first), queued(store, other)
        assert store.read(lambda unit: unit.webhooks.all()) == (first, other)

        renewed = evolve(first, name="Gudang", former="whsec_x", former_until=after(9), active=False, reason="gone")
        store.write(lambda unit: unit.webhooks.change(renewed))
        assert store.read(lambda unit: unit.webhooks.get(first.id)) == renewed
        store.write(lambda unit: unit.webhooks.remove(first.id))

        assert store.read(lambda unit: unit.webhooks.all()) == (other,)
        assert kept(store, theirs).webhook == other.id
        with pytest.raises(NotFound):
            kept(store, mine)
        assert made(store).id not in {first.id, other.id}

    def test_only_active_webhooks_that_want_a_type_of_event_are_asked(self, store: Transactions) -> None:
        def wanting(kind: str) -> list[int]:
            return store.read(lambda unit: [one.id for one in unit.webhooks.wanting(kind)])

        assert wanting("order.taken") == []
        everything, some = made(store), made(store, kinds=frozenset({"order.taken"}))
        made(store, active=False)
        assert wanting("order.taken") == [everything.id, some.id]
        assert wanting("order.placed") == [everything.id]
        store.write(lambda unit: unit.webhooks.change(evolve(everything, active=False)))
        store.write(lambda unit: unit.webhooks.remove(some.id))
        assert wanting("order.taken") == []

    def test_a_webhook_made_in_a_transaction_is_asked_in_it(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> list[int]:
            before = len(unit.webhooks.wanting("order.taken"))
            person = unit.people.add(a_person())
            unit.webhooks.add(a_webhook(person.id))
            return [before, len(unit.webhooks.wanting("order.taken"))]

        assert store.write(work) == [0, 1]

    def test_a_delivery_is_claimed_and_arrives(self, store: Transactions) -> None:
        webhook = made(store)
        delivery = queued(store, webhook)

        one = tried(store, 1)

        assert one is not None
        assert (one.id, one.webhook, one.order_id, one.kind) == (delivery, webhook.id, 7, "order.taken")
        assert (one.body, one.attempts, one.state) == ('{"n": "😀"}', 1, WebhookState.SENDING)
        assert one.message_id.startswith("msg_")
        assert tried(store, 1.9) is None, "it is in hand"
        store.write(lambda unit: unit.webhooks.delivered(delivery, "204", after(1), attempt=1))
        end = kept(store, delivery)
        assert (end.state, end.answer, end.ended_at, end.message_id) == (DELIVERED, "204", after(1), one.message_id)
        assert tried(store, 99) is None

    def test_events_of_an_order_wait_for_the_one_before_and_those_of_others_go_on(self, store: Transactions) -> None:
        webhook, other = made(store), made(store)
        first, second = queued(store, webhook, 7), queued(store, webhook, 7)
        beside, elsewhere = queued(store, webhook, 8), queued(store, other, 7)
        tests = [queued(store, webhook, None), queued(store, webhook, None)]

        assert all_tried(store, 1) == [first, beside, elsewhere, *tests]
        store.write(lambda unit: unit.webhooks.later(first, after(5), "500", attempt=1))
        assert all_tried(store, 1.5) == [], "the first one still comes before"
        assert (tried(store, 5) or kept(store, second)).id == first
        store.write(lambda unit: unit.webhooks.failed(first, "500", after(5), attempt=2))
        assert second in all_tried(store, 5)

    def test_webhooks_that_have_enough_in_hand_are_left_out(self, store: Transactions) -> None:
        busy, free = made(store), made(store)
        queued(store, busy)
        delivery = queued(store, free)
        one = tried(store, 1, busy)
        assert one is not None
        assert one.id == delivery
        assert tried(store, 1, busy) is None

    def test_a_delivery_in_hand_is_nobody_elses_until_its_lease_runs_out(self, store: Transactions) -> None:
        queued(store, made(store))
        tries = [one.attempts if (one := tried(store, minute)) else None for minute in (1, 1.9, 2)]
        assert tries == [1, None, 2]
        tried(store, 999_999)
        back = tried(store, 3)
        assert back is not None, "a lease of a clock that was ahead holds up nobody"

    def test_what_an_older_try_says_changes_nothing(self, store: Transactions) -> None:
        delivery = queued(store, made(store))
        tried(store, 0)
        now = tried(store, 2)
        for say in (
            lambda unit: unit.webhooks.delivered(delivery, "200", after(2), attempt=1),
            lambda unit: unit.webhooks.later(delivery, after(9), "500", attempt=1),
            lambda unit: unit.webhooks.failed(delivery, "500", after(2), attempt=1),
            lambda unit: unit.webhooks.delivered(404, "200", after(2), attempt=1),
        ):
            store.write(say)
            assert kept(store, delivery) == now
            assert tried(store, 2.5) is None, "the lease of the newer try stands"
        store.write(lambda unit: unit.webhooks.failed(delivery, "500", after(2), attempt=2))
        store.write(lambda unit: unit.webhooks.delivered(delivery, "200", after(3), attempt=2))
        assert (kept(store, delivery).state, kept(store, delivery).answer) == (FAILED, "500")

    def test_a_delivery_that_waits_is_due_at_its_time_or_by_a_clock_that_was_far_ahead(
        self, store: Transactions
    ) -> None:
        delivery = queued(store, made(store))
        assert tried(store, -60) is not None, "one that was never tried is due by any clock"
        store.write(lambda unit: unit.webhooks.later(delivery, after(10), "timeout", attempt=1))
        assert (kept(store, delivery).state, kept(store, delivery).due_at) == (QUEUED, after(10))
        assert tried(store, 9.9) is None
        assert tried(store, 10) is not None
        store.write(lambda unit: unit.webhooks.later(delivery, after(10) + FAR_AHEAD, "timeout", attempt=2))
        assert tried(store, 10) is None
        assert tried(store, 9) is not None

    def test_failed_ones_are_sent_again_one_or_all(self, store: Transactions) -> None:
        webhook, other = made(store), made(store)
        several = [queued(store, webhook, order) for order in (1, 2, 3)]
        others = queued(store, other)
        assert store.write(lambda unit: unit.webhooks.end_all(webhook.id, "turned_off", after(1))) == 3
        assert store.write(lambda unit: unit.webhooks.end_all(webhook.id, "turned_off", after(2))) == 0
        assert kept(store, several[0]).ended_at == after(1)
        assert all_tried(store, 1) == [others]

        assert store.write(lambda unit: unit.webhooks.resend(several[0], after(3)))
        assert not store.write(lambda unit: unit.webhooks.resend(several[0], after(3)))
        again = kept(store, several[0])
        assert (again.state, again.attempts, again.answer, again.ended_at) == (QUEUED, 0, "", None)
        assert store.write(lambda unit: unit.webhooks.resend_all(webhook.id, after(3))) == 2

        assert all_tried(store, 3)[:3] == several

    def test_turning_off_ends_the_try_that_is_under_way(self, store: Transactions) -> None:
        webhook = made(store)
        delivery = queued(store, webhook)
        tried(store, 0)
        store.write(lambda unit: unit.webhooks.end_all(webhook.id, "turned_off", after(0)))
        store.write(lambda unit: unit.webhooks.delivered(delivery, "200", after(0), attempt=1))
        assert (kept(store, delivery).state, kept(store, delivery).answer) == (FAILED, "turned_off")

    def test_pages_and_counts(self, store: Transactions) -> None:
        webhook, other = made(store), made(store)
        ids = [queued(store, webhook, order) for order in range(5)]
        queued(store, other)
        assert tried(store, 0) is not None
        store.write(lambda unit: unit.webhooks.failed(ids[0], "500", after(0), attempt=1))

        def page(state: WebhookState | None, before: int | None) -> list[int]:
            found = store.read(lambda unit: unit.webhooks.page(webhook.id, state, before=before, limit=2))
            return [one.id for one in found]

        assert [page(None, None), page(None, ids[3]), page(None, ids[1])] == [ids[:2:-1], ids[2:0:-1], ids[:1]]
        assert [page(FAILED, None), page(QUEUED, ids[2]), page(DELIVERED, None)] == [ids[:1], [ids[1]], []]
        counts = store.read(lambda unit: unit.webhooks.counts())
        assert counts == {webhook.id: {QUEUED: 4, FAILED: 1}, other.id: {QUEUED: 1}}

    def test_only_what_ended_before_a_time_is_forgotten(self, store: Transactions) -> None:
        webhook = made(store)
        old, new, waits = (queued(store, webhook, order) for order in range(3))
        for delivery, minute in ((old, 1), (new, 5)):
            assert tried(store, minute) is not None
            store.write(
                lambda unit, one=delivery, at=minute: unit.webhooks.delivered(one, "200", after(at), attempt=1)  # type: ignore[misc]  # bound now
            )
        assert store.write(lambda unit: unit.webhooks.forget(after(5))) == 1
        assert store.write(lambda unit: unit.webhooks.forget(after(9))) == 1
        assert kept(store, waits).state is QUEUED

    def test_what_is_not_there_is_not_found_and_nothing_is_queued_for_it(self, store: Transactions) -> None:
        webhook = made(store)
        unknown = evolve(webhook, id=404)
        for work in (
            lambda unit: unit.webhooks.get(404),
            lambda unit: unit.webhooks.change(unknown),
            lambda unit: unit.webhooks.remove(404),
            lambda unit: unit.webhooks.end_all(404, "", after(0)),
            lambda unit: unit.webhooks.resend(404, after(0)),
            lambda unit: unit.webhooks.resend_all(404, after(0)),
            lambda unit: unit.webhooks.delivery(404),
        ):
            with pytest.raises(NotFound):
                store.write(work)
        with pytest.raises(StorageRejected):
            queued(store, unknown)
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.webhooks.add(a_webhook(404)))
