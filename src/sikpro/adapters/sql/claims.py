"""Claims of processes in the database, and which processes are gone."""

from collections.abc import Collection
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from attrs import frozen

from sikpro.adapters.sql.bots import bot_accounts
from sikpro.adapters.sql.exports import exports
from sikpro.adapters.sql.files import files
from sikpro.adapters.sql.jobs import jobs
from sikpro.adapters.sql.outbox import UNFINISHED, lock_claims, outbox
from sikpro.adapters.sql.photo_reads import photo_reads
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.adapters.sql.webhooks import webhook_deliveries
from sikpro.adapters.sql.written_tables import written_tables
from sikpro.application.ports.exports import ExportState
from sikpro.application.ports.files import FileState
from sikpro.application.ports.photo_reads import PhotoState

LOCKS = 0x51_4B_50
"""The first key of the advisory lock that each process holds on PostgreSQL; the second is `lock_number`."""


def lock_number(process: str) -> int:
    """Return the second key of a process's lock: 31 bits of its name."""
    return crc32(process.encode()) & 0x7FFF_FFFF


@frozen
class _Claimed:
    """A kind of claim: table, column with the process, which rows are claimed, and the change that frees one."""

    table: sa.Table
    by: sa.Column[str]
    held: sa.ColumnElement[bool]
    freed: dict[str, Any]


def _leased(table: sa.Table, by: sa.Column[str], *among: sa.ColumnElement[bool]) -> _Claimed:
    held = sa.and_(table.c.leased_until.is_not(None), *among)
    return _Claimed(table, by, held, {by.name: "", "leased_until": None})


def _wanted(table: sa.Table, state: str) -> _Claimed:
    """A claim that is a later due time; what is due since it was wanted is due at once."""
    held = sa.and_(table.c.state == state, table.c.claimed_by != "")
    return _Claimed(table, table.c.claimed_by, held, {"claimed_by": "", "due_at": table.c.wanted_at})


_KINDS = (
    _leased(bot_accounts, bot_accounts.c.owner),
    _leased(outbox, outbox.c.claimed_by, sa.and_(sa.text(f"outbox.{UNFINISHED}"))),
    _leased(jobs, jobs.c.claimed_by),
    _leased(exports, exports.c.claimed_by, exports.c.state == ExportState.RUNNING.value),
    _wanted(files, FileState.WANTED.value),
    _wanted(photo_reads, PhotoState.WANTED.value),
    _leased(written_tables, written_tables.c.claimed_by),
    _leased(webhook_deliveries, webhook_deliveries.c.claimed_by),
)


class SqlClaims:
    """Knows the claims of processes; on PostgreSQL a process is gone when the lock that it holds is free."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def gone(self) -> frozenset[str]:
        """Return the names of other processes that hold claims and are not connected to the database any more."""
        if self._transaction.on_sqlite:
            return frozenset()
        holders = sa.union(*(sa.select(one.by).where(one.held, one.by != "") for one in _KINDS))
        names = set(self._transaction.execute(holders).scalars()) - {self._transaction.process}
        if not names:
            return frozenset()
        alive = set(self._transaction.execute(_ALIVE, {"locks": LOCKS}).scalars())
        return frozenset(name for name in names if lock_number(name) not in alive)

    def free(self, processes: Collection[str]) -> int:
        """End the claims of those of these processes that are gone, and return the number of claims."""
        lock_claims(self._transaction)
        gone = sorted(self.gone().intersection(processes))
        return sum(self._free(one, one.by.in_(gone)) for one in _KINDS) if gone else 0

    def free_all(self) -> int:
        """End the claims of all processes, and return their number."""
        lock_claims(self._transaction)
        return sum(self._free(one) for one in _KINDS)

    def _free(self, one: _Claimed, *whose: sa.ColumnElement[bool]) -> int:
        return self._transaction.execute(sa.update(one.table).where(one.held, *whose).values(one.freed)).rowcount


_ALIVE = sa.text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
    " AND classid::bigint = :locks AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
