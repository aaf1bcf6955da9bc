"""Webhooks: addresses of other systems that get the events of orders, and what became of each delivery."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen


@frozen(kw_only=True)
class Webhook:
    """An address that gets events; `kinds` are the types of events that it wants (`order.placed`), empty for all.

    `secret` signs each delivery (`whsec_…`). Until `former_until` the secret before it signs too. `reason` is a code
    that says why it was turned off by itself (`gone`), "" otherwise.
    """

    id: int = 0
    name: str
    url: str
    secret: str = field(repr=False)
    kinds: frozenset[str] = frozenset()
    active: bool = True
    reason: str = ""
    former: str = field(default="", repr=False)
    former_until: datetime | None = None
    made_by: int
    made_at: datetime

    def wants(self, kind: str) -> bool:
        """Whether it gets events of this type."""
        return self.active and (not self.kinds or kind in self.kinds)


class WebhookState(StrEnum):
    """The state of a delivery."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"


@frozen(kw_only=True)
class WebhookDelivery:
    """An event on its way to a webhook. `order_id` is None for a test, `body` is the JSON that is sent.

    `message_id` is the same for each try. `answer` is the HTTP status of the last try, or a code for why there was
    none (`timeout`); "" before.
    """

    id: int
    webhook: int
    order_id: int | None
    kind: str
    message_id: str
    body: str = field(repr=False)
    state: WebhookState = WebhookState.QUEUED
    attempts: int = 0
    due_at: datetime
    created_at: datetime
    ended_at: datetime | None = None
    answer: str = ""


TURNED_OFF = "turned_off"
"""The answer of deliveries that were on their way when their webhook was turned off."""

DELIVERIES_KEPT = timedelta(days=30)
"""How long a delivery is kept after its end."""


class Webhooks(Protocol):
    """The webhooks and their deliveries. What concerns one that is not there raises `NotFound`."""

    def add(self, webhook: Webhook) -> Webhook:
        """Store a new webhook and return it with its id."""

    def get(self, webhook_id: int) -> Webhook:
        """Return a webhook."""

    def all(self) -> tuple[Webhook, ...]:
        """Return all webhooks, oldest first."""

    def change(self, webhook: Webhook) -> None:
        """Replace a webhook."""

    def remove(self, webhook_id: int) -> None:
        """Remove a webhook with its deliveries. One that is queued for it in the same moment will find nobody."""

    def wanting(self, kind: str) -> tuple[Webhook, ...]:
        """Return the webhooks that want events of this type, oldest first. Every change of an order asks this."""

    def queue(self, webhook_id: int, kind: str, body: str, at: datetime, *, order_id: int | None) -> int:
        """Queue a delivery, due at once, and return its id."""

    def claim(self, now: datetime, lease: timedelta, *, but: Collection[int] = ()) -> WebhookDelivery | None:
        """Claim, for the lease, the oldest delivery that is due, and add one to its `attempts`.

        Of the deliveries of a webhook about one order only the oldest unfinished one can be claimed: they arrive in
        order. Webhooks in `but` are left out. A delivery that was never tried is due by any clock, and so is one that
        was put off further than `FAR_AHEAD`.
        """

    def delivered(self, delivery_id: int, answer: str, at: datetime, *, attempt: int) -> None:
        """Record the arrival. Nothing changes if another try than `attempt` was begun since, or it has ended."""

    def later(self, delivery_id: int, due_at: datetime, answer: str, *, attempt: int) -> None:
        """Try again at `due_at`. `attempt` as for `delivered`."""

    def failed(self, delivery_id: int, answer: str, at: datetime, *, attempt: int) -> None:
        """Record that it is not tried again. `attempt` as for `delivered`."""

    def end_all(self, webhook_id: int, answer: str, at: datetime) -> int:
        """Let all unfinished deliveries of a webhook fail, and return how many; tries under way count no more."""

    def resend(self, delivery_id: int, at: datetime) -> bool:
        """Queue a failed delivery again, as if it was never tried; return False if it is not failed."""

    def resend_all(self, webhook_id: int, at: datetime) -> int:
        """Queue all failed deliveries of a webhook again, and return how many."""

    def delivery(self, delivery_id: int) -> WebhookDelivery:
        """Return a delivery."""

    def page(
        self, webhook_id: int, state: WebhookState | None, *, before: int | None, limit: int
    ) -> tuple[WebhookDelivery, ...]:
        """Return the deliveries of a webhook with an id below `before`, newest first."""

    def counts(self) -> Mapping[int, Mapping[WebhookState, int]]:
        """Count the deliveries in each state by webhook; those without any may be missing."""

    def forget(self, before: datetime) -> int:
        """Delete the deliveries that ended before a time, and return how many."""


@frozen
class WebhookAnswer:
    """What the other side answered: its HTTP status, and `Retry-After` as it wrote it, "" for none."""

    status: int
    retry_after: str = ""


class WebhookNotSent(Exception):
    """There was no answer. `reason` is a code: see `NOT_SENT`; `detail` is for the log."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


NOT_SENT = frozenset({"address", "name", "unreachable", "tls", "timeout", "broken", "internal"})
"""Why there was no answer: a forbidden address, an unknown name, no connection, no trust, no time, no HTTP, a fault."""


class WebhookSender(Protocol):
    """Sends one delivery over HTTP."""

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Send a POST and return the answer, whatever its status; no redirect is followed. Raises `WebhookNotSent`.

        It takes ten seconds at most. Addresses inside the operator's networks are refused (`address`) unless the
        sender was told otherwise.
        """

    async def aclose(self) -> None:
        """Close the connections."""
