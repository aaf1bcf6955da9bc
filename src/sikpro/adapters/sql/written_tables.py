"""Written tables in the database; the texts of each row are JSON."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from attrs import evolve
from sqlalchemy import JSON, Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.leases import lease_is_over, lease_times
from sikpro.adapters.sql.order_json import order_from_json, order_to_json
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenState, WrittenTable
from sikpro.domain.errors import ConcurrencyConflict, DomainError, NotFound

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
    Column("state", Words, nullable=False),
    Column("total", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("work", Id, ForeignKey("blobs.id")),
    Column("returned", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Words, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("claimed_by", Words, nullable=False),
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
    Column("back", sa.Boolean, nullable=False),
    Column("kept", JSON(none_as_null=True)),
    sa.Index(None, "subject"),
)

refused_rows = Table(
    "refused_rows",
    metadata,
    Column("table_id", Id, ForeignKey("written_tables.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Words, nullable=False),
    Column("error", JSON, nullable=False),
)

_t = written_tables.c
_r = written_rows.c
_TABLE = [column for column in written_tables.c if column.name not in {"leased_until", "claimed_by"}]
_OPEN = [state.value for state in WrittenState if state.open]
_LEFT = sa.and_(_r.back.is_(False), _r.kept.is_(None))
_AT_ONCE = 500


_FIRST = sa.select(_t.id).where(_t.state.in_(_OPEN)).order_by(_t.id).limit(1)


class SqlWrittenTables:
    """Stores the writings and their rows."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, table: WrittenTable, rows: Sequence[WrittenRow]) -> WrittenTable:
        """Save a writing with its rows, and return it with its id."""
        values = {column.name: getattr(table, column.name) for column in _TABLE if column.name != "id"}
        inserted = sa.insert(written_tables).values(values | {"claimed_by": ""}).returning(_t.id)
        kept = evolve(table, id=self._transaction.scalar(inserted))
        self._add_rows(kept.id, 0, rows)
        return kept

    def claim(self, now: datetime, lease: timedelta) -> WrittenTable | None:
        """Take the oldest open writing, if nobody has it, and add one to its `attempts`."""
        first = self._transaction.scalar(_FIRST)
        if first is None:
            return None
        lease_time = self._transaction.lease_time(now)
        free = sa.and_(_t.id == first, _t.state.in_(_OPEN), lease_is_over(_t.leased_until))
        state = sa.case((_t.state == WrittenState.WAITING.value, WrittenState.WRITING.value), else_=_t.state)
        taken = {"state": state, "attempts": _t.attempts + 1, "leased_until": lease_time + lease}
        taken["claimed_by"] = self._transaction.process
        update = sa.update(written_tables).where(free).values(taken)
        claimed = self._transaction.execute(update, lease_times(lease_time, lease)).rowcount
        return self.get(first) if claimed else None

    def portion(
        self,
        table: WrittenTable,
        rows: Sequence[WrittenRow],
        refused: Sequence[UnwrittenRow],
        now: datetime,
        lease: timedelta,
    ) -> WrittenTable:
        """Add rows that were written or refused. Raises `ConcurrencyConflict`."""
        added = sum(row.before is None for row in rows)
        further = evolve(
            table,
            state=WrittenState.WRITING,
            added=table.added + added,
            changed=table.changed + len(rows) - added,
            refused=table.refused + len(refused),
            attempts=0,
        )
        if further.done >= further.total:
            further = evolve(further, state=WrittenState.WRITTEN, work=None)
        self._go_on(table, further, now, lease)
        self._add_rows(table.id, table.written, rows)
        lines = [
            {"table_id": table.id, "number": row.number, "name": row.name, "error": _said(row.error)} for row in refused
        ]
        if lines:
            self._transaction.execute(sa.insert(refused_rows), lines)
        return further

    def stop(self, table: WrittenTable, error: str) -> None:
        """Stop an open writing, or its taking back, with the code of a reason, unless another process went on."""
        stopped = {"state": WrittenState.STOPPED.value, "error": error, "leased_until": None, "claimed_by": ""}
        mine = sa.update(written_tables).where(
            _is_same_place(table), _t.attempts == table.attempts, _t.state.in_(_OPEN)
        )
        self._transaction.execute(mine.values(stopped | {"work": None}))

    def take_back(self, table_id: int, by: int, at: datetime) -> bool:
        """Let a writing that is written or stopped be taken back."""
        done = [WrittenState.WRITTEN.value, WrittenState.STOPPED.value]
        standing = sa.update(written_tables).where(_t.id == table_id, _t.state.in_(done))
        requested = {"taken_back_by": by, "taken_back_at": at, "attempts": 0, "error": ""}
        state = {"state": WrittenState.TAKING_BACK.value}
        return self._transaction.execute(standing.values(requested | state)).rowcount == 1

    def to_take_back(self, table_id: int, limit: int) -> tuple[WrittenRow, ...]:
        """Return the rows that were neither taken back nor kept, the last written first."""
        left = sa.select(written_rows).where(_r.table_id == table_id, _LEFT).order_by(_r.place.desc()).limit(limit)
        return tuple(map(_from_row, self._transaction.execute(left).mappings()))

    def portion_back(
        self,
        table: WrittenTable,
        back: Collection[str],
        kept: Mapping[str, DomainError],
        now: datetime,
        lease: timedelta,
    ) -> WrittenTable:
        """Mark rows as taken back or kept. Raises `ConcurrencyConflict`."""
        further = evolve(table, returned=table.returned + len(back), kept=table.kept + len(kept), attempts=0)
        if further.gone_through >= further.written:
            further = evolve(further, state=WrittenState.TAKEN_BACK)
        self._go_on(table, further, now, lease)
        change, of_table = sa.update(written_rows), _r.table_id == table.id
        for part in _in_parts(back):
            self._transaction.execute(change.where(of_table, _r.subject.in_(part)).values(back=True))
        for subject, error in kept.items():
            self._transaction.execute(change.where(of_table, _r.subject == subject).values(kept=_said(error)))
        return further

    def get(self, table_id: int) -> WrittenTable:
        """Return the writing. Raises `NotFound`."""
        selected = sa.select(*_TABLE).where(_t.id == table_id)
        row = self._transaction.execute(selected).mappings().one_or_none()
        if row is None:
            raise NotFound(what="written_table", name=str(table_id))
        return _table(row)

    def rows(self, table_id: int) -> tuple[WrittenRow, ...]:
        """Return the rows of a writing in their order."""
        selected = sa.select(written_rows).where(_r.table_id == table_id).order_by(_r.place)
        return tuple(map(_from_row, self._transaction.execute(selected).mappings()))

    def refused(self, table_id: int) -> tuple[UnwrittenRow, ...]:
        """Return the rows that were not written, in their order."""
        selected = sa.select(refused_rows).where(refused_rows.c.table_id == table_id).order_by(refused_rows.c.number)
        rows = self._transaction.execute(selected).mappings()
        return tuple(UnwrittenRow(row["number"], row["name"], _error(row["error"])) for row in rows)

    def latest(self, limit: int) -> tuple[WrittenTable, ...]:
        """Return the last writings, the newest first."""
        newest = sa.select(*_TABLE).order_by(_t.id.desc()).limit(limit)
        return tuple(_table(row) for row in self._transaction.execute(newest).mappings())

    def wrote(self, table_id: int, subjects: Collection[str]) -> frozenset[str]:
        """Return the subjects that this writing wrote."""
        return self._among(sa.select(_r.subject).where(_r.table_id == table_id), subjects)

    def taken_back(self, kind: str, subjects: Collection[str]) -> frozenset[str]:
        """Return the subjects that a writing of this kind added and that were taken back with it."""
        gone = sa.select(_r.subject).join(written_tables, _t.id == _r.table_id)
        return self._among(gone.where(_t.kind == kind, _r.back, _r.added), subjects)

    def _go_on(self, table: WrittenTable, further: WrittenTable, now: datetime, lease: timedelta) -> None:
        """Save how far a writing is, unless it is further already."""
        values: dict[str, Any] = {
            column.name: getattr(further, column.name) for column in _TABLE if column.name != "id"
        }
        until = self._transaction.lease_time(now) + lease
        values |= {"leased_until": until} if further.state.open else {"leased_until": None, "claimed_by": ""}
        if not self._transaction.execute(
            sa.update(written_tables).where(_is_same_place(table)).values(values)
        ).rowcount:
            raise ConcurrencyConflict

    def _add_rows(self, table_id: int, place: int, rows: Sequence[WrittenRow]) -> None:
        lines = [_to_row(table_id, place, row) for place, row in enumerate(rows, place)]
        if lines:
            self._transaction.execute(sa.insert(written_rows), lines)

    def _among(self, found: sa.Select[str], subjects: Collection[str]) -> frozenset[str]:
        parts = (found.where(_r.subject.in_(part)) for part in _in_parts(subjects))
        return frozenset(subject for part in parts for subject in self._transaction.execute(part).scalars())


