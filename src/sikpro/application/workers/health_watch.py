"""Probes the store of this process every ten seconds, and tells from facts how each part of the system is."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from attrs import define, field, frozen

from sikpro.application.ports.health import DataPlace, HealthRecord, Integrity, Space, Waiting
from sikpro.application.ports.network import BotState, Trouble
from sikpro.application.ports.storage import AsyncTransactions, StorageDamaged, StorageError, UnitOfWork
from sikpro.application.workers import bot_record
from sikpro.application.workers.bot_record import NOT_SERVED_HERE, BotElsewhere, Report
from sikpro.application.workers.clock_watch import ClockWatch
from sikpro.application.workers.daily_backup import LATE as BACKUP_LATE
from sikpro.application.workers.daily_backup import DailyBackup
from sikpro.application.workers.exports import ExportRunner
from sikpro.application.workers.health import (
    BACKUP,
    BOT,
    CLOCK,
    DATABASE,
    DISK,
    EXPORTS,
    INTEGRITY,
    JOBS,
    RELAY,
    Health,
    Part,
)
from sikpro.application.workers.integrity import IntegrityCheck
from sikpro.application.workers.jobs import JobRunner
from sikpro.application.workers.lately import Lately
from sikpro.application.workers.relay import Relay
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

EVERY = 10.0
"""Seconds between two probes."""

SOON = 2.0
"""Seconds until the next probe after one that failed."""

LATE = 35.0
"""A probe that worked longer ago than this many seconds no longer proves anything."""

STUCK = 600.0
"""A loop that did nothing for this many seconds stands still."""

OUTAGE = 600.0
"""Seconds after which a bot without a connection counts as an outage."""

_PROBE = "probe:"
_LASTING = frozenset(
    {
        *(Trouble.UNAUTHORISED, Trouble.API_ID, Trouble.WEBHOOK, Trouble.CONFLICT, Trouble.DATA_CENTRE),
        *(Trouble.LAYER, "internal"),
    }
)
"""The troubles of the bot that no wait ends."""

_WELL = frozenset({"idle", "sending", "slowed"})
_MEGA = 1_000_000


@frozen
class _Probed:
    """What a probe read: the record that it had written, and times and faults that others wrote."""

    record: HealthRecord | None
    bot: HealthRecord | None
    unsent: datetime | None
    failed: int
    failed_since: datetime | None
    update: datetime | None
    failing: str
    waiting: Waiting


@define(kw_only=True)
class HealthWatch:
    """Probes the store and its disk, and puts the states of all loops together.

    `owner` names this process. `low` and `least` are bytes: with less free space than `low`, or than a tenth of the
    disk, somebody should act; with less than `least` the process is not ready. `bot` returns the state of the bot's
    loop, None without one in this process. `bot_apart` says that there is one, served by another process. `linked`
    returns whether the other processes see this one: one that they do not see sends nothing. `bot_changed` is called
    when another process tells something new about the bot.
    """

    transactions: AsyncTransactions
    watch: ClockWatch
    place: DataPlace
    integrity: IntegrityCheck
    jobs: JobRunner
    exports: ExportRunner
    backup: DailyBackup
    owner: str
    low: int
    least: int
    bot: Callable[[], BotState | None] = lambda: None
    relay: Callable[[], Relay | None] = lambda: None
    bot_apart: bool = False
    bot_changed: Callable[[], None] = lambda: None
    linked: Callable[[], bool] = lambda: True
    count: Callable[[], float] = time.monotonic
    store: Lately = field(init=False)
    disk: Lately = field(init=False)
    _lost: Repeated = field(init=False)
    _narrow: Repeated = field(init=False)
    _space: Space | None = field(default=None, init=False)
    elsewhere: BotElsewhere = field(init=False)
    _probed: _Probed | None = field(default=None, init=False)
    _number: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.store, self.disk = Lately(count=self.count), Lately(count=self.count)
        self._lost = Repeated(
            log=_log,
            event="the store does not keep what is written",
            over="the store keeps what is written again",
            level="error",
            count=self.count,
        )
        self._narrow = Repeated(
            log=_log,
            event="the disk of the data is nearly full",
            over="the disk of the data has room again",
            every=3600.0,
            count=self.count,
        )
        self.elsewhere = BotElsewhere(count=self.count)

    async def run(self) -> None:
        """Probe until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(SOON if self.store.reason else EVERY)

    async def look(self) -> None:
        """Write a row and read it back, and look at the disk."""
        await self._look_at_disk()
        now, self._number = self.watch.now(), self._number + 1
        record = HealthRecord(name=f"{_PROBE}{self.owner}", at=now, detail=str(self._number))
        report = self._own_report(now)

        def write(uow: UnitOfWork) -> None:
            for name in (_PROBE, bot_record.RECORD):
                uow.health.forget(name, now - timedelta(days=1))
            for one in (record, report):
                if one is not None:
                    uow.health.put(one)

        try:
            await self.transactions.write(write)
            probed = await self.transactions.read(lambda uow: _read(uow, record.name, now))
        except StorageError as error:
            damaged = isinstance(error, StorageDamaged)
            self.store.failed("damaged" if damaged else "unavailable", str(error))
            return
        if probed.record != record:
            self.store.failed("damaged", "what was written is not what is read")
            self._lost.failed("lost")
            return
        self._lost.worked()
        self._probed = probed
        self.store.worked()
        if report is None and self.elsewhere.take(probed.bot, now):
            self.bot_changed()

    def bot_now(self) -> BotState | None:
        """Return the state of the bot, by this process or by the one that serves it; None if there is no bot."""
        own, now = self.bot(), self.watch.now()
        if own is not None and own.trouble != "other_process":
            return own
        report = self.elsewhere.report(now)
        if report is not None:
            return report.bot
        missed = own is None and (self.bot_apart or self.elsewhere.last is not None)
        return self.elsewhere.absent(now) if missed else own

    def _own_report(self, now: datetime) -> HealthRecord | None:
        """Return what this process tells the others of the bot; None if it does not serve it."""
        bot, relay = self.bot(), self.relay()
        if bot is None or relay is None or bot.trouble in NOT_SERVED_HERE:
            return None
        return bot_record.written(Report(bot, relay.state), now, self.count(), self.owner, self._number)

    async def _look_at_disk(self) -> None:
        self._space = space = await self.place.space()
        if space is not None and (space.free < self.least or space.is_low(self.low)):
            self.disk.failed("full" if space.free < self.least else "low")
            self._narrow.failed(self.disk.reason, free_megabytes=space.free // _MEGA)
            return
        self._narrow.worked()
        if space is not None and space.copy_waits:
            self.disk.failed("copy_waits")
        else:
            self.disk.worked()

    def health(self) -> Health:
        """Return how everything is now, by what last worked and what last failed."""
        now, probed = self.watch.now(), self._probed
        parts = (self._database(), self._disk(), self._integrity(), self._bot(), self._relay(), self._jobs())
        return Health(
            parts=(*parts, self._exports(), self._backup(now), self._clock()),
            unsent=self._age(now, probed.unsent) if probed else None,
            failed=probed.failed if probed else 0,
            failed_age=self._age(now, probed.failed_since) if probed else None,
            update=self._age(now, probed.update) if probed else None,
        )

    @property
    def waiting(self) -> Waiting | None:
        """What waited for the workers at the last probe that worked; None while the store does not work."""
        return self._probed.waiting if self._probed and not self.store.reason else None

    @property
    def backup_age(self) -> float | None:
        """The seconds since the last backup, None without one."""
        last = self.backup.last
        age = self._age(self.watch.now(), last.at) if last else None
        return age.total_seconds() if age is not None else None

    def _database(self) -> Part:
        store, late = self.store, (self.store.age or 0.0) > LATE or (self.store.lasts > LATE and not self.store.tried)
        state = store.reason or ("unavailable" if late else "ok" if store.tried else "starting")
        ill = state not in {"ok", "starting"}
        since = self._at(store.age or store.lasts) if late and not store.reason else self._at(store.lasts)
        return Part(name=DATABASE, state=state, since=since, ill=ill, stops=ill)

    def _disk(self) -> Part:
        if self._space is None:
            return Part(name=DISK, state="elsewhere")
        state = self.disk.reason or "ok"
        return Part(
            name=DISK,
            state=state,
            since=self._at(self.disk.lasts),
            ill=state != "ok",
            stops=state == "full",
            measure=self._space.free // _MEGA,
        )

    def _integrity(self) -> Part:
        last = self.integrity.last
        if last is None:
            return Part(name=INTEGRITY, state="waiting")
        damaged = last.state == Integrity.DAMAGED
        return Part(name=INTEGRITY, state=last.state, since=last.at, ill=damaged, stops=damaged)

    def _bot(self) -> Part:
        bot = self.bot_now()
        if bot is None:
            return Part(name=BOT, state="no_token")
        away = not bot.connected and bot.trouble not in {"starting", "other_process"}
        lasting = away and (bot.trouble in _LASTING or self.count() - bot.changed > OUTAGE)
        state = bot.trouble or "connected"
        ill = away or bool(bot.connected and bot.trouble)
        return Part(name=BOT, state=state, since=bot.since, ill=ill, stops=lasting)

    def _relay(self) -> Part:
        relay, own = self.relay(), self.bot()
        if relay is None or (own is not None and own.trouble == "other_process"):
            report = self.elsewhere.report(self.watch.now())
            if report is not None:
                return Part(name=RELAY, state=report.relay, ill=report.relay not in _WELL)
        if relay is None:
            return Part(name=RELAY, state="no_token" if self.bot_now() is None else "idle")
        if not self.linked():
            return Part(name=RELAY, state="storage", ill=True)
        lasts = (relay.store if relay.store.reason else relay.line).lasts
        return Part(name=RELAY, state=relay.state, since=self._at(lasts), ill=relay.state not in _WELL)

    def _jobs(self) -> Part:
        part = self._loop(JOBS, self.jobs.store)
        if part.state != "ok" or self._probed is None or not self._probed.failing:
            return part
        return Part(name=JOBS, state="failing", since=None, ill=True)

    def _exports(self) -> Part:
        store = self.exports.store
        # One file may take long: how long a loop is quiet tells nothing here.
        state = store.reason or ("ok" if store.tried else "starting")
        return Part(name=EXPORTS, state=state, since=self._at(store.lasts), ill=bool(store.reason))

    def _backup(self, now: datetime) -> Part:
        if self.backup.backups is None:
            return Part(name=BACKUP, state="off")
        last = self.backup.last
        since = last.at if last else None
        if self.backup.failed:
            return Part(name=BACKUP, state="failed", since=since, ill=True)
        if last is None:
            return Part(name=BACKUP, state="waiting")
        age = self._age(now, last.at)
        late = age is not None and age > BACKUP_LATE
        return Part(name=BACKUP, state="late" if late else last.state, since=since, ill=late)

    def _loop(self, name: str, store: Lately) -> Part:
        stuck = not store.reason and (store.age if store.age is not None else store.lasts) > STUCK
        state = store.reason or ("stuck" if stuck else "ok" if store.tried else "starting")
        return Part(name=name, state=state, since=self._at(store.lasts), ill=state not in {"ok", "starting"})

    def _clock(self) -> Part:
        step = self.watch.step
        state = "doubted" if self.watch.doubted else self.watch.state
        return Part(name=CLOCK, state=state, since=step.at if step else None, ill=self.watch.doubted)

    def _age(self, now: datetime, since: datetime | None) -> timedelta | None:
        return None if since is None else max(now - since - self.watch.jumped(since), timedelta())

    def _at(self, ago: float) -> datetime:
        return self.watch.now() - timedelta(seconds=ago)


def _read(uow: UnitOfWork, name: str, now: datetime) -> _Probed:
    newest = uow.inbox.page(before=None, limit=1)
    failed, failed_since = uow.failed_messages.left_by_outage()
    failing = [job.kind for job in uow.jobs.all() if job.error]
    return _Probed(
        record=uow.health.get(name),
        bot=uow.health.get(bot_record.RECORD),
        unsent=uow.outbox.waiting_since(),
        failed=failed,
        failed_since=failed_since,
        update=newest[0].received_at if newest else None,
        failing=" ".join(failing),
        waiting=uow.health.waiting(now),
    )
