"""The sender of webhooks: what each answer means, when it tries again, and that nothing is lost or out of order."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from attrs import define, field

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.storage import StorageUnavailable, UnitOfWork
from sikpro.application.ports.webhooks import (
    Webhook,
    WebhookAnswer,
    WebhookDelivery,
    WebhookNotSent,
    WebhookState,
)
from sikpro.application.workers.webhooks import AT_ONCE, OF_ONE, WAITS, WebhookRelay
from sikpro.testing.builders import NOON, a_person, a_webhook
from sikpro.testing.clock import StoryClock
from sikpro.testing.fakes import FakeWebhookSender
from sikpro.testing.transactions import InlineTransactions

T = TypeVar("T")

QUEUED, SENDING, DELIVERED, FAILED = WebhookState


@define
class Losing(InlineTransactions):
    """Transactions of which the next `lost` writes fail after the work, as if the process was killed before."""

    lost: list[bool] = field(factory=list[bool])

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do it, or lose it."""
        if self.lost and self.lost.pop(0):
            raise StorageUnavailable("killed")
        return await InlineTransactions.write(self, work)


@define
class Far:
    """A relay over the fakes, with what a test needs to look at it."""

    store: MemoryTransactions = field(factory=MemoryTransactions)
    clock: StoryClock = field(factory=lambda: StoryClock(NOON))
    sender: FakeWebhookSender = field(factory=FakeWebhookSender)
    writes: Losing = field(init=False)
    relay: WebhookRelay = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Connect them; no wait is longer than the table says."""
        self.writes = Losing(self.store)
        self.relay = WebhookRelay(
            transactions=self.writes, sender=self.sender, clock=self.clock, chance=Chance(share=lambda: 0.0)
        )

    def webhook(self, **more: Any) -> Webhook:
        """A webhook."""

        def work(uow: UnitOfWork) -> Webhook:
            person = uow.people.by_username("rina") or uow.people.add(a_person())
            return uow.webhooks.add(a_webhook(person.id, **more))

        return self.store.write(work)

    def event(self, webhook: Webhook, order: int = 7, body: str = "{}") -> int:
        """An event for it."""
        return self.store.write(
            lambda uow: uow.webhooks.queue(webhook.id, "order.taken", body, self.clock.now(), order_id=order)
        )

    def delivery(self, number: int) -> WebhookDelivery:
        """A delivery as it is kept."""
        return self.store.read(lambda uow: uow.webhooks.delivery(number))

    def kept(self, webhook: Webhook) -> Webhook:
        """A webhook as it is kept."""
        return self.store.read(lambda uow: uow.webhooks.get(webhook.id))

    def step(self, later: timedelta = timedelta()) -> None:
        """Let time pass, then send what is due until nothing is."""
        self.clock.later(later)

        async def work() -> None:
            before = -1
            while len(self.sender.sent) != before:
                before = len(self.sender.sent)
                await self.relay.begin()
                await self.relay.all_sent()

        asyncio.run(work())

    @property
    def bodies(self) -> list[bytes]:
        """The bodies that were sent, in order."""
        return [body for _, _, body in self.sender.sent]


@pytest.fixture
def far() -> Far:
    return Far()


def test_an_event_arrives_signed_at_its_address(far: Far) -> None:
    webhook = far.webhook()
    number = far.event(webhook, body='{"n":"😀"}')
    far.step()
    ((url, headers, body),) = far.sender.sent
    assert (url, body) == (webhook.url, '{"n":"😀"}'.encode())
    assert headers["webhook-id"] == far.delivery(number).message_id
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert headers["webhook-signature"].startswith("v1,")
    assert (far.delivery(number).state, far.delivery(number).answer) == (DELIVERED, "200")


@pytest.mark.parametrize("failure", [WebhookAnswer(500), WebhookAnswer(302), WebhookNotSent("timeout")])
def test_what_fails_is_tried_again_by_the_table_and_then_no_more(
    far: Far, failure: WebhookAnswer | WebhookNotSent
) -> None:
    number = far.event(far.webhook())
    far.sender.answers += [failure] * 20
    far.step()
    for tries, wait in enumerate(WAITS, start=1):
        assert (far.delivery(number).state, far.delivery(number).attempts) == (QUEUED, tries)
        far.step(wait - timedelta(seconds=1))
        assert len(far.sender.sent) == tries, "not before its time"
        far.step(timedelta(seconds=1))
        assert len(far.sender.sent) == tries + 1
    end = far.delivery(number)
    said = failure.reason if isinstance(failure, WebhookNotSent) else str(failure.status)
    assert (end.state, end.answer, end.ended_at) == (FAILED, said, far.clock.now())
    assert len({headers["webhook-id"] for _, headers, _ in far.sender.sent}) == 1
    far.step(timedelta(days=3))
    assert len(far.sender.sent) == len(WAITS) + 1


def test_what_failed_together_is_not_tried_again_together(far: Far) -> None:
    shares = iter((0.0, 0.5, 1.0))
    far.relay.chance = Chance(share=lambda: next(shares))
    webhook = far.webhook()
    numbers = [far.event(webhook, order) for order in range(3)]
    far.sender.answers += [WebhookAnswer(500)] * 3
    far.step()
    waits = [far.delivery(number).due_at - NOON for number in numbers]
    assert waits == [timedelta(seconds=seconds) for seconds in (5, 5.5, 6)]


@pytest.mark.parametrize(
    ("status", "wish", "seconds"),
    [
        (429, "120", 120),
        (503, "120", 120),
        (503, "2", 5),
        (429, "999999999999", 3600),
        (429, "Mon, 02 Nov 2026 12:10:00 GMT", 600),
        (429, "Mon, 02 Nov 2026 11:00:00 GMT", 5),
        (429, "Mon, 02 Nov 2026 12:10:00 -0000", 5),
        (429, "soon", 5),
        (429, "-7", 5),
        (429, "٣٠", 5),
        (500, "120", 5),
    ],
)
def test_the_other_side_may_ask_for_a_longer_wait(far: Far, status: int, wish: str, seconds: int) -> None:
    number = far.event(far.webhook())
    far.sender.answers.append(WebhookAnswer(status, wish))
    far.step()
    assert far.delivery(number).due_at - NOON == timedelta(seconds=seconds)


def test_events_of_an_order_arrive_in_order_and_others_do_not_wait(far: Far) -> None:
    webhook = far.webhook()
    for order, body in ((7, "1"), (7, "2"), (8, "beside"), (7, "3")):
        far.event(webhook, order, body)
    far.sender.answers.append(WebhookAnswer(500))
    far.step()
    assert far.bodies == [b"1", b"beside"]
    far.step(WAITS[0])
    assert far.bodies == [b"1", b"beside", b"1", b"2", b"3"]


def test_who_answers_gone_is_turned_off_and_gets_no_more(far: Far) -> None:
    webhook, other = far.webhook(), far.webhook()
    first, second, theirs = far.event(webhook), far.event(webhook), far.event(other)
    far.sender.answers.append(WebhookAnswer(410))
    far.step()
    assert (far.kept(webhook).active, far.kept(webhook).reason) == (False, "gone")
    assert (far.delivery(first).state, far.delivery(first).answer) == (FAILED, "410")
    assert (far.delivery(second).state, far.delivery(second).answer) == (FAILED, "turned_off")
    assert far.delivery(theirs).state is DELIVERED
    assert far.kept(other).active


def test_what_was_queued_while_its_webhook_was_turned_off_is_not_sent(far: Far) -> None:
    number = far.event(far.webhook(active=False))
    far.step()
    assert far.sender.sent == []
    assert (far.delivery(number).state, far.delivery(number).answer) == (FAILED, "turned_off")


def test_a_try_that_could_not_be_noted_is_repeated_with_the_same_id(far: Far) -> None:
    number = far.event(far.webhook())
    far.writes.lost += [False, True]
    far.step()
    assert (far.delivery(number).state, len(far.sender.sent)) == (SENDING, 1)
    far.step(timedelta(seconds=59))
    assert len(far.sender.sent) == 1, "its lease stands"
    far.step(timedelta(seconds=1))
    (_, first, _), (_, second, _) = far.sender.sent
    assert first["webhook-id"] == second["webhook-id"]
    assert far.delivery(number).state is DELIVERED


def test_a_fault_of_ours_holds_up_nothing_else(far: Far) -> None:
    broken, sound = far.event(far.webhook(secret="whsec_x")), far.event(far.webhook())
    far.step()
    assert far.delivery(sound).state is DELIVERED
    assert (far.delivery(broken).state, far.delivery(broken).answer) == (QUEUED, "internal")
    assert len(far.sender.sent) == 1


@define
class Hanging(FakeWebhookSender):
    """A sender of which requests to some addresses do not come back until a test lets them."""

    hangs: str = ""
    free: asyncio.Event = field(factory=asyncio.Event)
    most: int = 0
    now: int = 0

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Wait, if it is such an address."""
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if url == self.hangs:
                await self.free.wait()
            else:
                await asyncio.sleep(0)
            return await FakeWebhookSender.send(self, url, headers, body)
        finally:
            self.now -= 1


