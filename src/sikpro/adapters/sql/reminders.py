"""The reminders sent, in the database."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Column, Table

from sikpro.adapters.sql.columns import UtcDateTime, Words
from sikpro.adapters.sql.dialect import insert_new
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction

reminders = Table(
    "reminders",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("day", Words, primary_key=True),
    Column("subject", Words, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
"""`day` is a local day (`2026-11-24`)."""

_c = reminders.c


class SqlReminders:
    """Stores which reminder was sent on which day."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def first(self, kind: str, subject: str, day: date, at: datetime) -> bool:
        """Record a reminder; return False if this one was recorded for the day."""
        row = {"kind": kind, "day": day.isoformat(), "subject": subject, "at": at}
        inserted = insert_new(self._transaction, reminders, ["kind", "day", "subject"]).returning(_c.subject)
        return self._transaction.scalar(inserted, row) is not None

    def sent(self, kind: str, day: date) -> frozenset[str]:
        """Return the subjects that have a reminder of this kind on the day."""
        selected = sa.select(_c.subject).where(_c.kind == kind, _c.day == day.isoformat())
        return frozenset(row.subject for row in self._transaction.execute(selected))

    def forget(self, before: date) -> None:
        """Delete the reminders of earlier days."""
        self._transaction.execute(sa.delete(reminders).where(_c.day < before.isoformat()))
