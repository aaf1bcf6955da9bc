"""Notes of days in the database."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.day_notes import DayNote
from sikpro.domain.errors import NotFound

day_notes = Table(
    "day_notes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("day", Words, nullable=False, index=True),
    Column("text", Words, nullable=False),
    Column("sto", Words, nullable=False),
    Column("site_operation", Words, nullable=False),
    Column("by", Id, ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
"""`day` is a local day (`2026-11-24`)."""


_c = day_notes.c


class SqlDayNotes:
    """Stores the notes."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, note: DayNote) -> DayNote:
        """Save a new note and return it with its id."""
        inserted = sa.insert(day_notes).returning(_c.id)
        return evolve(note, id=self._transaction.scalar(inserted, _row(note)))

    def put(self, note: DayNote) -> None:
        """Save a change. Raises `NotFound`."""
        update = sa.update(day_notes).where(_c.id == note.id).values(_row(note))
        if self._transaction.execute(update).rowcount == 0:
            raise NotFound(what="day_note", name=str(note.id))

    def get(self, note_id: int) -> DayNote:
        """Return the note by its id. Raises `NotFound`."""
        selected = sa.select(day_notes).where(_c.id == note_id)
        row = self._transaction.execute(selected).mappings().one_or_none()
        if row is None:
            raise NotFound(what="day_note", name=str(note_id))
        return _note(row)

    def drop(self, note_id: int) -> None:
        """Delete the note, if it exists."""
        self._transaction.execute(sa.delete(day_notes).where(_c.id == note_id))

    def between(self, first: date, last: date) -> tuple[DayNote, ...]:
        """Return the notes of a span of days, by day."""
        selected = sa.select(day_notes).where(_c.day >= first.isoformat(), _c.day <= last.isoformat())
        return tuple(map(_note, self._transaction.execute(selected.order_by(_c.day, _c.id)).mappings()))


def _row(note: DayNote) -> dict[str, Any]:
    row = asdict(note)
    del row["id"]
    return row | {"day": note.day.isoformat()}


def _note(row: Mapping[Any, Any]) -> DayNote:
    return DayNote(**{**row, "day": date.fromisoformat(row["day"])})
