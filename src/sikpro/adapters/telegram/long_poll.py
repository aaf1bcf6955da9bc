"""The one loop, as the paper has it: ask the source, wait until there is something, act, commit, idle.

The cursor lies in our database and moves with the work; asking with it is what acknowledges. So a crash at any line
repeats work that the inbox knows already, and loses none.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta

import structlog
from attrs import define, evolve, field

from sikpro.adapters.telegram.backoff import Backoff
from sikpro.application.conversation.commands.registry import menu
from sikpro.application.i18n import words_in
from sikpro.application.intake import Intake
from sikpro.application.ports.chat import BotState, Messenger, SendError, SourceError, Trouble, UpdateSource
from sikpro.application.ports.queues import LeaseLost
from sikpro.application.ports.runtime import Clock, LiveEvents
from sikpro.application.ports.storage import AsyncTransactions, Hint, Kind, StorageError

_log = structlog.get_logger(__name__)


@define(kw_only=True)
class LongPoll:
    """Receives for one bot account, under its lease.

    `account` names the account in the database, `owner` this process. `take_over` ends another process' lease at once:
    right on SQLite, where one process is the whole system. `lease` is how long it lasts, longer than a poll.
    `after_commit` is called when replies may be waiting.
    """

    source: UpdateSource
    messenger: Messenger
    intake: Intake
    transactions: AsyncTransactions
    clock: Clock
    live: LiveEvents
    account: str
    owner: str
    zone: str
    take_over: bool
    lease: timedelta
    after_commit: Callable[[], None] = field(default=lambda: None)
    backoff: Backoff = field(factory=Backoff)
    state: BotState = field(init=False)
    holds_lease: bool = field(default=False, init=False)
    _greeted: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.state = BotState(connected=False, since=self.clock.now(), trouble="starting")

    async def run(self) -> None:
        """Receive until cancelled; what goes wrong is a state, and asked again later."""
        failures, first = 0, self.take_over
        while True:
            at_least = None
            try:
                if not await self._lease(take_over=first):
                    self._trouble("other_process", "")
                    await asyncio.sleep(5)
                    continue
                first = False
                if not self.state.connected:
                    await self._greet()
                await self._once()
                failures = 0
                continue
            except SourceError as error:
                at_least = error.retry_after
                self._trouble(str(error.trouble), error.detail)
            except LeaseLost:
                self.holds_lease = False
                self._trouble("other_process", "")
                at_least = 5.0
            except StorageError as error:
                self._trouble("storage", str(error))
            except Exception as error:
                _log.exception("long poll failed")
                self._trouble("internal", type(error).__name__)
            await asyncio.sleep(self.backoff.seconds(failures, at_least))
            failures += 1

    async def stop(self) -> None:
        """Give the lease back, so that another process need not wait for its end."""
        if self.holds_lease:
            self.holds_lease = False
            try:
                await self.transactions.write(lambda uow: uow.bots.release(self.account, self.owner))
            except StorageError as error:
                _log.warning("lease not given back", error=str(error))

    async def _once(self) -> None:
        cursor = await self.transactions.read(lambda uow: uow.bots.cursor(self.account))
        batch = await self.source.fetch(cursor)
        self._connected()
        if batch.cursor != cursor or batch.updates:
            await self.intake.take_in(batch, self.account, self.owner)
            self.after_commit()

    async def _lease(self, *, take_over: bool) -> bool:
        now = self.clock.now()
        self.holds_lease = await self.transactions.write(
            lambda uow: uow.bots.lease(self.account, self.owner, now, self.lease, take_over=take_over)
        )
        return self.holds_lease

    async def _greet(self) -> None:
        """Learn who we are, before a poll that may be held for long, and set the command menu where it is not so yet.

        That somebody else polls is seen by polling alone.
        """
        identity = await self.source.identify()
        self.state = evolve(self.state, username=identity.username)
        if self.state.trouble not in {Trouble.CONFLICT, Trouble.WEBHOOK}:
            self._connected()
        if self._greeted:
            return
        self._greeted = True
        entries = menu(words_in("id", self.zone))
        fingerprint = hashlib.sha256(repr(entries).encode()).hexdigest()
        if await self.transactions.read(lambda uow: uow.bots.menu(self.account)) == fingerprint:
            return
        try:
            await self.messenger.set_menu("", entries)
        except SendError as error:
            _log.warning("command menu not set", error=str(error))
            return
        await self.transactions.write(lambda uow: uow.bots.set_menu(self.account, fingerprint))

    def _connected(self) -> None:
        if not self.state.connected:
            self.state = evolve(self.state, connected=True, since=self.clock.now(), trouble="", detail="")
            _log.info("bot connected", username=self.state.username)
            self.live.publish((Hint(Kind.BOT),))

    def _trouble(self, trouble: str, detail: str) -> None:
        if self.state.connected or self.state.trouble != trouble:
            self.state = evolve(self.state, connected=False, since=self.clock.now(), trouble=trouble, detail=detail)
            _log.warning("bot not connected", trouble=trouble, detail=detail)
            self.live.publish((Hint(Kind.BOT),))
