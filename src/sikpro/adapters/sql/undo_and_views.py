"""Undo steps and saved views in the database; the order before a step is saved as JSON."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Column, ForeignKey, Integer, Table, UniqueConstraint

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.order_json import order_from_json, order_to_json
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.undo_and_views import SavedView, UndoStep

undo_steps = Table(
    "undo_steps",
    metadata,
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("by", Id, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("messages", JSON, nullable=False),
    Column("before", JSON, nullable=False),
    sa.Index(None, "until"),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("query", Words, nullable=False),
    UniqueConstraint("person", "name"),
    sqlite_autoincrement=True,
)


_steps = undo_steps.c
_views = saved_views.c

_by = sa.bindparam("wanted_by", type_=_steps.by.type)
_until = sa.select(sa.func.max(_steps.until)).where(
    _steps.by == _by, _steps.until > sa.bindparam("now", type_=_steps.until.type)
)
_LATEST = (
    sa.select(undo_steps).where(_steps.by == _by, _steps.until == _until.scalar_subquery()).order_by(_steps.order_id)
)
_OF_PERSON = (
    sa.select(saved_views).where(_views.person == sa.bindparam("of", type_=_views.person.type)).order_by(_views.id)
)


class SqlUndoSteps:
    """Stores the last undo step of each order."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def put(self, step: UndoStep) -> None:
        """Save the step; it replaces the order's earlier one."""
        self.drop(step.before.id)
        row = {
            "order_id": step.before.id,
            "version": step.version,
            "by": step.by,
            "until": step.until,
            "messages": list(step.messages),
            "before": order_to_json(step.before),
        }
        self._transaction.execute(sa.insert(undo_steps), row)

    def of_order(self, order_id: int) -> UndoStep | None:
        """Return the order's last step, of any age."""
        return next(iter(self._all(sa.select(undo_steps).where(_steps.order_id == order_id))), None)

    def latest(self, by: int, now: datetime) -> tuple[UndoStep, ...]:
        """Return the last steps that a person may still undo now: those that end at the same time, by order id."""
        return self._all(_LATEST, {"wanted_by": by, "now": now})

    def drop(self, order_id: int) -> None:
        """Delete the order's step, if there is one."""
        self._transaction.execute(sa.delete(undo_steps).where(_steps.order_id == order_id))

    def forget(self, before: datetime) -> None:
        """Delete the steps whose time for undo ended before a time."""
        self._transaction.execute(sa.delete(undo_steps).where(_steps.until < before))

    def _all(self, selected: sa.Select[Any], given: Mapping[str, Any] | None = None) -> tuple[UndoStep, ...]:
        rows: Iterable[Mapping[Any, Any]] = self._transaction.execute(selected, given).mappings()
        return tuple(
            UndoStep(
                before=order_from_json(row["before"]),
                version=row["version"],
                by=row["by"],
                until=row["until"],
                messages=tuple(row["messages"]),
            )
            for row in rows
        )


class SqlSavedViews:
    """Stores the saved views."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def put(self, person: int, name: str, query: str) -> SavedView:
        """Save a view; it replaces the person's view with that name."""
        known = sa.update(saved_views).where(_views.person == person, _views.name == name).values(query=query)
        view_id = self._transaction.scalar(known.returning(_views.id))
        if view_id is None:
            row = {"person": person, "name": name, "query": query}
            view_id = self._transaction.scalar(sa.insert(saved_views).returning(_views.id), row)
        return SavedView(id=view_id, person=person, name=name, query=query)

    def of_person(self, person: int) -> tuple[SavedView, ...]:
        """Return a person's views, in the order of their first saving."""
        return tuple(
            SavedView(id=row["id"], person=row["person"], name=row["name"], query=row["query"])
            for row in self._transaction.execute(_OF_PERSON, {"of": person}).mappings()
        )

    def drop(self, person: int, view_id: int) -> None:
        """Delete a view, if it belongs to the person."""
        self._transaction.execute(sa.delete(saved_views).where(_views.id == view_id, _views.person == person))
