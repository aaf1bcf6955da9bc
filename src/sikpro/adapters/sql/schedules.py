"""Schedules of automatic recaps in the database."""

from collections.abc import Mapping
from datetime import time
from typing import Any

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Boolean, Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.domain.errors import NotFound

recap_schedules = Table(
    "recap_schedules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rhythm", Words, nullable=False),
    Column("at", Words, nullable=False),
    Column("person", Id, ForeignKey("people.id")),
    Column("chat_id", Id),
    Column("topic", Id),
    Column("label", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("with_file", Boolean, nullable=False),
    Column("with_picture", Boolean, nullable=False, server_default=sa.false()),
    Column("sto", Words, nullable=False, server_default=""),
    Column("site_operation", Words, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False),
    Column("made_by", Id, ForeignKey("people.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_for", Words, nullable=False),
    Column("message", Id),
    Column("trouble", Words, nullable=False),
    sqlite_autoincrement=True,
)
"""`at` is local time (`17:00`); `sent_for` is the period of the last due recap."""


_c = recap_schedules.c


class SqlSchedules:
    """Stores the schedules."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, schedule: Schedule) -> Schedule:
        """Save a new schedule and return it with its id."""
        inserted = sa.insert(recap_schedules).returning(_c.id)
        return evolve(schedule, id=self._transaction.scalar(inserted, _row(schedule)))

    def put(self, schedule: Schedule) -> None:
        """Save a change. Raises `NotFound`."""
        update = sa.update(recap_schedules).where(_c.id == schedule.id).values(_row(schedule))
        if self._transaction.execute(update).rowcount == 0:
            raise NotFound(what="schedule", name=str(schedule.id))

    def get(self, schedule_id: int) -> Schedule:
        """Return the row by its id. Raises `NotFound`."""
        selected = sa.select(recap_schedules).where(_c.id == schedule_id)
        row = self._transaction.execute(selected).mappings().one_or_none()
        if row is None:
            raise NotFound(what="schedule", name=str(schedule_id))
        return _schedule(row)

    def drop(self, schedule_id: int) -> None:
        """Delete the row, if it exists."""
        self._transaction.execute(sa.delete(recap_schedules).where(_c.id == schedule_id))

    def all(self) -> tuple[Schedule, ...]:
        """Return all schedules, in the order of their creation."""
        selected = sa.select(recap_schedules).order_by(_c.id)
        return tuple(map(_schedule, self._transaction.execute(selected).mappings()))


def _row(schedule: Schedule) -> dict[str, Any]:
    row = asdict(schedule)
    del row["id"]
    return row | {"rhythm": schedule.rhythm.value, "at": schedule.at.isoformat("minutes")}


def _schedule(row: Mapping[Any, Any]) -> Schedule:
    return Schedule(**dict(row) | {"rhythm": Frequency(row["rhythm"]), "at": time.fromisoformat(row["at"])})