def _is_same_place(table: WrittenTable) -> sa.ColumnElement[bool]:
    """Return whether a writing is as far as a worker saw it last."""
    same = (_t.added == table.added, _t.changed == table.changed, _t.refused == table.refused)
    same_back = (_t.returned == table.returned, _t.kept == table.kept)
    return sa.and_(_t.id == table.id, _t.state == table.state.value, *same, *same_back)


def _in_parts(subjects: Collection[str]) -> list[list[str]]:
    wanted = sorted(set(subjects))
    return [wanted[place : place + _AT_ONCE] for place in range(0, len(wanted), _AT_ONCE)]


def _table(row: Mapping[Any, Any]) -> WrittenTable:
    return WrittenTable(**{**row, "state": WrittenState(row["state"])})


def _said(error: DomainError) -> list[Any]:
    return [error.code, dict(error.params)]


def _error(said: Sequence[Any]) -> DomainError:
    return DomainError(said[0], **said[1])


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
        "back": row.back,
        "kept": _said(row.kept) if row.kept else None,
    }


def _from_row(row: Mapping[Any, Any]) -> WrittenRow:
    return WrittenRow(
        name=row["name"],
        subject=row["subject"],
        before=None if row["added"] else row["before"],
        after=row["after"],
        version=row["version"],
        order=order_from_json(row["order"]) if row["order"] else None,
        back=row["back"],
        kept=_error(row["kept"]) if row["kept"] else None,
    )
