"""The journal in the database: each event as JSON with the name of its class."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cattrs import Converter
from sqlalchemy import JSON, Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.seals import new_salt
from sikpro.domain.events import EVENTS, OrderEvent, StatusChanged
from sikpro.domain.order import Order
from sikpro.domain.seals import fact_of_event

journal = Table(
    "journal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Words, nullable=False),
    Column("order_id", Id, ForeignKey("orders.id")),
    Column("subject", Words, nullable=False),
    Column("actor", Id),
    Column("data", JSON, nullable=False),
    Column("salt", Words, nullable=False, server_default=""),
    sa.Index(None, "order_id", "id"),
    sa.Index(None, "at"),
)


_INSERT = Constant(sa.insert(journal).returning(journal.c.id))
_CLASSES: dict[str, type[OrderEvent]] = {event.__name__: event for event in EVENTS}
_COLUMNS = {"order_id", "at"}

_converter = Converter()
_converter.register_structure_hook(datetime, lambda value, _: value)


class SqlJournal:
    """Stores the events of every change, in the same transaction; they are never replayed into state."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def append(self, order: Order, events: Sequence[OrderEvent], actor: int | None) -> None:
        """Save an order's events, in order, with their facts."""
        for event in events:
            row: dict[str, Any] = {
                "at": event.at,
                "kind": type(event).__name__,
                "order_id": event.order_id,
                "subject": "",
                "actor": actor,
                "data": data_of_event(event),
                "salt": new_salt(self._transaction.chance),
            }
            entry = self._transaction.scalar(_INSERT, row)
            self._transaction.facts.append(fact_of_event(order, event, actor, entry, row["salt"]))

    def of_order(self, order_id: int) -> tuple[JournalEntry, ...]:
        """Return an order's events, oldest first."""
        selected = sa.select(journal).where(journal.c.order_id == order_id).order_by(journal.c.id)
        rows = self._transaction.execute(selected).mappings()
        return tuple(JournalEntry(row["id"], event_of_row(row), row["actor"]) for row in rows)

    def acted(self, start: datetime, end: datetime) -> tuple[JournalEntry, ...]:
        """Return what people did to orders in a span, oldest first."""
        by_people = journal.c.actor.is_not(None), journal.c.order_id.is_not(None)
        selected = sa.select(journal).where(journal.c.at >= start, journal.c.at < end, *by_people)
        rows = self._transaction.execute(selected.order_by(journal.c.at, journal.c.id)).mappings()
        return tuple(JournalEntry(row["id"], event_of_row(row), row["actor"]) for row in rows)

    def statuses_set(self, since: datetime) -> Mapping[str, int]:
        """Count the statuses that people set."""
        code = journal.c.data["state"]["status"].as_string()
        which = journal.c.kind == StatusChanged.__name__, journal.c.at >= since, journal.c.actor.is_not(None)
        counted = sa.select(code.label("code"), sa.func.count().label("uses")).where(*which).group_by(code)
        return {row["code"]: row["uses"] for row in self._transaction.execute(counted).mappings()}

    def note(self, kind: str, subject: str, actor: int | None, at: datetime, data: Mapping[str, str]) -> None:
        """Save a fact without an order."""
        row = {"at": at, "kind": kind, "order_id": None, "subject": subject, "actor": actor, "data": dict(data)}
        self._transaction.execute(sa.insert(journal).values(row))


def data_of_event(event: OrderEvent) -> dict[str, Any]:
    """Return the values of an event that have no column of their own."""
    whole: dict[str, Any] = _converter.unstructure(event)
    return {name: value for name, value in whole.items() if name not in _COLUMNS}


def event_of_row(row: Mapping[Any, Any]) -> OrderEvent:
    """Return the event of a row."""
    whole = row["data"] | {"order_id": row["order_id"], "at": row["at"]}
    return _converter.structure(whole, _CLASSES[row["kind"]])
