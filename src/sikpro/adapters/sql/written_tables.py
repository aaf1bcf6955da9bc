"""Written tables in the database; the texts of each row are JSON."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import evolve
from sqlalchemy import JSON, Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.order_json import order_from_json, order_to_json
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.written_tables import WrittenRow, WrittenTable
from sikpro.domain.errors import NotFound

written_tables = Table(
    "written_tables",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("by", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("taken_back_by", Id),
    Column("taken_back_at", UtcDateTime),
    sqlite_autoincrement=True,
)

written_rows = Table(
    "written_rows",
    metadata,
    Column("table_id", Id, ForeignKey("written_tables.id"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("name", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("added", sa.Boolean, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("order", JSON(none_as_null=True)),
    sa.Index(None, "subject"),
)

_t = written_tables.c
_r = written_rows.c
_AT_ONCE = 500


class SqlWrittenTables:
    """Stores the writings and their rows."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, table: WrittenTable, rows: Sequence[WrittenRow]) -> WrittenTable:
        """Save a writing with its rows, and return it with its id."""
        values = {column.name: getattr(table, column.name) for column in written_tables.c if column.name != "id"}
        kept = evolve(table, id=self._transaction.scalar(sa.insert(written_tables).values(values).returning(_t.id)))
        lines = [_to_row(kept.id, place, row) for place, row in enumerate(rows)]
        if lines:
            self._transaction.execute(sa.insert(written_rows), lines)
        return kept

    def get(self, table_id: int) -> WrittenTable:
        """Return the writing. Raises `NotFound`."""
        selected = sa.select(written_tables).where(_t.id == table_id)
        row = self._transaction.execute(selected).mappings().one_or_none()
        if row is None:
            raise NotFound(what="written_table", name=str(table_id))
        return WrittenTable(**row)

    def rows(self, table_id: int) -> tuple[WrittenRow, ...]:
        """Return the rows of a writing in their order."""
        selected = sa.select(written_rows).where(_r.table_id == table_id).order_by(_r.place)
        return tuple(map(_from_row, self._transaction.execute(selected).mappings()))

    def latest(self, limit: int) -> tuple[WrittenTable, ...]:
        """Return the last writings, the newest first."""
        selected = sa.select(written_tables).order_by(_t.id.desc()).limit(limit)
        return tuple(WrittenTable(**row) for row in self._transaction.execute(selected).mappings())

    def take_back(self, table_id: int, by: int, at: datetime) -> bool:
        """Mark a writing as taken back, once."""
        standing = sa.update(written_tables).where(_t.id == table_id, _t.taken_back_at.is_(None))
        return self._transaction.execute(standing.values(taken_back_by=by, taken_back_at=at)).rowcount == 1

    def taken_back(self, kind: str, subjects: Collection[str]) -> frozenset[str]:
        """Return the subjects that a writing of this kind added and that were taken back with it."""
        gone = sa.select(_r.subject).join(written_tables, _t.id == _r.table_id)
        gone = gone.where(_t.kind == kind, _t.taken_back_at.is_not(None), _r.added)
        wanted = sorted(set(subjects))
        some = (wanted[place : place + _AT_ONCE] for place in range(0, len(wanted), _AT_ONCE))
        return frozenset(
            subject
            for part in some
            for subject in self._transaction.execute(gone.where(_r.subject.in_(part))).scalars()
        )


def _to_row(table_id: int, place: int, row: WrittenRow) -> dict[str, Any]:
    return {
        "table_id": table_id,
        "place": place,
        "name": row.name,
        "subject": row.subject,
        "added": row.before is None,
        "before": dict(row.before or {}),
        "after": dict(row.after),
        "version": row.version,
        "order": order_to_json(row.order) if row.order else None,
    }


def _from_row(row: Mapping[Any, Any]) -> WrittenRow:
    return WrittenRow(
        name=row["name"],
        subject=row["subject"],
        before=None if row["added"] else row["before"],
        after=row["after"],
        version=row["version"],
        order=order_from_json(row["order"]) if row["order"] else None,
    )
