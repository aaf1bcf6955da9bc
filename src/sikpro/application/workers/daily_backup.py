"""A backup every night, if there is a place for it, and at the first start."""

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from attrs import define, field

from sikpro.application.ports.backups import Backup, BackupFailed, Backups, name_of
from sikpro.application.ports.health import HealthRecord
from sikpro.application.ports.runtime import CLOCK_STEP, Clock
from sikpro.application.ports.storage import AsyncTransactions, StorageError, UnitOfWork
from sikpro.application.workers.nights import last_night

_log = structlog.get_logger(__name__)

RECORD = "backup"
AT_NIGHT = time(2)
"""The local time after which the night's backup is made."""

LATE = timedelta(hours=30)
"""The age of the last backup from which somebody should act."""

_AGAIN = 1800.0
"""Seconds until another try after one that failed."""

_TURN = timedelta(hours=1)
"""How long a claim keeps other processes from trying, at least: a backup takes minutes. Its process may have ended."""


@define(kw_only=True)
class DailyBackup:
    """Makes a backup each night into `backups`, None for no place, and keeps the newest `most`.

    `zone` is an IANA name, `count` returns monotonic seconds. The record of the last one has the state `restored`, or
    `unread` where it could not be restored to verify it. Of several processes one makes it, by a claim.
    """

    transactions: AsyncTransactions
    clock: Clock
    backups: Backups | None
    zone: str
    most: int
    pause: float = 60.0
    count: Callable[[], float] = monotonic
    last: HealthRecord | None = field(default=None, init=False)
    failed: bool = field(default=False, init=False)
    _tried_at: float | None = field(default=None, init=False)
    _claimed_at: datetime | None = field(default=None, init=False)

    async def run(self) -> None:
        """Make backups when it is time, until cancelled; end at once without a place."""
        while self.backups is not None:
            await self.look(self.backups)
            await asyncio.sleep(self.pause)

    async def look(self, backups: Backups) -> None:
        """Make a backup if it is time. What fails is tried again after half an hour, and shown meanwhile."""
        if self._tried_at is not None and self.count() - self._tried_at < _AGAIN:
            return
        now = self.clock.now()
        try:
            self.last = await self.transactions.read(lambda uow: uow.health.get(RECORD))
            if not self._is_due(now):
                self.failed, self._tried_at = False, None  # another process may have made it
                return
            if not await self._has_turn(now):
                return
            made = await self._made(backups, now)
            if made is not None:
                await self._keep_record(now, made)
                await backups.keep(self.most)
        except StorageError as error:
            self.failed, self._tried_at = True, self.count()
            _log.error("the backup failed", error=str(error)[:500])
        else:
            self.failed, self._tried_at = False, None

    async def _has_turn(self, now: datetime) -> bool:
        """Claim this part of the night, unless another process has; a claim is also for tries after a failure.

        Who fails until it is over leaves the next one to another process: its place may not be full.
        """
        if self._claimed_at is not None and abs(now - self._claimed_at) <= 2 * _TURN:
            return True
        if not await self.transactions.write(lambda uow: _claim(uow, now)):
            return False
        self._claimed_at = now
        return True

    async def _made(self, backups: Backups, now: datetime) -> Backup | None:
        """Make a backup; None where another process made this night's meanwhile: the place refuses one name twice."""
        try:
            return await backups.make(name_of(now))
        except BackupFailed:
            self.last = await self.transactions.read(lambda uow: uow.health.get(RECORD))
            if self._is_due(self.clock.now()):
                raise
            return None

    async def _keep_record(self, now: datetime, backup: Backup) -> None:
        state = "restored" if backup.restored else "unread"
        self.last = record = HealthRecord(name=RECORD, at=now, state=state, detail=backup.name)
        _log.info("a backup was made", name=backup.name, bytes=backup.size, state=state)
        await self.transactions.write(lambda uow: uow.health.put(record))

    def _is_due(self, now: datetime) -> bool:
        last = self.last
        return last is None or last.at > now + CLOCK_STEP or last.at < last_night(now, AT_NIGHT, ZoneInfo(self.zone))


def _claim(uow: UnitOfWork, now: datetime) -> bool:
    """Take this part of time, unless another process has taken it or the one before."""
    part = int(now.timestamp() // _TURN.total_seconds())
    taken = uow.reminders.sent(RECORD, now.date()) | uow.reminders.sent(RECORD, (now - _TURN).date())
    return str(part - 1) not in taken and uow.reminders.first(RECORD, str(part), now.date(), now)
