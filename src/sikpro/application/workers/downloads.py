"""Fetches the files that people sent with their orders, and stores them in the database."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from attrs import define, field

from sikpro.application.ports.files import OrderFile
from sikpro.application.ports.network import FileGone, FileSource, SourceError
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import AsyncTransactions, Hint, Kind, UnitOfWork
from sikpro.application.workers.clock_watch import never_jumped
from sikpro.application.workers.one_by_one import OneByOne
from sikpro.application.workers.repeated import Repeated

_log = structlog.get_logger(__name__)

LARGEST = 10 * 1024 * 1024
"""The largest file that is stored, in bytes. Telegram's photos are smaller."""

PATIENCE = timedelta(days=2)
"""How long a download is retried while the network does not deliver the file."""

_LEAST_TRIES = 12
"""The least number of tries for a file, even if the clock says it is too old: they take two hours."""

_LEASE = timedelta(minutes=5)
_LONGEST_PAUSE = timedelta(minutes=30)

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
"""The main brands of HEIC (ISO/IEC 23008-12); `mif1` is what some phones write for it."""


def media_type(content: bytes) -> str:
    """Return a file's media type by its first bytes; its name does not count.

    >>> media_type(b"RIFF\\x00\\x00\\x00\\x00WEBPVP8 "), media_type(b"<script>")
    ('image/webp', 'application/octet-stream')
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "image/heic" if brand in _HEIC else "image/avif" if brand == b"avif" else "application/octet-stream"
    return next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), "application/octet-stream")


@define(kw_only=True)
class Downloads(OneByOne):
    """Fetches one file after the other. `may_fetch` says whether this process serves the bot.

    `jumped` returns how far the clock was set forward since a time.
    """

    transactions: AsyncTransactions
    source: FileSource
    clock: Clock
    pause: float = 2.0
    may_fetch: Callable[[], bool] = field(default=lambda: True)
    jumped: Callable[[datetime], timedelta] = never_jumped
    _faults: Repeated = field(
        factory=lambda: Repeated(log=_log, event="files are not to be had now", over="files are to be had again"),
        init=False,
    )
    _crashes: Repeated = field(
        factory=lambda: Repeated(log=_log, event="a file could not be fetched", level="error"), init=False
    )

    async def next(self) -> bool:
        """Fetch the next file, if there is one. Raises `StorageError`."""
        if not self.may_fetch():
            return False
        now, transports = self.clock.now(), self.source.understands
        file = await self.transactions.write(lambda uow: uow.files.claim(now, _LEASE, transports))
        if file is None:
            return False
        try:
            content = await self.source.download(file.remote, LARGEST)
        except FileGone as gone:
            _log.warning("a file is gone", file=file.id, reason=gone.reason, detail=gone.detail)
            reason = gone.reason
            await self._mark(file, lambda uow: uow.files.give_up(file.id, reason, attempt=file.attempts))
        except SourceError as error:
            self._faults.failed(str(error.trouble), file=file.id, detail=error.detail)
            await self._later(file, str(error.trouble), error.retry_after)
        except Exception:  # one failing file must not stop the others: it is logged and retried
            self._crashes.failed("internal", file=file.id, exc_info=True)
            await self._later(file, "internal", None)
        else:
            self._faults.worked()
            kind = media_type(content)
            await self._mark(file, lambda uow: uow.files.keep(file.id, content, kind))
        return True

    async def _later(self, file: OrderFile, reason: str, retry_after: float | None) -> None:
        now = self.clock.now()
        age = now - file.wanted_at - self.jumped(file.wanted_at)
        if age > PATIENCE and file.attempts >= _LEAST_TRIES:
            await self._mark(file, lambda uow: uow.files.give_up(file.id, reason, attempt=file.attempts))
            return
        least = timedelta(seconds=retry_after or 0)
        pause = max(min(timedelta(seconds=2.0 ** min(file.attempts, 12)), _LONGEST_PAUSE), least)
        await self._mark(file, lambda uow: uow.files.later(file.id, now + pause, reason, attempt=file.attempts))

    async def _mark(self, file: OrderFile, mark: Callable[[UnitOfWork], None]) -> None:
        def work(uow: UnitOfWork) -> None:
            mark(uow)
            uow.announce(Hint(Kind.ORDER, (file.order_id,)))

        await self.transactions.write(work)
