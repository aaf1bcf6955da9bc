"""Exports: written one after the other outside the requests, with progress reports, and stopped when cancelled."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import structlog
from attrs import define, frozen

from sikpro.application.i18n import words_in
from sikpro.application.ports.blobs import PART
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.exports import Export
from sikpro.application.ports.pictures import PictureMaker
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import AsyncTransactions, Hint, Kind, StorageError, UnitOfWork
from sikpro.application.ports.workbooks import WorkbookWriter
from sikpro.application.reports.export_file import MEDIA_TYPES, ExportFile, file_name
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.workers.one_by_one import OneByOne
from sikpro.domain.errors import DomainError

_log = structlog.get_logger(__name__)

ATTEMPTS = 3
"""The most attempts for one export."""

_LEASE = timedelta(minutes=1)

Progress = Callable[[int, int], None]
"""Receives the number of written orders and of all orders; called from any thread."""


class ExportFailed(Exception):
    """A file could not be written; `code` is the reason, `again` says whether a retry may succeed."""

    def __init__(self, code: str, *, again: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


class ExportMaker(Protocol):
    """Writes the file of an export, in any thread or process. It ends when the task that awaits it is cancelled."""

    async def make(self, export: Export, path: Path, report: Progress) -> None:
        """Write the file to `path`. Raises `ExportFailed`, `StorageError`, `OSError`."""


@frozen(kw_only=True)
class ExportWriting:
    """The writing of a file, in the thread or process that does it."""

    workbooks: WorkbookWriter
    pictures: PictureMaker
    clock: Clock
    zone: str

    def write(self, uow: UnitOfWork, export: Export, path: Path, report: Progress) -> None:
        """Write an export's file from one view of the data. Raises `ExportFailed`, `OSError`."""
        try:
            file = self.file(uow, export)
            total = file.how_many(uow)
            report(0, total)
            file.write(uow, self.workbooks, self.pictures, path, lambda done: report(done, total))
        except DomainError as error:
            raise ExportFailed(error.code) from error

    def file(self, uow: UnitOfWork, export: Export) -> ExportFile:
        """Return the content to write for an export. Raises `DomainError`."""
        return ExportFile(
            query=RecapQuery.decode(export.query),
            kind=export.kind,
            by=uow.people.get(export.person),
            words=words_in(export.language, self.zone),
            now=self.clock.now(),
        )


@frozen(kw_only=True)
class ThreadExports:
    """An `ExportMaker` in a thread of this process, for a store that only this process can reach: one in memory."""

    transactions: AsyncTransactions
    writing: ExportWriting

    async def make(self, export: Export, path: Path, report: Progress) -> None:
        """Write the file to `path`."""
        stopped = False

        def heard(done: int, total: int) -> None:
            if stopped:
                raise ExportFailed("cancelled")
            report(done, total)

        try:
            await self.transactions.read_long(lambda uow: self.writing.write(uow, export, path, heard))
        finally:
            stopped = True


@define(kw_only=True)
class ExportRunner(OneByOne):
    """Writes one file after the other. It saves the progress every `tell_every` seconds.

    `zone` is the installation's, an IANA name.
    """

    transactions: AsyncTransactions
    clock: Clock
    maker: ExportMaker
    zone: str
    pause: float = 15.0
    tell_every: float = 1.0

    async def next(self) -> bool:
        """Write the next file, if there is one. Raises `StorageError`."""
        now = self.clock.now()
        export = await self.transactions.write(lambda uow: uow.exports.claim(now, _LEASE))
        if export is None:
            return False
        if export.attempts > ATTEMPTS:
            await self._failed(export, ExportFailed(export.error or "lost"))
            return True
        with TemporaryDirectory(prefix="sikpro-export-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "file"
            try:
                wanted = await self._made(export, path)
                if wanted:
                    await self._keep(export, path)
            except ExportFailed as error:
                await self._failed(export, error)
            except OSError as error:
                _log.warning("an export could not be written", export=export.id, error=str(error))
                await self._failed(export, ExportFailed("disk"))
            except StorageError:
                raise  # the lease will end, and then it is retried
            except Exception:  # one failing file must not stop the others: it is logged and its row marked
                _log.exception("an export failed", export=export.id)
                await self._failed(export, ExportFailed("internal"))
        return True

    async def _made(self, export: Export, path: Path) -> bool:
        """Write the file and save its progress. Return False as soon as the export no longer counts."""
        so_far = [0, 0]

        def report(done: int, total: int) -> None:
            so_far[:] = done, total

        making = asyncio.create_task(self.maker.make(export, path, report))
        try:
            while True:
                finished, _ = await asyncio.wait({making}, timeout=self.tell_every)
                if not await self._note_progress(export, *so_far):
                    return False
                if finished:
                    making.result()
                    return True
        finally:
            making.cancel()
            await asyncio.wait({making})

    async def _note_progress(self, export: Export, done: int, total: int) -> bool:
        now = self.clock.now()

        def work(uow: UnitOfWork) -> bool:
            uow.announce(Hint(Kind.EXPORT, (export.id,)))
            return uow.exports.progress(export, done, total, now, _LEASE)

        return await self.transactions.write(work)

    async def _keep(self, export: Export, path: Path) -> None:
        """Store the file and announce it. In the same transaction queue it for its chat, if it has one."""
        now, query = self.clock.now(), RecapQuery.decode(export.query)

        def work(uow: UnitOfWork) -> None:
            current = uow.exports.get(export.id)
            if not uow.exports.progress(export, current.done, current.total, now, _LEASE):
                return
            name = file_name(query, export.kind)
            with path.open("rb") as file:
                blob = uow.blobs.add(name, MEDIA_TYPES[export.kind], iter(lambda: file.read(PART), b""), now)
            uow.exports.finish(export, blob.id, now)
            uow.announce(Hint(Kind.EXPORT, (export.id,)))
            if export.send_to is not None:
                caption = query.title(words_in(export.language, self.zone))
                message = Outgoing(
                    chat_id=export.send_to, text=caption, document=blob.id, bulk=True, topic=export.topic
                )
                sent = uow.outbox.put(message, now)
                uow.announce(Hint(Kind.OUTBOX, (sent,)))

        await self.transactions.write(work)

    async def _failed(self, export: Export, error: ExportFailed) -> None:
        now = self.clock.now()
        again = error.again and export.attempts < ATTEMPTS

        def work(uow: UnitOfWork) -> None:
            failed = uow.exports.fail(export, error.code, now, again=again)
            uow.announce(Hint(Kind.EXPORT, (export.id,)))
            if failed and not again and export.send_to is not None:
                name = file_name(RecapQuery.decode(export.query), export.kind)
                text = words_in(export.language, self.zone)("rekap.file_failed", name=name)
                message = Outgoing(chat_id=export.send_to, text=text, bulk=True, topic=export.topic)
                sent = uow.outbox.put(message, now)
                uow.announce(Hint(Kind.OUTBOX, (sent,)))

        await self.transactions.write(work)
