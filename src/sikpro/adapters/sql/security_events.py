"""Security events in the database, which itself refuses to change or delete a row."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Column, ColumnElement, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.security_events import EventFilter, EventKind, SecurityEvent
from sikpro.domain.search_text import folded, search_term

security_events = Table(
    "security_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("actor", Id),
    Column("name", Words, nullable=False),
    Column("object", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("details", Words, nullable=False),
    Column("search_text", Words, nullable=False),
    sa.Index(None, "kind", "id"),
    sa.Index(None, "actor", "id"),
    sa.Index(None, "at", "kind"),
    sqlite_autoincrement=True,
)

_c = security_events.c
_FIELDS = [column for column in _c if column.name != "search_text"]


class SqlSecurityEvents:
    """Stores the events."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, event: SecurityEvent) -> SecurityEvent:
        """Save an event and return it with its id."""
        row = asdict(event) | {"kind": event.kind.value, "search_text": folded("\n".join(event.texts))}
        del row["id"]
        kept = evolve(event, id=self._transaction.scalar(sa.insert(security_events).returning(_c.id), row))
        self._transaction.recorded.append(kept)
        return kept

    def page(self, which: EventFilter, *, before: int | None, limit: int) -> tuple[SecurityEvent, ...]:
        """Return a page of events, newest first."""
        conditions = _conditions(which)
        if before is not None:
            conditions.append(_c.id < before)
        selected = sa.select(*_FIELDS).where(*conditions).order_by(_c.id.desc()).limit(limit)
        rows = self._transaction.execute(selected).mappings()
        return tuple(SecurityEvent(**{**row, "kind": EventKind(row["kind"])}) for row in rows)

    def counts(self, start: datetime, end: datetime) -> Mapping[EventKind, int]:
        """Count the events of each kind in a span."""
        counted = sa.select(_c.kind, sa.func.count().label("count")).where(_c.at >= start, _c.at < end)
        rows = self._transaction.execute(counted.group_by(_c.kind)).mappings()
        return {EventKind(row["kind"]): row["count"] for row in rows}


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(_c.kind == wanted.kind.value)
    if wanted.actor is not None:
        found.append(_c.actor == wanted.actor)
    if wanted.since is not None:
        found.append(_c.at >= wanted.since)
    if wanted.until is not None:
        found.append(_c.at < wanted.until)
    if term := search_term(wanted.text):
        found.append(_c.search_text.contains(term, autoescape=True))
    return found
