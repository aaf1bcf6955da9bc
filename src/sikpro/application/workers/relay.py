"""Outbox to messenger: claim, send, mark; in each chat's order, at the pace the network allows."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from attrs import define, field

from sikpro.application.ports.chat import Enclosure, Outgoing
from sikpro.application.ports.network import (
    ChatMoved,
    Messenger,
    NeverSent,
    NotSent,
    PerhapsSent,
    RetryAfter,
    SendError,
)
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import AsyncTransactions, Hint, Kind, StorageError, UnitOfWork
from sikpro.application.use_cases.recaps.keep_schedules import follow_group
from sikpro.application.workers.rates import Pace, Rates
from sikpro.domain.errors import NotFound

_log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
"""How long a claimed message is ours; afterwards it is sent again, as doubtful."""

PATIENCE = timedelta(hours=24)
"""How long a message that the network does not take is tried."""

_DOUBTFUL_PAUSES = (2.0, 5, 20, 90, 15 * 60, 3 * 3600, 6 * 3600)
"""Seconds after each try whose arrival cannot be told; the try after the last pause is the last one.

Each may be one more message in the chat, so they are few; a gateway may be ill for hours, so they spread over nine.
What waits is hurried as soon as something gets through.
"""

_HURRIES_APART = 2 * 60.0
_OUTAGE = timedelta(minutes=9)
"""After how long of failures alone the line was down, and not only poor."""

_EARLY_DOUBTS = 5
"""So many doubtful tries a poor line may use up quickly; the others keep their pauses, so that they outlast it."""

_LEAST_TRIES = 30
"""So often at least a message is tried, whatever the clock says of its age."""

_LINE_DOWN = frozenset({"ambiguous", "unreachable"})
"""Why a message waits when the line is at fault, not the message."""

_AT_ONCE = 30
_IDLE = 5.0
_LONGEST_PAUSE = 60.0
_LONGEST_PAUSE_ONCE = 10.0
"""Where a message sent again is the same message, trying sooner costs nothing."""


@define(kw_only=True)
class Relay:
    """The one sender. `may_send` says whether this process holds the bot account's lease.

    `alone` is set where no other process can be sending (SQLite): what one that was killed had in hand is sent at once.
    """

    transactions: AsyncTransactions
    messenger: Messenger
    clock: Clock
    rates: Rates = field(factory=Rates)
    may_send: Callable[[], bool] = field(default=lambda: True)
    alone: bool = False
    _begun: bool = field(default=False, init=False)
    state: str = field(default="idle", init=False)
    _marked_state: str = field(default="idle", init=False)
    _held_up: bool = field(default=False, init=False)
    _hurry: int = field(default=0, init=False)
    _hurried_at: float = field(default=float("-inf"), init=False)
    _down_since: datetime | None = field(default=None, init=False)
    _wake: asyncio.Event = field(factory=asyncio.Event, init=False)
    _pace: Pace = field(init=False)
    _sending: dict[asyncio.Task[None], int] = field(factory=dict["asyncio.Task[None]", int], init=False)
    _paused_until: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        self._pace = Pace(self.rates)

    def wake(self) -> None:
        """Look at the outbox now; from the event loop's thread."""
        self._wake.set()

    def line_is_back(self) -> None:
        """Try at once what waits because the network could not be reached; from the event loop's thread.

        A line that comes and goes does not use up the tries: there are two minutes at least between two hurries, and
        after anything shorter than an outage the last tries are not hurried.
        """
        now = self._loop_time()
        outage = self._down_since is not None and self.clock.now() - self._down_since >= _OUTAGE
        self._down_since = None
        if self._held_up and (outage or now - self._hurried_at >= _HURRIES_APART):
            self._held_up, self._hurried_at = False, now
            self._hurry = max(self._hurry, len(_DOUBTFUL_PAUSES) if outage else _EARLY_DOUBTS)
            self.wake()

    async def run(self) -> None:
        """Send what is due until cancelled; messages being sent then are finished and marked."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._turn()
                    if self.state == "storage":
                        self.state = "idle"
                except StorageError as error:
                    self.state = "storage"
                    _log.warning("outbox out of reach", error=str(error))
                    await asyncio.sleep(1)
        finally:
            if self._sending:
                await asyncio.wait(self._sending, timeout=5)

    async def _turn(self) -> None:
        claimed = await self._claim()
        for item in claimed:
            task = asyncio.create_task(self._deliver(item))
            self._sending[task] = item.id
            task.add_done_callback(self._delivered)
        if not claimed or len(self._sending) >= _AT_ONCE:
            await self._pause()

    async def _claim(self) -> tuple[OutboxItem, ...]:
        free = _AT_ONCE - len(self._sending)
        if not self.may_send() or free <= 0 or self._loop_time() < self._paused_until:
            return ()
        now, hurry, in_hand = self.clock.now(), self._hurry, tuple(self._sending.values())

        def claim(uow: UnitOfWork) -> tuple[OutboxItem, ...]:
            if self.alone and not self._begun:
                uow.outbox.release_all()
            if hurry:
                uow.outbox.retry_now(_LINE_DOWN, now, most_doubts=hurry)
            return uow.outbox.claim(now, LEASE, free, sends_once=self.messenger.sends_once, in_hand=in_hand)

        claimed = await self.transactions.write(claim)
        self._begun = True
        self._hurry = 0 if self._hurry == hurry else self._hurry
        return claimed

    async def _pause(self) -> None:
        """Wait until somebody wakes us, or something is due."""
        in_hand = tuple(self._sending.values())
        due = await self.transactions.read(lambda uow: uow.outbox.next_due(in_hand=in_hand))
        wait = _IDLE
        if due is not None:
            wait = min(max((due - self.clock.now()).total_seconds(), 0.05), _IDLE)
        wait = max(wait, min(self._paused_until - self._loop_time(), _LONGEST_PAUSE))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):  # not wait_for: on Python 3.11 it can swallow a cancellation
                await self._wake.wait()

    async def _deliver(self, item: OutboxItem) -> None:
        message = item.message
        if not message.press_id:
            await asyncio.sleep(self._pace.reserve(message.chat_id, self._loop_time()))
        try:
            message_id = await self.messenger.send(message, await self._enclosed(message))
        except SendError as error:
            mark = self._failure(item, error)
        except Exception:
            _log.exception("messenger failed", outbox=item.id)
            mark = self._failure(item, PerhapsSent("messenger"))
        else:
            at = self.clock.now()
            self.state = "sending"
            self.line_is_back()

            def mark(uow: UnitOfWork) -> None:
                uow.outbox.sent(item.id, message_id, at)

        await self._mark(item, mark)

    async def _enclosed(self, message: Outgoing) -> Enclosure | None:
        """The file that a message carries. Raises `SendError` where it cannot be read."""
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

    def _failure(self, item: OutboxItem, error: SendError) -> Callable[[UnitOfWork], None]:
        """What to write down after a failure."""
        now = self.clock.now()
        match error:
            case RetryAfter(seconds=seconds, everywhere=everywhere):
                if everywhere:
                    self._paused_until = self._loop_time() + seconds
                self.state = "slowed"
                due = now + timedelta(seconds=seconds)
                return lambda uow: uow.outbox.later(item.id, due, "retry_after", at=now)
            case NeverSent(reason="press_expired"):
                return lambda uow: uow.outbox.give_up(item.id, Delivery.EXPIRED, error.reason, error.detail, now)
            case NeverSent():
                return lambda uow: uow.outbox.give_up(item.id, Delivery.FAILED, error.reason, error.detail, now)
            case ChatMoved(chat_id=chat_id):
                before = item.message.chat_id

                def moved(uow: UnitOfWork) -> None:
                    uow.outbox.move_chat(before, chat_id)
                    uow.outbox.later(item.id, now, "moved", at=now)
                    follow_group(uow, before, chat_id)

                return moved
            case PerhapsSent():
                self._line_failed("no_clear_answer")
                return self._again(item, now, "ambiguous", error, doubtful=not self.messenger.sends_once)
            case _:
                self._line_failed("unreachable")
                return self._again(item, now, "unreachable", error, doubtful=False)

    def _line_failed(self, state: str) -> None:
        self.state, self._held_up = state, True
        self._down_since = self._down_since or self.clock.now()

    def _again(
        self, item: OutboxItem, now: datetime, reason: str, error: SendError, *, doubtful: bool
    ) -> Callable[[UnitOfWork], None]:
        """Put a message off, or give it up after the last try that it may have."""
        if doubtful:
            pauses: tuple[float, ...] = _DOUBTFUL_PAUSES[item.doubts : item.doubts + 1]
        elif now - item.created_at <= PATIENCE or item.attempts < _LEAST_TRIES:
            longest = _LONGEST_PAUSE_ONCE if self.messenger.sends_once else _LONGEST_PAUSE
            pauses = (min(2.0 ** min(item.attempts, 6), longest),)
        else:
            pauses = ()
        if not pauses:
            return lambda uow: uow.outbox.give_up(item.id, Delivery.FAILED, reason, error.detail, now)
        due = now + timedelta(seconds=pauses[0] * random.uniform(0.5, 1))  # no secret
        return lambda uow: uow.outbox.later(item.id, due, reason, at=now, doubtful=doubtful)

    async def _mark(self, item: OutboxItem, mark: Callable[[UnitOfWork], None]) -> None:
        """Write down what became of it; while the database is out of reach, try as long as the claim is ours."""

        changed, self._marked_state = self.state != self._marked_state, self.state

        def work(uow: UnitOfWork) -> None:
            mark(uow)
            uow.announce(Hint(Kind.OUTBOX, (item.id,)))
            if changed:
                uow.announce(Hint(Kind.BOT))

        give_up = self._loop_time() + LEASE.total_seconds() / 2
        while True:
            try:
                await self.transactions.write(work)
            except StorageError as error:
                if self._loop_time() > give_up:
                    _log.error("a message's fate could not be kept", outbox=item.id, error=str(error))
                    return
                await asyncio.sleep(0.5)
            else:
                return

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._sending.pop(task, None)
        if not task.cancelled() and task.exception():
            _log.error("delivery failed", error=repr(task.exception()))
        self._wake.set()

    def _loop_time(self) -> float:
        return asyncio.get_running_loop().time()