def running(far: Far, check: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run the relay while a test looks."""

    async def work() -> None:
        task = asyncio.create_task(far.relay.run())
        try:
            async with asyncio.timeout(20):
                await check()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0)


def test_one_that_hangs_does_not_hold_up_the_others_and_no_more_than_some_are_sent_at_once(far: Far) -> None:
    far.relay.sender = sender = Hanging(hangs="https://slow.example/")
    slow, quick = far.webhook(url="https://slow.example/"), far.webhook(url="https://quick.example/")
    slow_ones = [far.event(slow, order) for order in range(20)]
    quick_ones = [far.event(quick, order) for order in range(20)]

    async def check() -> None:
        await until(lambda: len(sender.sent) == len(quick_ones))
        assert {url for url, _, _ in sender.sent} == {"https://quick.example/"}
        assert sender.now == OF_ONE
        sender.free.set()
        await until(lambda: len(sender.sent) == len(slow_ones) + len(quick_ones))
        assert sender.most <= AT_ONCE

    running(far, check)
    assert {far.delivery(number).state for number in quick_ones} == {DELIVERED}


def test_it_is_woken_by_a_commit_and_goes_on_after_the_store_was_away(far: Far) -> None:
    far.relay.pause = 1000.0
    webhook = far.webhook()

    async def check() -> None:
        await until(lambda: far.relay.store.tried)
        number = far.event(webhook)
        far.writes.lost.append(True)
        far.relay.wake()
        await until(lambda: not far.writes.lost)
        far.relay.wake()
        await until(lambda: far.delivery(number).state is DELIVERED)

    running(far, check)


def test_what_is_under_way_at_the_end_of_the_process_is_sent_again_later(far: Far) -> None:
    far.relay.sender = sender = Hanging(hangs="https://slow.example/")
    number = far.event(far.webhook(url="https://slow.example/"))

    async def check() -> None:
        await until(lambda: sender.now == 1)

    running(far, check)
    assert far.delivery(number).state is SENDING
    far.relay = WebhookRelay(transactions=far.writes, sender=far.sender, clock=far.clock)
    far.step(timedelta(minutes=1))
    assert far.delivery(number).state is DELIVERED
