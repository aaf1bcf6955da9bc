"""The data are read through every night, and at once when the store met damage."""

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from attrs import define, field

from sikpro.application.ports.health import Checked, DataPlace, HealthRecord, Integrity
from sikpro.application.ports.runtime import CLOCK_STEP, Clock
from sikpro.application.ports.storage import AsyncTransactions, StorageDamaged, StorageError
from sikpro.application.workers.nights import last_night
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

RECORD = "integrity"
AT_NIGHT = time(3)
"""The local time after which the data are checked."""

_AGAIN = timedelta(hours=1)
"""The time until the next check of data that were damaged: perhaps somebody put a copy in place."""

_APART = 600.0
"""Seconds between two checks because of damage that was met."""


@define(kw_only=True)
class IntegrityCheck:
    """Checks the integrity of the data and stores the result.

    `zone` is an IANA name, `count` returns monotonic seconds.
    """

    transactions: AsyncTransactions
    clock: Clock
    place: DataPlace
    zone: str
    pause: float = 60.0
    count: Callable[[], float] = monotonic
    last: HealthRecord | None = field(default=None, init=False)
    _faults: Repeated = field(
        factory=lambda: Repeated(log=_log, event="the data could not be checked", every=3600.0), init=False
    )
    _met: bool = field(default=False, init=False)
    _checked_at: float | None = field(default=None, init=False)
    _wake: asyncio.Event = field(factory=asyncio.Event, init=False)

    def met(self, damage: StorageDamaged) -> None:
        """Take note of damage that the store met while it worked. Call it in the event loop's thread."""
        if not self._met:
            _log.error("the data are damaged", detail=str(damage))
            self.last = HealthRecord(
                name=RECORD, at=self.clock.now(), state=Integrity.DAMAGED, detail=str(damage)[:500]
            )
            self._met = True
            self._wake.set()

    async def run(self) -> None:
        """Check when it is time, until cancelled."""
        while True:
            self._wake.clear()
            await self.look()
            try:
                async with asyncio.timeout(self.pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Check the data if it is time. A store that cannot be reached is for others to tell."""
        now = self.clock.now()
        try:
            if self.last is None:
                self.last = await self.transactions.read(lambda uow: uow.health.get(RECORD))
            if not (self._is_suspect() or self._is_due(now)):
                return
            checked = await self.place.check_integrity()
        except StorageDamaged as error:
            checked = Checked(Integrity.DAMAGED, str(error))
        except StorageError as error:
            self._faults.failed(type(error).__name__, error=str(error))
            return
        self._faults.worked()
        await self._found(checked)

    async def _found(self, checked: Checked) -> None:
        if checked.integrity is Integrity.DAMAGED:
            _log.error("the data are damaged", detail=checked.detail[:500])
        record = HealthRecord(name=RECORD, at=self.clock.now(), state=checked.integrity, detail=checked.detail[:500])
        self.last, self._met, self._checked_at = record, False, self.count()
        try:
            await self.transactions.write(lambda uow: uow.health.put(record))
        except StorageError as error:
            _log.warning("the check of the data could not be recorded", error=str(error))

    def _is_suspect(self) -> bool:
        """Return whether the store met damage that no check has looked for; it is not read through again and again."""
        at = self._checked_at
        return self._met and (at is None or self.count() - at >= _APART)

    def _is_due(self, now: datetime) -> bool:
        last = self.last
        if last is None or last.at > now + CLOCK_STEP:
            return True
        if last.state == Integrity.DAMAGED:
            return now - last.at >= _AGAIN
        return last.at < last_night(now, AT_NIGHT, ZoneInfo(self.zone))
