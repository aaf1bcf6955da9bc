"""The records of health in the database, and the place of its data."""

import asyncio
import shutil
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from attrs import asdict, field, frozen
from sqlalchemy import Column, Table
from sqlalchemy.engine import Connection

from sikpro.adapters.sql.columns import UtcDateTime, Words
from sikpro.adapters.sql.dialect import upsert
from sikpro.adapters.sql.engine import create_engine_for, sqlite_file
from sikpro.adapters.sql.exports import exports
from sikpro.adapters.sql.files import files
from sikpro.adapters.sql.jobs import jobs
from sikpro.adapters.sql.litestream import uncopied
from sikpro.adapters.sql.outbox import UNFINISHED, outbox
from sikpro.adapters.sql.photo_reads import photo_reads
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.adapters.sql.written_tables import written_tables
from sikpro.application.ports.exports import ExportState
from sikpro.application.ports.files import FileState
from sikpro.application.ports.health import Checked, HealthRecord, Integrity, Space, Waiting
from sikpro.application.ports.photo_reads import PhotoState
from sikpro.application.ports.storage import StorageDamaged
from sikpro.application.ports.written_tables import WrittenState

health_records = Table(
    "health_records",
    metadata,
    Column("name", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("state", Words, nullable=False),
    Column("detail", Words, nullable=False),
)

_c = health_records.c
_OPEN_EXPORTS = [state.value for state in ExportState if state.open]
_OPEN_TABLES = [state.value for state in WrittenState if state.open]
_MOST = 5
"""The most faults that a check names."""


_ONE = sa.select(health_records).where(_c.name == sa.bindparam("name"))


def _count(table: Table, which: sa.ColumnElement[bool] | sa.TextClause) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(which).scalar_subquery()


_WAITING = sa.select(
    _count(outbox, sa.text(UNFINISHED)).label("messages"),
    _count(jobs, jobs.c.due_at <= sa.bindparam("now")).label("jobs"),
    _count(exports, exports.c.state.in_(_OPEN_EXPORTS)).label("exports"),
    _count(written_tables, written_tables.c.state.in_(_OPEN_TABLES)).label("tables"),
    _count(photo_reads, photo_reads.c.state == PhotoState.WANTED.value).label("photos"),
    _count(files, files.c.state == FileState.WANTED.value).label("files"),
)


class SqlHealthRecords:
    """Stores the latest record of each name."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def put(self, record: HealthRecord) -> None:
        """Store a record in place of the earlier one of its name."""
        self._transaction.execute(upsert(self._transaction, health_records, ["name"]), asdict(record))

    def get(self, name: str) -> HealthRecord | None:
        """Return the record of a name."""
        row = self._transaction.execute(_ONE, {"name": name}).mappings().one_or_none()
        return None if row is None else HealthRecord(**row)

    def forget(self, beginning: str, before: datetime) -> None:
        """Delete the records of earlier times whose name begins so."""
        named = _c.name.startswith(beginning, autoescape=True)
        self._transaction.execute(sa.delete(health_records).where(named, _c.at < before))

    def waiting(self, now: datetime) -> Waiting:
        """Count what waits for the workers, in one statement over the indexes of what is unfinished."""
        return Waiting(**self._transaction.execute(_WAITING, {"now": now}).mappings().one())


@frozen
class SqlPlace:
    """The disk and the file of a SQLite database, or a PostgreSQL server, whose disk only it can see."""

    url: str = field(repr=False)

    async def space(self) -> Space | None:
        """Return the room on the disk of the data."""
        file = sqlite_file(self.url)
        if file is None:
            return None
        try:
            return await asyncio.to_thread(_space, file)
        except OSError:
            return None

    async def check_integrity(self) -> Checked:
        """Let SQLite read its whole file; PostgreSQL says whether its checksums found a damaged page."""
        return await asyncio.to_thread(self._check)

    def _check(self) -> Checked:
        engine = create_engine_for(self.url, pooled=False, read_only=True)
        try:
            with engine.connect() as connection:
                return _checked(connection)
        except StorageDamaged as error:
            return Checked(Integrity.DAMAGED, str(error))
        finally:
            engine.dispose()


def _space(file: Path) -> Space:
    disk = shutil.disk_usage(file.parent)
    return Space(disk.free, disk.total, uncopied(file))


def _checked(connection: Connection) -> Checked:
    if connection.dialect.name == "sqlite":
        found = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})")]
        return Checked(Integrity.OK) if found == ["ok"] else Checked(Integrity.DAMAGED, "; ".join(found))
    if connection.exec_driver_sql("SHOW data_checksums").scalar_one() != "on":
        return Checked(Integrity.UNCHECKED, "data_checksums")
    counted = "SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()"
    failures = connection.exec_driver_sql(counted).scalar() or 0
    return Checked(Integrity.DAMAGED, f"checksum_failures={failures}") if failures else Checked(Integrity.OK)
