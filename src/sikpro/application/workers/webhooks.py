"""Sends the events of orders to webhooks, several at once, and notes what became of each."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog
from attrs import define, evolve, field

from sikpro.application.ports.chance import UNFORESEEN, Chance
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import AsyncTransactions, StorageError, UnitOfWork
from sikpro.application.ports.webhooks import (
    TURNED_OFF,
    Webhook,
    WebhookAnswer,
    WebhookDelivery,
    WebhookNotSent,
    WebhookSender,
)
from sikpro.application.use_cases.webhooks.signature import signed_headers
from sikpro.application.workers.lately import Lately
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

AT_ONCE = 8
"""How many deliveries are sent at the same time."""

OF_ONE = 4
"""How many of them may be to one webhook: one that hangs must not hold up the others."""

WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600))
"""The waits before the second try and each further one; after the last one a delivery has failed."""

JITTER = 0.2
"""Each wait is longer by any part up to this, so that what failed together is not tried again together."""

LONGEST_WISH = timedelta(hours=1)
"""The longest wait that the other side may ask for (`Retry-After`)."""

GONE = 410
"""The status by which the other side says that it wants no more events."""

TURNED_OFF_BY_ANSWER = "gone"
"""Why a webhook was turned off by itself."""

_LEASE = timedelta(minutes=1)
_MAY_ASK = frozenset({429, 503})
_DAY = timedelta(days=1)


@define(kw_only=True)
class WebhookRelay:
    """Sends what is due. `pause` is the wait in seconds when nothing is due and nobody wakes it."""

    transactions: AsyncTransactions
    sender: WebhookSender
    clock: Clock
    chance: Chance = UNFORESEEN
    pause: float = 2.0
    store: Lately = field(factory=Lately, init=False)
    _wake: asyncio.Event = field(factory=asyncio.Event, init=False)
    _in_hand: dict[asyncio.Task[None], int] = field(factory=dict[asyncio.Task[None], int], init=False)
    _crashes: Repeated = field(
        factory=lambda: Repeated(log=_log, event="a delivery to a webhook could not be sent", level="error"), init=False
    )

    def wake(self) -> None:
        """Look for deliveries now. Call it in the event loop's thread."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled. An unreachable store is tried again; who reaches it for all says so."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self.begin()
                    self.store.worked()
                except StorageError:
                    self.store.failed("storage")
                await self._rest()
        finally:
            for task in self._in_hand:
                task.cancel()
            await asyncio.gather(*self._in_hand, return_exceptions=True)
            await self.sender.aclose()

    async def begin(self) -> None:
        """Claim what is due, as much as there is room for, and begin to send it. Raises `StorageError`."""
        room = AT_ONCE - len(self._in_hand)
        if room <= 0:
            return
        counted, now = Counter(self._in_hand.values()), self.clock.now()

        def work(uow: UnitOfWork) -> list[tuple[WebhookDelivery, Webhook | None]]:
            return _claimed(uow, now, room, counted)

        for delivery, webhook in await self.transactions.write(work):
            task = asyncio.create_task(self._deliver(delivery, webhook))
            self._in_hand[task] = delivery.webhook
            task.add_done_callback(self._ended)

    async def all_sent(self) -> None:
        """Wait until what was begun has been sent and noted."""
        while self._in_hand:
            await asyncio.wait(self._in_hand)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_hand.pop(task, None)
        self._wake.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.pause):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver(self, delivery: WebhookDelivery, webhook: Webhook | None) -> None:
        """Send a delivery and note what became of it. What cannot be noted is tried again when the lease is over."""
        try:
            if webhook is None or not webhook.active:
                await self._mark(delivery, TURNED_OFF, due_at=None)
                return
            answer = await self._sent(delivery, webhook)
            if isinstance(answer, WebhookAnswer):
                await self._answered(delivery, answer)
            else:
                await self._again(delivery, answer)
        except StorageError:
            self.store.failed("storage")

    async def _sent(self, delivery: WebhookDelivery, webhook: Webhook) -> WebhookAnswer | str:
        """Send a delivery, and return the answer or a code for why there is none."""
        try:
            headers = signed_headers(webhook, delivery, self.clock.now())
            return await self.sender.send(webhook.url, headers, delivery.body.encode())
        except WebhookNotSent as error:
            _log.info("a webhook was not reached", webhook=webhook.id, reason=error.reason, detail=error.detail)
            return error.reason
        except Exception:  # one failing delivery must not stop the others: it is logged and tried again
            self._crashes.failed("internal", delivery=delivery.id, exc_info=True)
            return "internal"

    async def _answered(self, delivery: WebhookDelivery, answer: WebhookAnswer) -> None:
        said, now = str(answer.status), self.clock.now()
        if 200 <= answer.status < 300:
            await self.transactions.write(
                lambda uow: uow.webhooks.delivered(delivery.id, said, now, attempt=delivery.attempts)
            )
        elif answer.status == GONE:
            await self.transactions.write(lambda uow: _turn_off(uow, delivery, said, now))
            _log.warning("a webhook wants no more events, and is turned off", webhook=delivery.webhook)
        else:
            wish = _wish(answer.retry_after, now) if answer.status in _MAY_ASK else timedelta()
            await self._again(delivery, said, wish)

    async def _again(self, delivery: WebhookDelivery, said: str, wish: timedelta = timedelta()) -> None:
        """Try a delivery again later, or give it up after its last try."""
        if delivery.attempts > len(WAITS):
            await self._mark(delivery, said, due_at=None)
            return
        wait = WAITS[delivery.attempts - 1] * self.chance.between(1.0, 1.0 + JITTER)
        await self._mark(delivery, said, due_at=self.clock.now() + max(wait, wish))

    async def _mark(self, delivery: WebhookDelivery, said: str, *, due_at: datetime | None) -> None:
        now, attempt = self.clock.now(), delivery.attempts

        def work(uow: UnitOfWork) -> None:
            if due_at is None:
                uow.webhooks.failed(delivery.id, said, now, attempt=attempt)
            else:
                uow.webhooks.later(delivery.id, due_at, said, attempt=attempt)

        await self.transactions.write(work)


