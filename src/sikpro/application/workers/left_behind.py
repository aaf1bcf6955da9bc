"""Frees what processes that are gone had claimed, so that nobody waits for the end of their leases."""

import asyncio

import structlog
from attrs import define, field

from sikpro.application.ports.storage import AsyncTransactions, Hint, Kind, StorageError, UnitOfWork

_log = structlog.get_logger(__name__)


@define(kw_only=True)
class LeftBehind:
    """Frees claims of processes that are gone: `begin` before this process claims anything, `run` beside its work.

    `alone` says that no other process can run (SQLite). Otherwise a process is gone when two looks in a row, `pause`
    seconds apart, do not find it: one whose connection broke has the time to connect again.
    """

    transactions: AsyncTransactions
    alone: bool
    pause: float = 1.5
    _missing: frozenset[str] = field(default=frozenset(), init=False)

    async def begin(self) -> None:
        """Free everything where no other process can run. Wait while the store is out of reach."""
        while self.alone:
            try:
                freed = await self.transactions.write(lambda uow: uow.claims.free_all())
            except StorageError:
                await asyncio.sleep(self.pause)
            else:
                if freed:
                    _log.info("what was claimed before the start is free", claims=freed)
                return

    async def run(self) -> None:
        """Look for processes that are gone until cancelled; end at once where no other can run."""
        while not self.alone:
            try:
                await self.look()
            except StorageError:
                self._missing = frozenset()
            await asyncio.sleep(self.pause)

    async def look(self) -> None:
        """Free the claims of processes that were gone at the last look too. Raises `StorageError`."""
        missing = await self.transactions.read(lambda uow: uow.claims.gone())
        gone, self._missing = missing & self._missing, missing
        if not gone:
            return

        def work(uow: UnitOfWork) -> int:
            freed = uow.claims.free(gone)
            if freed:
                for kind in (Kind.OUTBOX, Kind.EXPORT, Kind.TABLE, Kind.WEBHOOK):
                    uow.announce(Hint(kind))
            return freed

        freed = await self.transactions.write(work)
        if freed:
            _log.warning("a process is gone: what it had claimed is free", processes=sorted(gone), claims=freed)
