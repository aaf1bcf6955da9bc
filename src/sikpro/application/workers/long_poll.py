"""The receiving loop, as in the paper: ask the source, wait for updates, act, commit, idle.

The cursor is in our database and moves in the same transaction as the work. A fetch with a cursor acknowledges what
came before it. So a crash at any line repeats work that the inbox already knows, and loses nothing.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from attrs import define, evolve, field

from sikpro.application.ports.bots import LeaseLost
from sikpro.application.ports.network import BotState, SourceError, Trouble, UpdateSource
from sikpro.application.ports.runtime import Clock, LiveEvents
from sikpro.application.ports.storage import AsyncTransactions, Hint, Kind, StorageError
from sikpro.application.workers.backoff import Backoff
from sikpro.application.workers.intake import Intake
from sikpro.application.workers.relay import Relay
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

_ASK_AGAIN = 1.0
"""Seconds until a process asks again for a lease that another has."""

_RENEW = 2.0
"""Seconds until a lease is renewed: between two updates that follow at once, no commit is spent on it."""

_STORE_PAUSE = 2.0
"""The longest pause in seconds before the next try with a store that failed: it is near, and back at some moment."""


async def _keep() -> None:
    """Do nothing: by default the transport has nothing to release."""


@define(kw_only=True)
class LongPoll:
    """Receives for one bot account, under its lease.

    `account` is the account's name in the database, `owner` this process. `take_over` ends another process's lease at
    once: right on SQLite, where only one process runs. `lease` is its duration, longer than a poll. `relay` sends what
    may leave with the commit; `after_commit` is called when more replies may be waiting, `reconnected` when the network
    answers again. `release_all` releases what the transport holds while another process serves the bot. `caution`
    returns a trouble with its detail while the connection works in spite of it. `count` returns monotonic seconds.
    """

    source: UpdateSource
    intake: Intake
    transactions: AsyncTransactions
    clock: Clock
    live: LiveEvents
    account: str
    owner: str
    take_over: bool
    lease: timedelta
    relay: Relay | None = None
    after_commit: Callable[[], None] = field(default=lambda: None)
    reconnected: Callable[[], None] = field(default=lambda: None)
    release_all: Callable[[], Awaitable[None]] = field(default=_keep)
    caution: Callable[[], tuple[str, str]] = field(default=lambda: ("", ""))
    backoff: Backoff = field(factory=Backoff)
    count: Callable[[], float] = time.monotonic
    state: BotState = field(init=False)
    holds_lease: bool = field(default=False, init=False)
    _begun: bool = field(default=False, init=False)
    _leased_at: float = field(default=-math.inf, init=False)
    _crashes: Repeated = field(init=False)
    _polled_at: float | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._crashes = Repeated(log=_log, event="long poll failed", level="error", count=self.count)
        self.state = BotState(
            connected=False,
            since=self.clock.now(),
            changed=self.count(),
            trouble="starting",
            transport=self.source.transport,
        )

    async def run(self) -> None:
        """Receive until cancelled. Failures become the state, and the loop retries later."""
        failures, first = 0, self.take_over
        while True:
            at_least, at_most = None, math.inf
            try:
                if not self._leased_just_now() and not await self._lease(take_over=first):
                    self._trouble("other_process", "")
                    self._begun = False
                    await self.release_all()
                    await asyncio.sleep(_ASK_AGAIN)
                    continue
                first = False
                if not self.state.connected:
                    await self._greet()
                await self._once()
                failures = 0
                self._crashes.worked()
                continue
            except SourceError as error:
                at_least = error.retry_after
                self._trouble(str(error.trouble), error.detail)
            except LeaseLost:
                self.holds_lease = False
                self._trouble("other_process", "")
                at_least = _ASK_AGAIN
            except StorageError as error:
                self._trouble("storage", str(error))
                at_most = _STORE_PAUSE
            except Exception as error:
                self._crashes.failed(type(error).__name__, exc_info=True)
                self._trouble("internal", type(error).__name__)
            await asyncio.sleep(min(self.backoff.seconds(failures, at_least), at_most))
            failures += 1

    @property
    def poll_age(self) -> float | None:
        """The seconds since the network answered a poll, None before the first."""
        return None if self._polled_at is None else self.count() - self._polled_at

    async def stop(self) -> None:
        """Release the lease, so that another process need not wait until it ends."""
        if self.holds_lease:
            self.holds_lease = False
            try:
                await self.transactions.write(lambda uow: uow.bots.release(self.account, self.owner))
            except StorageError as error:
                _log.warning("lease not given back", error=str(error))

    async def _once(self) -> None:
        cursor = await self.transactions.read(lambda uow: uow.bots.cursor(self.account, self.source.transport))
        batch = await self.source.fetch(cursor)
        self._polled_at = self.count()
        self._connected()
        if batch.cursor != cursor or batch.updates or batch.gap:
            await self.intake.take_in(batch, self.account, self.owner, self.source.transport, self.relay)
            self.after_commit()

    def _leased_just_now(self) -> bool:
        """Whether the lease needs no renewal yet. If another process took it, the next batch is refused."""
        return self.holds_lease and self._begun and self.count() - self._leased_at < _RENEW

    async def _lease(self, *, take_over: bool) -> bool:
        """Take or renew the lease. If another transport served the bot before, the ledger gets a row."""
        now, counted, held = self.clock.now(), self.count(), self.holds_lease
        leased = await self.transactions.write(
            lambda uow: uow.bots.lease(self.account, self.owner, now, self.lease, take_over=take_over)
        )
        if leased and not (held and self._begun):
            # Before anything is sent: this transport does not recognise what another one sent.
            await self.intake.begin(self.account, self.source.transport)
            self._begun = True
        self.holds_lease, self._leased_at = leased, counted
        if self.holds_lease and not held:
            self.after_commit()  # answers of the process before may be waiting
        return self.holds_lease

    async def _greet(self) -> None:
        """Find out the bot's identity, before a poll that may last long.

        Only a poll shows that another process is polling, or that the server speaks another layer.
        """
        identity = await self.source.identify()
        self.state = evolve(self.state, username=identity.username)
        if self.state.trouble not in {Trouble.CONFLICT, Trouble.WEBHOOK, Trouble.LAYER}:
            self._connected()

    def _change(self, *, connected: bool, trouble: str, detail: str) -> None:
        since, changed = self.clock.now(), self.count()
        self.state = evolve(
            self.state, connected=connected, since=since, changed=changed, trouble=trouble, detail=detail
        )

    def _connected(self) -> None:
        trouble, detail = self.caution()
        if not self.state.connected:
            self.reconnected()
        if not self.state.connected or self.state.trouble != trouble:
            self._change(connected=True, trouble=trouble, detail=detail)
            _log.info("bot connected", username=self.state.username, caution=trouble, detail=detail)
            self.live.publish((Hint(Kind.BOT),))

    def _trouble(self, trouble: str, detail: str) -> None:
        if self.state.connected or self.state.trouble != trouble:
            self._change(connected=False, trouble=trouble, detail=detail)
            _log.warning("bot not connected", trouble=trouble, detail=detail)
            self.live.publish((Hint(Kind.BOT),))
