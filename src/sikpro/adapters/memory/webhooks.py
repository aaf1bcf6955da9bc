"""Webhooks and their deliveries in memory."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.store import KeptDelivery, Sequences, State
from sikpro.application.ports.runtime import CLOCK_STEP, FAR_AHEAD
from sikpro.application.ports.storage import StorageRejected
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery, WebhookState
from sikpro.domain.errors import NotFound

_UNFINISHED = frozenset({WebhookState.QUEUED, WebhookState.SENDING})


class MemoryWebhooks:
    """Stores the webhooks and their deliveries."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, webhook: Webhook) -> Webhook:
        """Save a new webhook and return it with its id."""
        if webhook.made_by not in self._state.people:
            raise StorageRejected("a webhook of nobody")
        made = evolve(webhook, id=self._sequences.next("webhooks"))
        self._state.webhooks.put(made.id, made)
        return made

    def get(self, webhook_id: int) -> Webhook:
        """Return a webhook. Raises `NotFound`."""
        webhook = self._state.webhooks.get(webhook_id)
        if webhook is None:
            raise NotFound(what="webhook", name=str(webhook_id))
        return webhook

    def all(self) -> tuple[Webhook, ...]:
        """Return all webhooks, oldest first."""
        return tuple(self._state.webhooks.values())

    def change(self, webhook: Webhook) -> None:
        """Replace a webhook. Raises `NotFound`."""
        self.get(webhook.id)
        self._state.webhooks.put(webhook.id, webhook)

    def remove(self, webhook_id: int) -> None:
        """Remove a webhook with its deliveries."""
        self.get(webhook_id)
        self._state.webhooks.drop(webhook_id)
        for kept in self._state.webhook_deliveries.values():
            if kept.delivery.webhook == webhook_id:
                self._state.webhook_deliveries.drop(kept.delivery.id)

    def wanting(self, kind: str) -> tuple[Webhook, ...]:
        """Return the webhooks that want events of this type, oldest first."""
        return tuple(webhook for webhook in self._state.webhooks.values() if webhook.wants(kind))

    def queue(self, webhook_id: int, kind: str, body: str, at: datetime, *, order_id: int | None) -> int:
        """Queue a delivery, due at once, and return its id."""
        if webhook_id not in self._state.webhooks:
            raise StorageRejected("a delivery to no webhook")
        delivery = WebhookDelivery(
            id=self._sequences.next("webhook_deliveries"),
            webhook=webhook_id,
            order_id=order_id,
            kind=kind,
            message_id=f"msg_{self._sequences.chance.hexadecimal(12)}",
            body=body,
            due_at=at,
            created_at=at,
        )
        self._keep(delivery)
        return delivery.id

    def claim(self, now: datetime, lease: timedelta, *, but: Collection[int] = ()) -> WebhookDelivery | None:
        """Take the oldest due delivery, of each webhook and order the oldest unfinished one."""
        begun: set[tuple[int, int]] = set()
        for delivery_id in sorted(self._state.webhook_deliveries):
            kept = self._state.webhook_deliveries.get(delivery_id)
            if kept is None or kept.delivery.state not in _UNFINISHED:
                continue
            delivery = kept.delivery
            if delivery.order_id is not None:
                about = delivery.webhook, delivery.order_id
                if about in begun:
                    continue
                begun.add(about)
            if delivery.webhook not in but and _is_due(kept, now, lease):
                taken = evolve(delivery, state=WebhookState.SENDING, attempts=delivery.attempts + 1)
                self._state.webhook_deliveries.put(delivery_id, KeptDelivery(taken, now + lease))
                return taken
        return None

    def delivered(self, delivery_id: int, answer: str, at: datetime, *, attempt: int) -> None:
        """Record the arrival, unless another try was begun."""
        if delivery := self._mine(delivery_id, attempt):
            self._keep(evolve(delivery, state=WebhookState.DELIVERED, answer=answer, ended_at=at))

    def later(self, delivery_id: int, due_at: datetime, answer: str, *, attempt: int) -> None:
        """Try again at `due_at`, unless another try was begun."""
        if delivery := self._mine(delivery_id, attempt):
            self._keep(evolve(delivery, state=WebhookState.QUEUED, answer=answer, due_at=due_at))

    def failed(self, delivery_id: int, answer: str, at: datetime, *, attempt: int) -> None:
        """Record that it is not tried again, unless another try was begun."""
        if delivery := self._mine(delivery_id, attempt):
            self._keep(evolve(delivery, state=WebhookState.FAILED, answer=answer, ended_at=at))

    def end_all(self, webhook_id: int, answer: str, at: datetime) -> int:
        """Let all unfinished deliveries of a webhook fail, and return how many."""
        self.get(webhook_id)
        unfinished = [one for one in self._of(webhook_id) if one.state in _UNFINISHED]
        for one in unfinished:
            self._keep(evolve(one, state=WebhookState.FAILED, answer=answer, ended_at=at))
        return len(unfinished)

    def resend(self, delivery_id: int, at: datetime) -> bool:
        """Queue a failed delivery again; return False if it is not failed."""
        delivery = self.delivery(delivery_id)
        if delivery.state is not WebhookState.FAILED:
            return False
        self._keep(evolve(delivery, state=WebhookState.QUEUED, attempts=0, due_at=at, ended_at=None, answer=""))
        return True

    def resend_all(self, webhook_id: int, at: datetime) -> int:
        """Queue all failed deliveries of a webhook again, and return how many."""
        self.get(webhook_id)
        return sum(self.resend(one.id, at) for one in self._of(webhook_id))

    def delivery(self, delivery_id: int) -> WebhookDelivery:
        """Return a delivery. Raises `NotFound`."""
        kept = self._state.webhook_deliveries.get(delivery_id)
        if kept is None:
            raise NotFound(what="webhook_delivery", name=str(delivery_id))
        return kept.delivery

    def page(
        self, webhook_id: int, state: WebhookState | None, *, before: int | None, limit: int
    ) -> tuple[WebhookDelivery, ...]:
        """Return the deliveries of a webhook below an id, newest first."""
        found = (
            one for one in self._of(webhook_id) if state in {None, one.state} and (before is None or one.id < before)
        )
        return tuple(sorted(found, key=lambda one: -one.id)[:limit])

    def counts(self) -> Mapping[int, Mapping[WebhookState, int]]:
        """Count the deliveries in each state by webhook."""
        return {
            webhook: counted
            for webhook in self._state.webhooks
            if (counted := dict(Counter(one.state for one in self._of(webhook))))
        }

    def forget(self, before: datetime) -> int:
        """Delete the deliveries that ended before a time, and return how many."""
        kept = [one.delivery for one in self._state.webhook_deliveries.values()]
        over = [one.id for one in kept if one.ended_at is not None and one.ended_at < before]
        for delivery_id in over:
            self._state.webhook_deliveries.drop(delivery_id)
        return len(over)

    def _of(self, webhook_id: int) -> list[WebhookDelivery]:
        kept = (one.delivery for one in self._state.webhook_deliveries.values())
        return [one for one in kept if one.webhook == webhook_id]

    def _mine(self, delivery_id: int, attempt: int) -> WebhookDelivery | None:
        """Return a delivery whose last try, which is not over, is this one."""
        kept = self._state.webhook_deliveries.get(delivery_id)
        one = kept.delivery if kept else None
        return one if one and one.state is WebhookState.SENDING and one.attempts == attempt else None

    def _keep(self, delivery: WebhookDelivery) -> None:
        self._state.webhook_deliveries.put(delivery.id, KeptDelivery(delivery))


def _is_due(kept: KeptDelivery, now: datetime, lease: timedelta) -> bool:
    delivery = kept.delivery
    if delivery.state is WebhookState.SENDING:
        return kept.leased_until is None or not now < kept.leased_until <= now + lease + CLOCK_STEP
    return delivery.attempts == 0 or not now < delivery.due_at <= now + FAR_AHEAD
