"""Reads the barcodes of photos that technicians sent, and has each told of once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog
from attrs import define, evolve, field

from sikpro.application.ports.barcodes import BarcodeReader, PhotoReading, Refusal
from sikpro.application.ports.network import FileGone, FileSource, SourceError
from sikpro.application.ports.photo_reads import PhotoRead, PhotoState
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import AsyncTransactions, StorageError, UnitOfWork
from sikpro.application.workers.clock_watch import never_jumped
from sikpro.application.workers.downloads import LARGEST
from sikpro.application.workers.one_by_one import OneByOne
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

PATIENCE = timedelta(minutes=10)
"""How long a photo is tried; somebody waits for the answer."""

ATTEMPTS = 12
"""The most attempts for one photo, also if each of them ends with the process."""

_LEAST_TRIES = 3
"""The least number of tries for a photo, even if the clock says it is too late."""

_LEASE = timedelta(minutes=2)
_LONGEST_PAUSE = timedelta(minutes=1)

Tell: TypeAlias = Callable[[UnitOfWork, PhotoRead, PhotoReading | None, datetime], None]
"""Says what was read in a photo, in the transaction that records it; None if the photo is lost.

It gets the photo as it is recorded. If it raises, the transaction is undone and tried again for `PATIENCE`.
"""


@define(kw_only=True)
class PhotoReader(OneByOne):
    """Reads one photo after the other. `may_fetch` says whether this process serves the bot.

    `jumped` returns how far the clock was set forward since a time.
    """

    transactions: AsyncTransactions
    source: FileSource
    barcodes: BarcodeReader
    clock: Clock
    tell: Tell
    pause: float = 2.0
    may_fetch: Callable[[], bool] = field(default=lambda: True)
    jumped: Callable[[datetime], timedelta] = never_jumped

    _faults: Repeated = field(
        factory=lambda: Repeated(log=_log, event="photos are not to be had now", over="photos are to be had again"),
        init=False,
    )
    _crashes: Repeated = field(
        factory=lambda: Repeated(log=_log, event="a photo could not be fetched", level="error"), init=False
    )

    async def next(self) -> bool:
        """Read the next photo, if there is one. Raises `StorageError`."""
        if not self.may_fetch():
            return False
        now, transports = self.clock.now(), self.source.understands
        photo = await self.transactions.write(lambda uow: uow.photo_reads.claim(now, _LEASE, transports))
        if photo is None:
            return False
        if photo.attempts > ATTEMPTS:
            await self._finish(photo, None, photo.reason or "lost")
            return True
        try:
            content = await self.source.download(photo.remote, LARGEST)
        except FileGone as gone:
            _log.warning("a photo is gone", photo=photo.id, reason=gone.reason, detail=gone.detail)
            await self._finish(photo, None, gone.reason)
        except SourceError as error:
            self._faults.failed(str(error.trouble), photo=photo.id, detail=error.detail)
            await self._later(photo, str(error.trouble), error.retry_after)
        except Exception:  # one failing photo must not stop the others: it is logged and retried
            self._crashes.failed("internal", photo=photo.id, exc_info=True)
            await self._later(photo, "internal", None)
        else:
            self._faults.worked()
            await self._finish(photo, await self._read(photo, content))
        return True

    async def _read(self, photo: PhotoRead, content: bytes) -> PhotoReading:
        try:
            return await self.barcodes.read(content)
        except Exception:  # one failing photo must not stop the others: it is logged, and told of as not read
            _log.exception("a photo could not be read", photo=photo.id)
            return PhotoReading(refused=Refusal.FAILED)

    async def _later(self, photo: PhotoRead, reason: str, retry_after: float | None) -> None:
        now = self.clock.now()
        least = timedelta(seconds=retry_after or 0)
        due_at = now + max(min(timedelta(seconds=2.0**photo.attempts), _LONGEST_PAUSE), least)
        if not self._worth_it(photo, due_at):
            await self._finish(photo, None, reason)
            return
        await self.transactions.write(
            lambda uow: uow.photo_reads.later(photo.id, due_at, reason, attempt=photo.attempts)
        )

    def _worth_it(self, photo: PhotoRead, at: datetime) -> bool:
        """Return whether a photo is still tried at a time."""
        age = at - photo.wanted_at - self.jumped(photo.wanted_at)
        return age <= PATIENCE or photo.attempts < _LEAST_TRIES

    async def _finish(self, photo: PhotoRead, reading: PhotoReading | None, reason: str = "") -> None:
        """Record the end of a photo and tell of it, together; somebody else may have done so meanwhile."""
        now = self.clock.now()
        state = PhotoState.READ if reading else PhotoState.LOST
        finished = evolve(photo, state=state, reading=reading, reason=reason)

        def work(uow: UnitOfWork) -> None:
            if uow.photo_reads.done(photo.id, reading, reason, attempt=photo.attempts):
                self.tell(uow, finished, reading, now)

        try:
            await self.transactions.write(work)
        except StorageError:
            raise  # the lease will end, and then it is retried
        except Exception:  # a fault of the answer: the same photo must not be read for ever
            _log.exception("a photo could not be told of", photo=photo.id)
            await self._untold(photo, now)

    async def _untold(self, photo: PhotoRead, now: datetime) -> None:
        if photo.attempts < ATTEMPTS and self._worth_it(photo, now):
            due_at = now + min(timedelta(seconds=2.0**photo.attempts), _LONGEST_PAUSE)
            await self.transactions.write(
                lambda uow: uow.photo_reads.later(photo.id, due_at, "internal", attempt=photo.attempts)
            )
        else:
            await self.transactions.write(
                lambda uow: uow.photo_reads.done(photo.id, None, "internal", attempt=photo.attempts) and None
            )
