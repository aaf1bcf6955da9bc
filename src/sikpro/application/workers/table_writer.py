"""Tables: written and taken back in portions, so that chat and pages go on between them."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from attrs import define

from sikpro.application.i18n import words_in
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import AsyncTransactions, StorageError, StorageRejected, UnitOfWork
from sikpro.application.ports.written_tables import WrittenState, WrittenTable
from sikpro.application.use_cases.tables.portions import LEASE, PORTION, TableWork, kept_work, tell, write_portion
from sikpro.application.use_cases.tables.take_back import take_portion_back
from sikpro.application.use_cases.tables.works import read_work
from sikpro.application.workers.one_by_one import OneByOne
from sikpro.domain.errors import ConcurrencyConflict

_log = structlog.get_logger(__name__)

ATTEMPTS = 5
"""The most claims of a table without a portion between them: one more would end this process again."""


@define(kw_only=True)
class TableWriter(OneByOne):
    """Writes one table after the other, `most` rows in a transaction. `zone` is the installation's, an IANA name."""

    transactions: AsyncTransactions
    clock: Clock
    zone: str
    pause: float = 15.0
    most: int = PORTION
    lease: timedelta = LEASE

    async def next(self) -> bool:
        """Write the next table to its end, or take it back. Raises `StorageError`; then its claim ends, and it goes on.

        A fault of the program stops that table: what was written stays, and can be taken back.
        """
        now = self.clock.now()
        table = await self.transactions.write(lambda uow: uow.written_tables.claim(now, self.lease))
        if table is None:
            return False
        try:
            if table.attempts > ATTEMPTS:
                await self._stop(table, "lost")
                return True
            portion = await self._portions(table)
            while table.state.open:
                table = await self.transactions.write(portion(table))
                self.store.worked()
        except ConcurrencyConflict:
            _log.info("another process goes on with a table", table=table.id)
        except StorageRejected:
            _log.exception("the store refuses a table", table=table.id)
            await self._stop(table, "internal")
        except StorageError:
            raise
        except Exception:  # one failing table must not stop the others: it is logged and its row marked
            _log.exception("a table failed", table=table.id)
            await self._stop(table, "internal")
        return True

    async def _portions(self, table: WrittenTable) -> Callable[[WrittenTable], Callable[[UnitOfWork], WrittenTable]]:
        """Return what does the next portion of a table as it is then."""
        if table.state is WrittenState.TAKING_BACK:
            return self._portion_back
        work = await self.transactions.read_long(lambda uow: kept_work(uow, table, read_work(table.kind)))
        return lambda further: self._portion(further, work)

    def _portion(self, table: WrittenTable, work: TableWork) -> Callable[[UnitOfWork], WrittenTable]:
        now = self.clock.now()
        return lambda uow: write_portion(uow, table, work, now, self.most)

    def _portion_back(self, table: WrittenTable) -> Callable[[UnitOfWork], WrittenTable]:
        now = self.clock.now()

        def work(uow: UnitOfWork) -> WrittenTable:
            words = words_in(uow.people.get(table.taken_back_by or 0).language, self.zone)
            reason = words("written.reason", file=table.source)
            return take_portion_back(uow, table, now, reason=reason, zone=self.zone, most=self.most)[0]

        return work

    async def _stop(self, table: WrittenTable, error: str) -> None:
        def work(uow: UnitOfWork) -> None:
            uow.written_tables.stop(table, error)
            tell(uow, table)

        await self.transactions.write(work)
