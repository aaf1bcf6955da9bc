"""Answers that are claimed in the transaction of their update, and leave as soon as it is stored."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from attrs import define, field

from sikpro.application.ports.chat import Transport
from sikpro.application.ports.network import Batch, RetryAfter
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Hint, Kind, StorageUnavailable, UnitOfWork
from sikpro.application.workers.intake import Intake
from sikpro.application.workers.relay import Relay
from sikpro.testing.messenger import FakeMessenger
from sikpro.testing.transactions import InlineTransactions
from tests.unit.application.workers.test_intake import ACCOUNT, OWNER, request
from tests.unit.application.workers.test_relay import FAST
from tests.unit.chat import NINE, ZONE, World

T = TypeVar("T")


@define
class Slow(InlineTransactions):
    """Transactions whose end somebody waits for: a write is done at once, its result comes with `go`, or `refuses`."""

    refuses: bool = field(default=False, init=False)
    fault: Exception | None = field(default=None, init=False)
    go: asyncio.Event = field(factory=asyncio.Event, init=False)

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do it at once, and return later."""

        def refused(uow: UnitOfWork) -> T:
            work(uow)
            raise StorageUnavailable("disk full")

        result = await super().write(refused if self.refuses else work)
        await self.go.wait()
        if self.fault:
            raise self.fault
        return result


@define
class Line:
    """An intake and the relay beside it, which does not run by itself."""

    world: World = field(factory=World)
    messenger: FakeMessenger = field(factory=FakeMessenger)
    slow: Slow = field(init=False)
    intake: Intake = field(init=False)
    relay: Relay = field(init=False)

    def __attrs_post_init__(self) -> None:
        plain, clock = InlineTransactions(self.world.transactions), self.world.clock
        self.slow = Slow(self.world.transactions)
        self.intake = Intake(transactions=self.slow, clock=clock, zone=ZONE)
        self.relay = Relay(transactions=plain, messenger=self.messenger, clock=clock, rates=FAST)
        lease = timedelta(minutes=5)
        self.world.transactions.write(lambda uow: uow.bots.lease(ACCOUNT, OWNER, NINE, lease, take_over=True))

    def take_in(self, *numbers: int) -> "asyncio.Task[None]":
        """A batch comes in."""
        batch = Batch(tuple(request(number) for number in numbers), "9", len(numbers))
        taken = self.intake.take_in(batch, ACCOUNT, OWNER, Transport.BOT_API, self.relay)
        return asyncio.create_task(taken)

    def states(self) -> dict[Delivery, int]:
        """How many messages are in each state."""
        return {state: count for state, count in self.world.transactions.read(_counts).items() if count}

    def doubtful(self, number: int = 1) -> tuple[Delivery, bool]:
        """The state of a message, and whether an earlier try may have arrived."""
        item = self.world.transactions.read(lambda uow: uow.outbox.get(number))
        return item.state, item.doubtful


def _counts(uow: UnitOfWork) -> dict[Delivery, int]:
    return dict(uow.outbox.counts())


async def turns(count: int = 20) -> None:
    """Let all that can go on go on."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.fixture
async def line() -> Line:
    return Line()


async def test_an_answer_leaves_only_when_its_update_is_stored_and_waits_for_no_turn_of_the_relay(line: Line) -> None:
    line.take_in(1)
    await turns()
    assert (line.messenger.asked, line.states()) == (0, {Delivery.SENDING: 1})
    line.slow.go.set()
    await turns()
    assert (line.messenger.asked, line.states()) == (1, {Delivery.SENT: 1})
    assert line.doubtful() == (Delivery.SENT, False)


async def test_the_second_answer_to_a_chat_waits_for_the_first(line: Line) -> None:
    line.slow.go.set()
    line.take_in(1, 2)
    await turns()
    assert line.states() == {Delivery.SENT: 1, Delivery.QUEUED: 1}


async def test_a_process_that_may_not_send_leaves_the_answers_in_the_queue(line: Line) -> None:
    line.relay.may_send = lambda: False
    line.slow.go.set()
    await line.take_in(1)
    await turns()
    assert (line.messenger.asked, line.states()) == (0, {Delivery.QUEUED: 1})


async def test_during_a_pause_that_the_network_asked_for_answers_stay_in_the_queue(line: Line) -> None:
    line.messenger.failures = [RetryAfter(90)]
    line.slow.go.set()
    await line.take_in(1)
    await turns()
    await line.take_in(2)
    await turns()
    assert (line.messenger.asked, line.states()) == (1, {Delivery.QUEUED: 2})


async def test_a_batch_that_is_not_stored_sends_nothing(line: Line) -> None:
    line.slow.refuses = True
    with pytest.raises(StorageUnavailable):
        await line.take_in(1)
    await turns()
    assert (line.messenger.asked, line.states()) == (0, {})


async def test_a_stop_while_an_update_is_being_stored_leaves_its_answer_queued_without_a_doubt(line: Line) -> None:
    taking = line.take_in(1)
    await turns()
    taking.cancel()
    await turns()
    assert not taking.done(), "the transaction goes on in its thread: its end is waited for"
    line.slow.go.set()
    await asyncio.gather(taking, return_exceptions=True)
    assert taking.cancelled()
    assert (line.messenger.asked, line.doubtful()) == (0, (Delivery.QUEUED, False))
    (again,) = line.world.transactions.write(
        lambda uow: uow.outbox.claim(line.world.clock.now(), timedelta(minutes=1), 9)
    )
    assert (again.doubtful, again.attempts) == (False, 1), "the claim before it counts as no try"


async def test_a_stop_is_a_stop_also_when_what_was_being_stored_fails_by_a_fault_of_the_program(line: Line) -> None:
    line.slow.fault = RuntimeError("a fault")
    taking = line.take_in(1)
    await turns()
    taking.cancel()
    await turns()
    line.slow.go.set()
    await asyncio.gather(taking, return_exceptions=True)
    assert taking.cancelled(), "else the loop that polls would go on, and the server never end"


async def test_a_hint_about_a_message_in_hand_wakes_no_relay_and_any_other_does(line: Line) -> None:
    line.messenger.failures = []
    line.slow.go.set()
    await line.take_in(1)

    def wakes(hint: Hint) -> bool:
        line.relay._wake.clear()
        line.relay.heard(hint)
        return line.relay._wake.is_set()

    others = (Hint(Kind.OUTBOX, (1, 2)), Hint(Kind.OUTBOX), Hint(Kind.ORDER, (1,)))
    assert [wakes(hint) for hint in (Hint(Kind.OUTBOX, (1,)), *others)] == [False, True, True, True]
