"""From outbox to messenger: claim, send, mark; in each chat's order, within the network's limits."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from attrs import define, field
from structlog.contextvars import bound_contextvars

from sikpro.application.ports.cause import named
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.chat import Enclosure, Outgoing
from sikpro.application.ports.measures import Measures, NoMeasures
from sikpro.application.ports.network import (
    ChatMoved,
    Messenger,
    NeverSent,
    NotSent,
    PerhapsSent,
    RetryAfter,
    SendError,
)
from sikpro.application.ports.outbox import OUTAGE, TOPIC_DELETED, UNCERTAIN, Delivery, OutboxItem
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import AsyncTransactions, Hint, Kind, StorageError, UnitOfWork
from sikpro.application.use_cases.recaps.keep_schedules import follow_group
from sikpro.application.workers.clock_watch import never_jumped
from sikpro.application.workers.fates import LATER, Fate, Write, arrived, given_up, later, tell, uncertain
from sikpro.application.workers.lately import Lately
from sikpro.application.workers.marks import Marks
from sikpro.application.workers.rates import Pace, Rates
from sikpro.application.workers.repeated import Repeated
from sikpro.domain.errors import NotFound

_log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
"""The lease of a claimed message. When it is over, the message is sent again, as doubtful."""

PATIENCE = timedelta(hours=24)
"""How long a message is retried that the network does not accept."""

_DOUBTFUL_PAUSES = (2.0, 5, 20, 90, 15 * 60, 3 * 3600, 6 * 3600)
"""Seconds after each try that may have arrived. The try after the last pause is the last one.

Each try may add a message to the chat, so they are few. A gateway may fail for hours, so they spread over nine. When a
message gets through, waiting ones are retried at once.
"""

_HURRIES_APART = 2 * 60.0
_OUTAGE = 9 * 60.0
"""After this time with failures only, the connection was down and not only poor."""

_EARLY_DOUBTS = 5
"""The most doubtful tries that a poor connection may use up quickly. The others keep their long pauses."""

_REACTION_PATIENCE = timedelta(minutes=2)
"""How long a reaction is retried: later, nobody understands it any more, and the answers of its chat wait behind it."""

_LEAST_TRIES = 30
"""The least number of tries for a message, even if the clock says it is too old."""

_AT_ONCE = 30
_IDLE = 5.0
_NOT_OURS = 1.0
"""The least pause of a process that may not send: what is due is another one's to send."""

_LONGEST_PAUSE = 60.0
_LONGEST_PAUSE_ONCE = 10.0
"""The longest pause where repeated sends make one message: there, earlier retries do no harm."""


