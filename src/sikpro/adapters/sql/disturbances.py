"""Disturbances in the database."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Boolean, Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.dialect import insert_new
from sikpro.adapters.sql.errors import ConstraintViolated
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.disturbances import TiedOrder
from sikpro.domain.disturbance import Disturbance, Scope
from sikpro.domain.errors import AlreadyUsed, NotFound

disturbances = Table(
    "disturbances",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scope", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("declared_by", Id, ForeignKey("people.id"), nullable=False),
    Column("declared_at", UtcDateTime, nullable=False),
    Column("ended_by", Id, ForeignKey("people.id")),
    Column("ended_at", UtcDateTime, index=True),
    Column("end_text", Words, nullable=False),
    Column("open_at", Words, unique=True),
    sqlite_autoincrement=True,
)
"""`open_at` is the scope and place while it is open, so that at most one is open there."""

tied_orders = Table(
    "tied_orders",
    metadata,
    Column("disturbance_id", Id, ForeignKey("disturbances.id"), primary_key=True, autoincrement=False),
    Column("order_id", Id, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("moved", Boolean, nullable=False),
    sa.Index(None, "order_id"),
)

_c = disturbances.c
_COLUMNS = tuple(column for column in _c if column.name != "open_at")
_OPEN = Constant(sa.select(*_COLUMNS).where(_c.open_at.is_not(None)).order_by(_c.id.desc()))

_OPEN_OF = (
    sa.select(tied_orders.c.order_id.label("tied"), *_COLUMNS)
    .join_from(disturbances, tied_orders, tied_orders.c.disturbance_id == _c.id)
    .where(_c.open_at.is_not(None), tied_orders.c.order_id.in_(sa.bindparam("order_ids", expanding=True)))
    .order_by(_c.id)
)


class SqlDisturbances:
    """Stores the disturbances and the orders tied to them."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, disturbance: Disturbance) -> Disturbance:
        """Save a new one and return it with its id."""
        row = asdict(disturbance) | {"open_at": f"{disturbance.scope}:{disturbance.place}"}
        del row["id"]
        try:
            with self._transaction.savepoint():
                number = self._transaction.scalar(sa.insert(disturbances).returning(_c.id), row)
        except ConstraintViolated as violation:
            raise AlreadyUsed(field="place", value=disturbance.place) from violation
        return evolve(disturbance, id=number)

    def get(self, disturbance_id: int) -> Disturbance:
        """Return it by its id."""
        selected = sa.select(*_COLUMNS).where(_c.id == disturbance_id)
        row = self._transaction.execute(selected).mappings().one_or_none()
        if row is None:
            raise NotFound(what="disturbance", name=str(disturbance_id))
        return _disturbance(row)

    def open(self) -> tuple[Disturbance, ...]:
        """Return those that go on, the newest first."""
        return tuple(map(_disturbance, self._transaction.rows(_OPEN)))

    def ended(self, limit: int) -> tuple[Disturbance, ...]:
        """Return those that ended, the last ended first."""
        selected = sa.select(*_COLUMNS).where(_c.ended_at.is_not(None)).order_by(_c.ended_at.desc(), _c.id.desc())
        return tuple(map(_disturbance, self._transaction.execute(selected.limit(limit)).mappings()))

    def end(self, disturbance_id: int, at: datetime, by: int, text: str) -> bool:
        """End an open one; return False when it has ended already."""
        update = sa.update(disturbances).where(_c.id == disturbance_id, _c.open_at.is_not(None))
        values = {"ended_at": at, "ended_by": by, "end_text": text, "open_at": None}
        return self._transaction.execute(update.values(values)).rowcount > 0

    def tie(self, disturbance_id: int, order_id: int, at: datetime, *, moved: bool) -> None:
        """Tie an order to it, unless it is tied already."""
        row = {"disturbance_id": disturbance_id, "order_id": order_id, "at": at, "moved": moved}
        insert = insert_new(self._transaction, tied_orders, ["disturbance_id", "order_id"])
        self._transaction.execute(insert.values(row))

    def orders(self, disturbance_id: int) -> tuple[TiedOrder, ...]:
        """Return the orders tied to it, by id."""
        tied = tied_orders.c
        selected = sa.select(tied.order_id, tied.at, tied.moved).where(tied.disturbance_id == disturbance_id)
        rows = self._transaction.execute(selected.order_by(tied.order_id)).mappings()
        return tuple(TiedOrder(**row) for row in rows)

    def open_of(self, order_ids: Collection[int]) -> Mapping[int, Disturbance]:
        """Return the newest open disturbance of each of these orders."""
        if not order_ids:
            return {}
        found: dict[int, Disturbance] = {}
        for row in self._transaction.execute(_OPEN_OF, {"order_ids": sorted(order_ids)}).mappings():
            found[row["tied"]] = _disturbance({name: value for name, value in row.items() if name != "tied"})
        return found


def _disturbance(row: Any) -> Disturbance:
    return Disturbance(**dict(row) | {"scope": Scope(row["scope"])})
