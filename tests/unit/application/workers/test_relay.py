"""The relay: what leaves, in which order, and what becomes of what does not."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import time, timedelta
from typing import TypeVar

import pytest
from attrs import define, evolve, field

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.blobs import PART
from sikpro.application.ports.chat import Enclosure, Incoming, IncomingKind, Outgoing
from sikpro.application.ports.network import ChatMoved, GatewayAnswered, NeverSent, NotSent, PerhapsSent, RetryAfter
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.storage import StorageUncertain, UnitOfWork
from sikpro.application.workers.left_behind import LeftBehind
from sikpro.application.workers.rates import Pace, Rates
from sikpro.application.workers.relay import LEASE, Relay
from sikpro.testing.clock import StoryClock
from sikpro.testing.fakes import HeardMeasures
from sikpro.testing.messenger import FakeMessenger
from sikpro.testing.transactions import InlineTransactions
from tests.unit.chat import NINE

T = TypeVar("T")
UNFINISHED = (Delivery.QUEUED, Delivery.SENDING)
FAST = Rates(overall=1_000_000, chat=1_000_000, group_a_minute=60_000_000, burst=1000)


@define
class Post:
    """An outbox, a messenger and the relay between them."""

    messenger: FakeMessenger = field(factory=FakeMessenger)
    clock: StoryClock = field(factory=lambda: StoryClock(NINE))
    transactions: MemoryTransactions = field(factory=MemoryTransactions)
    measures: HeardMeasures = field(factory=HeardMeasures)
    relay: Relay = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.relay = Relay(
            transactions=InlineTransactions(self.transactions),
            messenger=self.messenger,
            clock=self.clock,
            rates=FAST,
            measures=self.measures,
            count=lambda: (self.clock.at - NINE).total_seconds(),
        )

    def put(self, text: str, chat_id: int = 1, press_id: str | None = None) -> int:
        """Queue a message."""
        message = Outgoing(chat_id=chat_id, text=text, press_id=press_id)
        return self.transactions.write(lambda uow: uow.outbox.put(message, self.clock.now()))

    def queue(self, message: Outgoing) -> int:
        """Queue any message."""
        return self.transactions.write(lambda uow: uow.outbox.put(message, self.clock.now()))

    def item(self, outbox_id: int) -> OutboxItem:
        """A message and how far it is."""
        return self.transactions.read(lambda uow: uow.outbox.get(outbox_id))

    async def until(self, reached: Callable[[], bool], seconds: float = 1) -> None:
        """Let the relay work until something is so; time passes in the story, so many seconds a look, not here."""
        task = asyncio.create_task(self.relay.run())
        try:
            for _ in range(2000):
                if reached():
                    return
                self.clock.later(seconds=seconds)
                self.relay.wake()
                await asyncio.sleep(0)
            raise AssertionError("it never came to that")
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def post() -> Post:
    return Post()


async def test_a_message_is_sent_once_and_its_id_kept(post: Post) -> None:
    number = post.put("halo")
    await post.until(lambda: post.item(number).state is Delivery.SENT)
    assert ([message.text for message in post.messenger.sent], post.item(number).message_id) == (["halo"], 1)


async def test_a_file_goes_with_its_message_and_one_that_was_forgotten_is_said(post: Post) -> None:
    def put(uow: UnitOfWork) -> tuple[int, int]:
        blob = uow.blobs.add("rekap.csv", "text/csv", [b"a" * PART, b"bc"], post.clock.now())
        kept = Outgoing(chat_id=1, text="Rekap", document=blob.id)
        return uow.outbox.put(kept, post.clock.now()), uow.outbox.put(evolve(kept, document=99), post.clock.now())

    first, second = post.transactions.write(put)
    await post.until(lambda: post.item(second).state is Delivery.FAILED)
    assert post.item(first).state is Delivery.SENT
    assert post.messenger.enclosures == [Enclosure("rekap.csv", "text/csv", b"a" * PART + b"bc")]
    assert post.item(second).reason == "file_gone"


async def test_each_chats_messages_keep_their_order_through_failures(post: Post) -> None:
    post.messenger.failures = [NotSent(), NotSent(), NotSent()]
    numbers = [post.put(f"{chat}{place}", chat) for place in range(4) for chat in (1, 2)]
    await post.until(lambda: all(post.item(number).state is Delivery.SENT for number in numbers))
    for chat in (1, 2):
        assert [message.text for message in post.messenger.sent if message.chat_id == chat] == [
            f"{chat}{place}" for place in range(4)
        ]


async def test_a_pause_the_network_asks_for_is_kept_and_the_message_not_lost(post: Post) -> None:
    number, asked_at = post.put("halo"), post.clock.now()
    post.messenger.failures = [RetryAfter(90)]
    await post.until(lambda: post.messenger.asked == 1 and post.item(number).state is Delivery.QUEUED)
    assert post.item(number).due_at >= asked_at + timedelta(seconds=90)
    await post.until(lambda: post.item(number).state is Delivery.SENT)


async def test_an_ambiguous_failure_is_repeated_once_and_marked_perhaps_twice(post: Post) -> None:
    post.messenger.failures = [PerhapsSent("time-out")]
    number = post.put("halo")
    await post.until(lambda: post.item(number).state is Delivery.PERHAPS_TWICE)
    assert post.messenger.asked == 2


async def test_two_ambiguous_failures_in_a_row_do_not_leave_somebody_without_an_answer(post: Post) -> None:
    post.messenger.failures = [PerhapsSent(), PerhapsSent()]
    number = post.put("halo")
    await post.until(lambda: post.item(number).state is Delivery.PERHAPS_TWICE)
    assert (post.messenger.asked, len(post.messenger.sent)) == (3, 1)


async def test_a_message_whose_arrival_can_never_be_told_ends_as_failed_with_that_reason(post: Post) -> None:
    post.messenger.failures = [PerhapsSent() for _ in range(100)]
    number = post.put("halo")
    put_at = post.clock.now()
    await post.until(lambda: post.item(number).state is Delivery.FAILED, seconds=60)
    assert (post.item(number).reason, post.messenger.asked) == ("ambiguous", 8)
    assert post.clock.now() - put_at > timedelta(hours=4)


async def test_a_blocked_bot_is_a_failed_message_with_its_reason_and_the_next_ones_go_on(post: Post) -> None:
    post.messenger.failures = [NeverSent("blocked")]
    first, second = post.put("satu"), post.put("dua")
    await post.until(lambda: post.item(second).state is Delivery.SENT)
    assert (post.item(first).state, post.item(first).reason) == (Delivery.FAILED, "blocked")


async def test_an_answer_to_a_press_that_came_too_late_is_no_failure(post: Post) -> None:
    post.messenger.failures = [NeverSent("press_expired")]
    number = post.put("ok", press_id="7")
    await post.until(lambda: post.item(number).state is Delivery.EXPIRED)


async def test_a_group_that_moved_is_followed_by_what_waits_and_by_its_schedules(post: Post) -> None:
    post.messenger.failures = [ChatMoved(-100)]
    number = post.put("halo", chat_id=-1)
    daily = Schedule(
        rhythm=Frequency.TODAY, at=time(17), chat_id=-1, language="id", made_by=1, made_at=post.clock.now()
    )
    kept = post.transactions.write(lambda uow: uow.schedules.add(daily))
    await post.until(lambda: post.item(number).state is Delivery.SENT)
    assert post.messenger.sent[0].chat_id == -100
    assert post.transactions.read(lambda uow: uow.schedules.get(kept.id)) == evolve(kept, chat_id=-100)


async def test_what_a_deleted_topic_does_not_take_goes_to_general_once_and_says_so(post: Post) -> None:
    post.messenger.failures = [NeverSent("topic_deleted")]
    spoken = Incoming(
        key="k",
        kind=IncomingKind.MESSAGE,
        chat_id=-1,
        message_id=7,
        sender_id=3,
        sent_at=post.clock.now(),
        private=False,
        topic=12,
        topic_title="Aktivasi",
    )
    post.transactions.write(lambda uow: uow.inbox.receive(spoken, post.clock.now()))
    number = post.queue(Outgoing(chat_id=-1, text="halo", topic=12, reply_to=7))
    await post.until(lambda: post.item(number).state is Delivery.SENT)
    assert [sent.topic for sent in post.messenger.sent] == [None]
    assert post.item(number).message.reply_to == 7
    assert post.item(number).detail == "topic_deleted"
    (group,) = post.transactions.read(lambda uow: uow.inbox.groups())
    assert group.topics == ()


async def test_a_closed_topic_is_a_failed_message_with_its_own_reason(post: Post) -> None:
    post.messenger.failures = [NeverSent("topic_closed")]
    number = post.queue(Outgoing(chat_id=-1, text="halo", topic=12))
    await post.until(lambda: post.item(number).state is Delivery.FAILED)
    assert (post.item(number).reason, post.messenger.sent) == ("topic_closed", [])


async def test_an_unreachable_network_is_tried_for_a_day_and_then_said_to_have_failed(post: Post) -> None:
    post.messenger.failures = [NotSent("down") for _ in range(10_000)]
    number = post.put("halo")
    post.clock.later(hours=23)
    await post.until(lambda: post.messenger.asked > 3)
    assert post.item(number).state is not Delivery.FAILED
    post.clock.later(hours=2)
    await post.until(lambda: post.item(number).state is Delivery.FAILED)
    assert post.item(number).reason == "unreachable"


async def test_nothing_is_sent_without_the_lease(post: Post) -> None:
    post.relay.may_send = lambda: False
    post.put("halo")
    with pytest.raises(AssertionError, match="never came"):
        await post.until(lambda: post.messenger.asked > 0)


def test_a_chat_gets_a_burst_and_then_one_message_a_second() -> None:
    pace = Pace(Rates(overall=1000, chat=1, burst=3))
    assert [pace.reserve(1, 0.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert pace.reserve(2, 0.0) == 0


def test_a_group_gets_twenty_messages_a_minute() -> None:
    pace = Pace(Rates(overall=1000, burst=1))
    assert [pace.reserve(-5, 0.0) for _ in range(3)] == [0, 3, 6]


def test_all_chats_together_get_no_more_than_the_network_allows() -> None:
    pace = Pace(Rates(overall=30))
    leaves = sorted(pace.reserve(chat, 0.0) for chat in range(1, 91))
    assert all(sum(at <= leave < at + 1 for leave in leaves) <= 30 for at in leaves)


async def test_where_a_repeat_is_the_same_message_an_ambiguous_one_is_repeated_until_it_is_there(post: Post) -> None:
    post.messenger.sends_once = True
    post.messenger.failures = [PerhapsSent("cut")] * 12
    number = post.put("halo")
    await post.until(lambda: post.item(number).state is Delivery.SENT)
    assert (len(post.messenger.sent), post.messenger.asked, post.item(number).doubtful) == (1, 13, False)


async def test_a_clock_set_back_stops_no_answer_whether_new_put_off_or_in_hands_that_are_gone(post: Post) -> None:
    put_off = post.put("tertunda", chat_id=1)
    post.messenger.failures = [RetryAfter(20)]
    await post.until(lambda: post.item(put_off).reason == "retry_after")
    lost = post.put("terputus", chat_id=2)
    post.transactions.write(lambda uow: uow.outbox.claim(post.clock.now(), LEASE, 1))
    waits = post.put("menunggu", chat_id=3)
    post.clock.later(hours=-1)
    began, numbers = post.clock.now(), (put_off, lost, waits, post.put("baru", chat_id=4))
    await post.until(lambda: all(post.item(number).sent_at is not None for number in numbers))
    assert post.clock.now() - began < timedelta(minutes=1)
    states = [post.item(number).state for number in numbers]
    assert states == [Delivery.SENT, Delivery.PERHAPS_TWICE, Delivery.SENT, Delivery.SENT]


async def test_a_clock_set_back_sends_nothing_twice_that_is_being_sent(post: Post) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    class Slow(FakeMessenger):
        async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
            begun.set()
            await go.wait()
            return await super().send(message, enclosure)

    post.messenger = post.relay.messenger = Slow()
    number = post.put("halo")
    task = asyncio.create_task(post.relay.run())
    await begun.wait()
    post.clock.later(hours=-1)
    for _ in range(50):
        post.relay.wake()
        await asyncio.sleep(0)
    go.set()
    await post.until(lambda: post.item(number).state is Delivery.SENT)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert post.messenger.asked == 1


async def gateway_ill_for(post: Post, seconds: int, wrong: Exception) -> None:
    """Fail every call so long."""
    well_at = post.clock.now() + timedelta(seconds=seconds)

    class Gateway(FakeMessenger):
        async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
            self.failures = [wrong] if post.clock.now() < well_at else []
            return await super().send(message, enclosure)

    post.messenger = post.relay.messenger = Gateway()


@pytest.mark.parametrize("minutes", [2, 20, 240])
async def test_a_gateway_that_is_ill_fails_no_answer_for_good_and_the_state_says_so(post: Post, minutes: int) -> None:
    numbers = [post.put("halo", chat_id=chat) for chat in (1, 2, 3)]
    well_at = post.clock.now() + timedelta(minutes=minutes)
    await gateway_ill_for(post, minutes * 60, GatewayAnswered("HTTP 502, not an answer of the Bot API"))
    await post.until(lambda: post.clock.now() > well_at, seconds=minutes / 10)
    assert post.relay.state == "no_clear_answer"
    assert {(post.item(number).state, post.item(number).reason) for number in numbers} == {(Delivery.QUEUED, "gateway")}
    post.put("kabar baru", chat_id=4)
    await post.until(lambda: all(post.item(number).state is Delivery.PERHAPS_TWICE for number in numbers))
    assert (post.relay.state, post.clock.now() - well_at < timedelta(minutes=5)) == ("sending", True)


async def test_what_an_ill_gateway_held_up_leaves_as_soon_as_something_gets_through(post: Post) -> None:
    post.messenger.failures = [PerhapsSent()] * 5
    waits = post.put("halo", chat_id=1)
    await post.until(lambda: post.item(waits).doubts == 5)
    assert post.item(waits).due_at - post.clock.now() > timedelta(minutes=7)
    new, began = post.put("baru", chat_id=2), post.clock.now()
    await post.until(lambda: post.item(waits).state is Delivery.PERHAPS_TWICE)
    assert (post.item(new).state, post.clock.now() - began < timedelta(minutes=1)) == (Delivery.SENT, True)


async def test_the_network_that_answers_polls_again_lets_what_waits_leave(post: Post) -> None:
    post.messenger.failures = [PerhapsSent()] * 5
    waits = post.put("halo")
    await post.until(lambda: post.item(waits).doubts == 5)
    began = post.clock.now()
    post.relay.line_is_back()
    await post.until(lambda: post.item(waits).state is Delivery.PERHAPS_TWICE)
    assert post.clock.now() - began < timedelta(minutes=1)


async def test_a_line_that_comes_and_goes_does_not_use_up_the_tries(post: Post) -> None:
    post.messenger.failures = [PerhapsSent()] * 4
    waits = post.put("halo", chat_id=1)
    await post.until(lambda: post.item(waits).doubts == 4)
    post.messenger.failures = [PerhapsSent()]
    post.relay.line_is_back()
    await post.until(lambda: post.item(waits).doubts == 5)
    for chat in range(2, 12):
        other = post.put("lain", chat_id=chat)
        await post.until(lambda other=other: post.item(other).state is Delivery.SENT)  # type: ignore[misc]  # bound now
    assert post.item(waits).doubts == 5
    assert post.item(waits).state is Delivery.QUEUED


async def test_tries_that_surely_failed_do_not_count_as_doubts(post: Post) -> None:
    post.messenger.failures = [NotSent("refused")] * 20 + [PerhapsSent("HTTP 502")]
    number = post.put("halo")
    await post.until(lambda: post.item(number).state is Delivery.PERHAPS_TWICE)
    assert post.messenger.asked == 22


async def test_a_poor_line_that_lets_others_through_leaves_the_last_tries_for_later(post: Post) -> None:
    post.messenger.lost[1] = PerhapsSent("HTTP 502")
    unlucky = post.put("halo", chat_id=1)
    for chat in range(2, 22):
        other = post.put("lain", chat_id=chat)
        post.relay._hurried_at = float("-inf")  # a minute passes in the story, not in the loop
        await post.until(lambda other=other: post.item(other).state is Delivery.SENT, seconds=60)  # type: ignore[misc]  # bound now
    assert post.item(unlucky).state is Delivery.QUEUED
    assert post.item(unlucky).doubts <= 6


async def test_a_message_is_tried_often_however_old_the_clock_says_it_is(post: Post) -> None:
    number = post.put("halo")
    post.clock.later(days=3)
    post.messenger.failures = [NotSent("down")] * 5
    await post.until(lambda: post.item(number).state is Delivery.SENT, seconds=30)


@pytest.mark.parametrize("text", ["halo", ""], ids=["an answer", "a gesture"])
@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1), timedelta(days=365)], ids=str)
async def test_no_message_is_given_up_because_the_clock_jumped(post: Post, jump: timedelta, text: str) -> None:
    gesture = Outgoing(chat_id=1, text="", reply_to=7, reaction="👍")
    waits = post.put(text) if text else post.queue(gesture)
    post.relay.jumped = lambda since: jump if since < NINE + jump else timedelta()
    post.messenger.failures = [NotSent("no route")] * 40
    post.clock.later(jump)
    tries = 40 if text else 4  # a reaction is worth two minutes
    await post.until(lambda: post.messenger.asked >= tries, seconds=15 if text else 1)
    assert post.item(waits).state in {Delivery.QUEUED, Delivery.SENDING}


async def test_a_clock_that_jumps_makes_no_outage_of_a_poor_connection(post: Post) -> None:
    post.relay.count = lambda: 0.0
    post.messenger.failures = [PerhapsSent()] * 6
    waits = post.put("halo", chat_id=1)
    await post.until(lambda: post.item(waits).doubts == 6, seconds=60)
    post.clock.later(hours=1)
    new = post.put("baru", chat_id=2)
    await post.until(lambda: post.item(new).state is Delivery.SENT)
    for _ in range(5):
        post.relay.wake()
        await asyncio.sleep(0)
    assert post.item(waits).state is Delivery.QUEUED, "its last tries are for after an outage"


@pytest.mark.parametrize(("alone", "waits"), [(True, False), (False, True)])
async def test_after_a_crash_what_was_in_hand_leaves_at_once_where_nobody_else_can_be_sending(
    post: Post, alone: bool, waits: bool
) -> None:
    number = post.put("halo")
    post.transactions.write(lambda uow: uow.outbox.claim(post.clock.now(), LEASE, 1))
    began = post.clock.now()
    await LeftBehind(transactions=InlineTransactions(post.transactions), alone=alone).begin()
    await post.until(lambda: post.item(number).state is Delivery.PERHAPS_TWICE)
    assert (post.clock.now() - began >= LEASE) is waits


@define
class LosesAnswers:
    """A store whose connection breaks at the commits that end a message, `lost` times: they are kept all the same."""

    inner: MemoryTransactions
    lost: int

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read."""
        return self.inner.read(work)

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Write, and perhaps lose the answer."""
        ended = self._ended()
        result = self.inner.write(work)
        if self.lost and self._ended() > ended:
            self.lost -= 1
            raise StorageUncertain("the connection broke at the commit")
        return result

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        """Open a transaction; no worker does."""
        return self.inner.opened()

    def _ended(self) -> int:
        return len(self.inner.read(lambda uow: uow.seals.facts(0, 99)))


@pytest.mark.parametrize("error", [None, NeverSent("blocked")])
async def test_an_end_whose_commit_is_uncertain_is_recorded_once(post: Post, error: NeverSent | None) -> None:
    post.messenger.failures = [error] if error else []
    post.relay.transactions = InlineTransactions(LosesAnswers(post.transactions, lost=1))
    number, another = post.put("halo"), post.put("lagi", chat_id=2)
    await post.until(lambda: post.item(another).state is Delivery.SENT)
    await post.until(lambda: post.item(number).state in {Delivery.SENT, Delivery.FAILED})
    assert len(post.transactions.read(lambda uow: uow.seals.facts(0, 99))) == 2


NOD = Outgoing(chat_id=1, text="", reply_to=1, reaction="👍")
STRIP = Outgoing(chat_id=1, text="", reply_to=1, strip_buttons=True)


@pytest.mark.parametrize(
    "refusal",
    [NeverSent("rejected", "400 REACTION_INVALID"), NeverSent("blocked"), NeverSent("rejected", "method not found")],
)
@pytest.mark.parametrize("gesture", [NOD, STRIP])
async def test_a_gesture_that_is_refused_is_done_at_once_and_alarms_nobody(
    post: Post, gesture: Outgoing, refusal: NeverSent
) -> None:
    post.messenger.failures = [refusal]
    number, answer = post.queue(gesture), post.put("halo")
    await post.until(lambda: post.item(answer).state is Delivery.SENT)
    done = post.item(number)
    assert (done.state, done.reason, done.detail) == (Delivery.SENT, "", refusal.detail)
    assert (post.messenger.asked, post.relay.state) == (2, "sending")


async def test_a_gesture_is_repeated_after_a_doubt_and_is_never_perhaps_twice(post: Post) -> None:
    post.messenger.said.add(1)
    post.messenger.failures = [PerhapsSent("time-out"), NotSent()]
    number = post.queue(NOD)
    await post.until(lambda: post.item(number).state is Delivery.SENT)
    assert (post.messenger.asked, post.messenger.reactions, post.item(number).message_id) == (3, {1: "👍"}, None)


@pytest.mark.parametrize(("gesture", "span"), [(NOD, timedelta(minutes=4)), (STRIP, timedelta(hours=25))])
async def test_a_gesture_that_cannot_leave_in_time_expires_and_is_no_failure(
    post: Post, gesture: Outgoing, span: timedelta
) -> None:
    post.messenger.failures = [NotSent("no route") for _ in range(5000)]
    number, began = post.queue(gesture), post.clock.at
    await post.until(lambda: post.item(number).state is Delivery.EXPIRED, seconds=60)
    assert post.item(number).reason == "unreachable"
    assert span / 2 < post.clock.at - began <= span


async def test_a_gesture_in_a_group_that_moved_is_done_and_what_waits_follows(post: Post) -> None:
    post.messenger.lost[-1] = ChatMoved(-100)
    number, answer = post.queue(evolve(NOD, chat_id=-1)), post.put("halo", -1)
    await post.until(lambda: post.item(answer).state is Delivery.SENT)
    assert (post.item(number).state, post.item(answer).message.chat_id) == (Delivery.SENT, -100)
    assert post.messenger.asked == 2, "the answer goes to the new chat at once"


async def test_a_try_that_hung_until_another_process_has_the_message_says_nothing_of_its_failure(post: Post) -> None:
    number = post.put("halo")
    (hung,) = post.transactions.write(lambda uow: uow.outbox.claim(post.clock.now(), LEASE, 1))
    post.clock.later(minutes=2)
    (other,) = post.transactions.write(lambda uow: uow.outbox.claim(post.clock.now(), LEASE, 1))
    assert (hung.id, other.id) == (number, number)

    for failure in (NeverSent("blocked"), NotSent(), PerhapsSent(), RetryAfter(5), ChatMoved(-100)):
        post.messenger.failures = [failure]
        await post.relay._deliver(hung)

    assert (post.item(number).state, post.item(number).attempts) == (Delivery.SENDING, 2)
    await post.relay._deliver(other)
    assert post.item(number).state is Delivery.PERHAPS_TWICE


async def test_each_try_is_counted_by_what_became_of_the_message(post: Post) -> None:
    for failures in ([], [RetryAfter(5), NotSent()], [PerhapsSent()], [NeverSent("blocked")]):
        post.messenger.failures, number = list(failures), post.put("halo")
        await post.until(lambda number=number: post.item(number).state not in UNFINISHED)  # type: ignore[misc]  # bound now
    assert post.measures.messages == ["sent", "later", "later", "sent", "later", "perhaps_twice", "failed"]