@define(kw_only=True)
class Relay:
    """The only sender. `may_send` says whether this process has the bot account's lease.

    `jumped` returns how far the clock was set forward since a time, `count` monotonic seconds.
    """

    transactions: AsyncTransactions
    messenger: Messenger
    clock: Clock
    chance: Chance = field(factory=Chance)
    rates: Rates = field(factory=Rates)
    measures: Measures = field(factory=NoMeasures)
    may_send: Callable[[], bool] = field(default=lambda: True)
    jumped: Callable[[datetime], timedelta] = never_jumped
    count: Callable[[], float] = time.monotonic
    store: Lately = field(factory=Lately, init=False)
    line: Lately = field(factory=Lately, init=False)
    _faults: Repeated = field(init=False)
    _crashes: Repeated = field(init=False)
    _marked_state: str = field(default="idle", init=False)
    _held_up: bool = field(default=False, init=False)
    _hurry: int = field(default=0, init=False)
    _hurried_at: float = field(default=float("-inf"), init=False)
    _down_since: float | None = field(default=None, init=False)
    _wake: asyncio.Event = field(factory=asyncio.Event, init=False)
    _pace: Pace = field(init=False)
    _marks: Marks = field(init=False)
    _sending: dict[asyncio.Task[None], int] = field(factory=dict["asyncio.Task[None]", int], init=False)
    _paused_until: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        self._pace = Pace(self.rates)
        self._marks = Marks(transactions=self.transactions, time=self._loop_time)
        self._faults = Repeated(log=_log, event="messages do not leave", over="messages leave again", count=self.count)
        self._crashes = Repeated(log=_log, event="messenger failed", level="error", count=self.count)

    def wake(self) -> None:
        """Check the outbox now. Call it in the event loop's thread."""
        self._wake.set()

    def heard(self, hint: Hint) -> None:
        """Check the outbox after a hint, unless it only tells of messages that this relay itself is sending."""
        ours = hint.kind is Kind.OUTBOX and hint.ids and set(hint.ids) <= set(self._sending.values())
        if not ours:
            self.wake()

    def line_is_back(self) -> None:
        """Retry messages at once that wait because the network was unreachable. Call it in the event loop's thread.

        An unstable connection does not use up the tries: at least two minutes pass between two such retries, and the
        last tries are made early only after an outage.
        """
        now = self._loop_time()
        outage = self._down_since is not None and self.count() - self._down_since >= _OUTAGE
        self._down_since = None
        if self._held_up and (outage or now - self._hurried_at >= _HURRIES_APART):
            self._held_up, self._hurried_at = False, now
            self._hurry = max(self._hurry, len(_DOUBTFUL_PAUSES) if outage else _EARLY_DOUBTS)
            self.wake()

    @property
    def state(self) -> str:
        """`storage`, what is wrong with the connection, `sending` if the last message arrived, or `idle` before."""
        return ("storage" if self.store.reason else self.line.reason) or ("sending" if self.line.tried else "idle")

    async def run(self) -> None:
        """Send due messages until cancelled. Messages being sent at that time are finished and marked."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._turn()
                except StorageError:
                    self.store.failed("storage")
                    await asyncio.sleep(1)
        finally:
            if self._sending:
                await asyncio.wait(self._sending, timeout=5)

    def places(self) -> int:
        """Return how many messages may leave now beside those that do. Call it in the event loop's thread."""
        free = _AT_ONCE - len(self._sending)
        return free if free > 0 and self.may_send() and self._loop_time() >= self._paused_until else 0

    def send(self, claimed: Iterable[OutboxItem]) -> None:
        """Send messages that this process has claimed. Call it in the event loop's thread."""
        for item in claimed:
            task = asyncio.create_task(self._deliver(item))
            self._sending[task] = item.id
            task.add_done_callback(self._delivered)

    async def _turn(self) -> None:
        claimed, due = await self._look()
        self.send(claimed)
        if not claimed or len(self._sending) >= _AT_ONCE:
            await self._pause(due)

    async def _look(self) -> tuple[tuple[OutboxItem, ...], datetime | None]:
        """Claim what may leave now; if nothing does, return also when the next message is due."""
        free, in_hand = self.places(), tuple(self._sending.values())
        if not free:
            due = await self.transactions.read(lambda uow: uow.outbox.next_due(in_hand=in_hand))
            self.store.worked()
            return (), due
        now, hurry = self.clock.now(), self._hurry

        def look(uow: UnitOfWork) -> tuple[tuple[OutboxItem, ...], datetime | None]:
            if hurry:
                uow.outbox.retry_now(OUTAGE, now, most_doubts=hurry)
            claimed = uow.outbox.claim(now, LEASE, free, sends_once=self.messenger.sends_once, in_hand=in_hand)
            return claimed, None if claimed else uow.outbox.next_due(in_hand=in_hand)

        found = await self.transactions.write(look)
        self.store.worked()
        self._hurry = 0 if self._hurry == hurry else self._hurry
        return found

    async def _pause(self, due: datetime | None) -> None:
        """Wait until something wakes the relay, or until a message is due."""
        wait = _IDLE
        if due is not None:
            least = 0.05 if self.may_send() else _NOT_OURS
            wait = min(max((due - self.clock.now()).total_seconds(), least), _IDLE)
        wait = max(wait, min(self._paused_until - self._loop_time(), _LONGEST_PAUSE))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):  # not wait_for: on Python 3.11 it can swallow a cancellation
                await self._wake.wait()

    async def _deliver(self, item: OutboxItem) -> None:
        """Send a message and record what became of it; every line about it has its id and what it was queued for."""
        with bound_contextvars(outbox=item.id, **named(item.cause)):
            await self._deliver_it(item)

    async def _deliver_it(self, item: OutboxItem) -> None:
        message = item.message
        if not message.press_id:
            await asyncio.sleep(self._pace.reserve(message.chat_id, self._loop_time()))
        try:
            message_id = await self.messenger.send(message, await self._enclosed(message))
        except SendError as error:
            fate = self._failure(item, error)
        except Exception:
            self._crashes.failed("internal", exc_info=True)
            fate = self._failure(item, PerhapsSent("messenger"))
        else:
            self.line.worked()
            self._faults.worked()
            self.line_is_back()
            fate = arrived(item, message_id, self.clock.now())
        if await self._mark(item, fate.write):
            seconds = self._age(item, self.clock.now()).total_seconds()
            self.measures.message(fate.name, seconds, item.cause)
            tell(_log, item, fate, seconds)

    async def _enclosed(self, message: Outgoing) -> Enclosure | None:
        """Return the file of a message. Raises `SendError` where it cannot be read."""
        document = message.document
        if document is None:
            return None

        def read(uow: UnitOfWork) -> Enclosure:
            blob = uow.blobs.get(document)
            content = b"".join(uow.blobs.part(document, place) for place in range(blob.parts))
            return Enclosure(blob.name, blob.media_type, content)

        try:
            return await self.transactions.read(read)
        except NotFound:
            raise NeverSent("file_gone") from None
        except StorageError as error:
            raise NotSent(str(error)) from error

    def _failure(self, item: OutboxItem, error: SendError) -> Fate:
        """Return what becomes of a message after a failure."""
        now = self.clock.now()
        if item.message.is_gesture and not isinstance(error, RetryAfter):
            return self._gesture_failed(item, error, now)
        match error:
            case RetryAfter(seconds=seconds, everywhere=everywhere):
                if everywhere:
                    self._paused_until = self._loop_time() + seconds
                self.line.failed("slowed")
                due = now + timedelta(seconds=seconds)
                return later(item, due, "retry_after", now)
            case NeverSent(reason="press_expired"):
                return given_up(item, Delivery.EXPIRED, error.reason, error.detail, now)
            case NeverSent(reason=reason) if reason == TOPIC_DELETED and item.message.topic is not None:
                chat_id, topic = item.message.chat_id, item.message.topic

                def to_general(uow: UnitOfWork) -> None:
                    uow.outbox.to_general(item.id, now, attempt=item.attempts)
                    uow.inbox.forget_topic(chat_id, topic)

                return Fate(LATER, TOPIC_DELETED, to_general)
            case NeverSent():
                return given_up(item, Delivery.FAILED, error.reason, error.detail, now)
            case ChatMoved(chat_id=chat_id):
                before = item.message.chat_id

                def moved(uow: UnitOfWork) -> None:
                    uow.outbox.move_chat(before, chat_id)
                    uow.outbox.later(item.id, now, "moved", at=now, attempt=item.attempts)
                    follow_group(uow, before, chat_id)

                return Fate(LATER, "moved", moved)
            case PerhapsSent():
                self._line_failed("no_clear_answer")
                return self._again(item, now, uncertain(error), error, doubtful=not self.messenger.sends_once)
            case _:
                self._line_failed("unreachable")
                return self._again(item, now, "unreachable", error, doubtful=False)

    def _gesture_failed(self, item: OutboxItem, error: SendError, now: datetime) -> Fate:
        """Return what becomes of a gesture: a refused one is done, and one that cannot leave in time has expired."""
        match error:
            case ChatMoved(chat_id=chat_id):
                before = item.message.chat_id

                def moved(uow: UnitOfWork) -> None:
                    uow.outbox.sent(item.id, None, now, error.detail)
                    uow.outbox.move_chat(before, chat_id)
                    follow_group(uow, before, chat_id)

                return Fate(Delivery.SENT, "moved", moved)
            case NeverSent():
                return arrived(item, None, now, error.detail)
        reason = uncertain(error) if isinstance(error, PerhapsSent) else "unreachable"
        self._line_failed("no_clear_answer" if reason in UNCERTAIN else reason)
        if self._age(item, now) > (_REACTION_PATIENCE if item.message.reaction else PATIENCE):
            return given_up(item, Delivery.EXPIRED, reason, error.detail, now)
        return self._again(item, now, reason, error, doubtful=False)

    def _age(self, item: OutboxItem, now: datetime) -> timedelta:
        """Return the time that passed since a message was queued."""
        return now - item.created_at - self.jumped(item.created_at)

    def _line_failed(self, state: str) -> None:
        self.line.failed(state)
        self._faults.failed(state)
        self._held_up = True
        self._down_since = self.count() if self._down_since is None else self._down_since

    def _again(self, item: OutboxItem, now: datetime, reason: str, error: SendError, *, doubtful: bool) -> Fate:
        """Postpone a message, or give it up after its last allowed try."""
        if doubtful:
            pauses: tuple[float, ...] = _DOUBTFUL_PAUSES[item.doubts : item.doubts + 1]
        elif self._age(item, now) <= PATIENCE or item.attempts < _LEAST_TRIES:
            longest = _LONGEST_PAUSE_ONCE if self.messenger.sends_once else _LONGEST_PAUSE
            pauses = (min(2.0 ** min(item.attempts, 6), longest),)
        else:
            pauses = ()
        if not pauses:
            return given_up(item, Delivery.FAILED, reason, error.detail, now)
        due = now + timedelta(seconds=pauses[0] * self.chance.between(0.5, 1))
        return later(item, due, reason, now, doubtful=doubtful)

    async def _mark(self, item: OutboxItem, mark: Write) -> bool:
        """Record the result of a message, and return whether it is stored."""
        changed, self._marked_state = self.state != self._marked_state, self.state

        def work(uow: UnitOfWork) -> None:
            mark(uow)
            uow.announce(Hint(Kind.OUTBOX, (item.id,)))
            if changed:
                uow.announce(Hint(Kind.BOT))

        return await self._marks.keep(item.id, work, LEASE.total_seconds() / 2)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._sending.pop(task, None)
        if not task.cancelled() and task.exception():
            _log.error("delivery failed", error=repr(task.exception()))
        self._wake.set()

    def _loop_time(self) -> float:
        return asyncio.get_running_loop().time()
