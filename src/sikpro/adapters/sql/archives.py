"""Archives in the database."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.files import files
from sikpro.adapters.sql.inbox import inbox
from sikpro.adapters.sql.journal import journal
from sikpro.adapters.sql.outbox import outbox
from sikpro.adapters.sql.retention import FOLDED, is_over
from sikpro.adapters.sql.tables import metadata, orders
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.archives import Archive
from sikpro.application.ports.files import FileState

archives = Table(
    "archives",
    metadata,
    Column("id", Id, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("file", Words, nullable=False),
    Column("before", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("written_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("orders", Integer, nullable=False),
    sqlite_autoincrement=True,
)

archived_orders = Table(
    "archived_orders",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("archive_id", Id, ForeignKey("archives.id"), nullable=False),
    Column("moved", Boolean, nullable=False),
    sa.Index(None, "archive_id", "moved", "order_id"),
)
"""`moved` says that the rows about the order are in the archive alone."""

_a = archives.c
_o = archived_orders.c


class SqlArchives:
    """Stores which orders are archived."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def all(self) -> tuple[Archive, ...]:
        """Return all archives."""
        found = self._transaction.execute(sa.select(archives).order_by(_a.id)).mappings()
        return tuple(Archive(**dict(row)) for row in found)

    def keep(self, archive: Archive) -> Archive:
        """Save an archive."""
        values = {name: value for name, value in asdict(archive).items() if name != "id"}
        if archive.id:
            self._transaction.execute(sa.update(archives).where(_a.id == archive.id).values(values))
            return archive
        new = sa.insert(archives).returning(_a.id)
        return evolve(archive, id=self._transaction.execute(new, values).scalar_one())

    def candidates(
        self, start: datetime, end: datetime, before: datetime, among: Collection[int] | None = None
    ) -> tuple[int, ...]:
        """Return the ids of orders that can be archived."""
        c = orders.c
        later = sa.exists().where(journal.c.order_id == c.id, journal.c.at >= before)
        sending = sa.exists().where(outbox.c.order_id == c.id, outbox.c.state.not_in(FOLDED))
        fetched = sa.exists().where(files.c.order_id == c.id, files.c.state == FileState.WANTED.value)
        known = sa.exists().where(_o.order_id == c.id)
        wanted = (c.received_at >= start, c.received_at < end, is_over(before), ~later, ~sending, ~fetched, ~known)
        selected = sa.select(c.id).where(*wanted).order_by(c.id)
        if among is not None:
            selected = selected.where(c.id.in_(sorted(among))).with_for_update(of=orders, skip_locked=True)
        return tuple(self._transaction.execute(selected).scalars())

    def put(self, archive_id: int, order_ids: Collection[int]) -> None:
        """Add orders to an archive."""
        rows = [{"order_id": one, "archive_id": archive_id, "moved": False} for one in sorted(order_ids)]
        if rows:
            self._transaction.execute(sa.insert(archived_orders), rows)

    def of(self, order_ids: Collection[int]) -> Mapping[int, Archive]:
        """Return the archives of orders."""
        joined = sa.select(_o.order_id, archives).join(archives, _a.id == _o.archive_id)
        found = self._transaction.execute(joined.where(_o.order_id.in_(sorted(order_ids)))).mappings()
        return {row["order_id"]: _archive(row) for row in found}

    def taken(self, order_id: int) -> Archive | None:
        """Return the archive that an order is in."""
        if not self._transaction.on_sqlite:  # which has one writer
            self._transaction.execute(sa.select(orders.c.id).where(orders.c.id == order_id).with_for_update())
        return self.of([order_id]).get(order_id)

    def to_move(self, archive_id: int, limit: int) -> tuple[int, ...]:
        """Return orders whose rows are still here."""
        here = sa.select(_o.order_id).where(_o.archive_id == archive_id, _o.moved.is_(False))
        return tuple(self._transaction.execute(here.order_by(_o.order_id).limit(limit)).scalars())

    def rows_of(self, order_id: int, before: datetime) -> frozenset[tuple[str, int]]:
        """Return the rows about an order that an archive has."""
        return frozenset(
            (table.name, row_id)
            for table, which in archived_rows(sa.literal(order_id), before)
            for row_id in self._transaction.execute(sa.select(table.c.id).where(which)).scalars()
        )

    def moved(self, order_id: int) -> None:
        """Delete the history of an order."""
        self._transaction.execute(sa.delete(journal).where(journal.c.order_id == order_id))
        self._transaction.execute(sa.update(archived_orders).where(_o.order_id == order_id).values(moved=True))


def archived_rows(
    order_ids: sa.ColumnElement[int] | sa.Select[tuple[int]], before: datetime
) -> Iterator[tuple[Table, sa.ColumnElement[bool]]]:
    """Yield the tables with rows about archived orders that leave the database, each with the condition of these."""
    times = {journal: None, files: None, inbox: inbox.c.received_at, outbox: outbox.c.created_at}
    for table, time in times.items():
        theirs = table.c.order_id.in_(order_ids) if isinstance(order_ids, sa.Select) else table.c.order_id == order_ids
        yield table, theirs if time is None else sa.and_(theirs, time < before)


def _archive(row: sa.RowMapping) -> Archive:
    return Archive(**{column.name: row[column] for column in _a})
