"""Records what became of messages: those that end while a commit runs are recorded together in the next one."""

import asyncio
from collections.abc import Callable

import structlog
from attrs import define, field

from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import (
    AsyncTransactions,
    StorageError,
    StorageRejected,
    StorageUncertain,
    UnitOfWork,
)
from sikpro.application.workers.fates import Write

_log = structlog.get_logger(__name__)


@define(eq=False)
class _Mark:
    outbox_id: int
    write: Write
    give_up: float
    stored: asyncio.Future[bool]
    perhaps_kept: bool = False

    def do(self, uow: UnitOfWork) -> None:
        """Record it, unless the commit whose answer was lost has kept it."""
        if not self.perhaps_kept or uow.outbox.get(self.outbox_id).state is Delivery.SENDING:
            self.write(uow)


@define(kw_only=True)
class Marks:
    """The one that records: a disk that needs ten milliseconds for a commit then holds up no burst of answers.

    `pause` is the seconds until the next try while the database is unreachable.
    """

    transactions: AsyncTransactions
    time: Callable[[], float]
    pause: float = 0.5
    _waiting: list[_Mark] = field(factory=list[_Mark], init=False)
    _writing: asyncio.Task[None] | None = field(default=None, init=False)

    async def keep(self, outbox_id: int, write: Write, patience: float) -> bool:
        """Record the fate of a message, and return whether it is stored.

        While the database is unreachable, retry for `patience` seconds. What `write` raises besides is raised here.
        """
        mark = _Mark(outbox_id, write, self.time() + patience, asyncio.get_running_loop().create_future())
        self._waiting.append(mark)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await mark.stored

    async def _write_all(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            await self._write(together)

    async def _write(self, together: list[_Mark]) -> None:
        def work(uow: UnitOfWork) -> None:
            for mark in together:
                mark.do(uow)

        try:
            await self.transactions.write(work)
        except Exception as error:
            unreachable = isinstance(error, StorageError) and not isinstance(error, StorageRejected)
            if len(together) > 1 and not unreachable:
                # A fault of one is no fault of the others.
                for mark in together:
                    await self._write([mark])
            elif isinstance(error, StorageError):
                self._missed(together, error)
                await asyncio.sleep(self.pause)
            else:
                _end(together[0], error)
        else:
            for mark in together:
                _end(mark, True)

    def _missed(self, together: list[_Mark], error: StorageError) -> None:
        for mark in together:
            mark.perhaps_kept = mark.perhaps_kept or isinstance(error, StorageUncertain)
            if self.time() > mark.give_up:
                _log.error("a message's fate could not be kept", outbox=mark.outbox_id, error=str(error))
                _end(mark, False)
            else:
                self._waiting.append(mark)


def _end(mark: _Mark, result: bool | Exception) -> None:
    if mark.stored.done():
        return
    if isinstance(result, Exception):
        mark.stored.set_exception(result)
    else:
        mark.stored.set_result(result)