def _claimed(
    uow: UnitOfWork, now: datetime, room: int, counted: Mapping[int, int]
) -> list[tuple[WebhookDelivery, Webhook | None]]:
    """Claim deliveries, each with its webhook; None for one that was removed."""
    in_hand, found = Counter(counted), list[WebhookDelivery]()
    while len(found) < room:
        full = [webhook for webhook, count in in_hand.items() if count >= OF_ONE]
        delivery = uow.webhooks.claim(now, _LEASE, but=full)
        if delivery is None:
            break
        in_hand[delivery.webhook] += 1
        found.append(delivery)
    webhooks = {one.id: one for one in uow.webhooks.all()} if found else {}
    return [(delivery, webhooks.get(delivery.webhook)) for delivery in found]


def _turn_off(uow: UnitOfWork, delivery: WebhookDelivery, said: str, now: datetime) -> None:
    uow.webhooks.failed(delivery.id, said, now, attempt=delivery.attempts)
    webhook = next((one for one in uow.webhooks.all() if one.id == delivery.webhook), None)
    if webhook is not None and webhook.active:
        uow.webhooks.change(evolve(webhook, active=False, reason=TURNED_OFF_BY_ANSWER))
        uow.webhooks.end_all(webhook.id, TURNED_OFF, now)


def _wish(retry_after: str, now: datetime) -> timedelta:
    """Return the wait that the other side asks for, at most `LONGEST_WISH`; none for what cannot be read.

    It is a number of seconds or a time: RFC 9110, section 10.2.3.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=min(int(text[:9]), _DAY.total_seconds())), LONGEST_WISH)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return timedelta()
    if until.tzinfo is None:
        return timedelta()
    return min(max(until - now, timedelta()), LONGEST_WISH)
