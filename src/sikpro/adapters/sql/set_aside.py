"""Orders that people set aside, in the database."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.set_aside import SetAside

set_aside = Table(
    "set_aside",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("by", Id, ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", Words, nullable=False),
    sa.Index(None, "by", "at"),
    sa.Index(None, "order_id", "until"),
    sqlite_autoincrement=True,
)

_c = set_aside.c
_OF_PERSON = (
    sa.select(set_aside)
    .where(_c.by == sa.bindparam("person"), _c.at >= sa.bindparam("since", type_=_c.at.type))
    .order_by(_c.at, _c.id)
)


class SqlSetAsides:
    """Stores what people set aside."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, one: SetAside) -> SetAside:
        """Save it and return it with its id."""
        row = asdict(one)
        del row["id"]
        return evolve(one, id=self._transaction.scalar(sa.insert(set_aside).returning(_c.id), row))

    def of_person(self, person_id: int, since: datetime) -> tuple[SetAside, ...]:
        """Return what a person set aside since a time, oldest first."""
        found = self._transaction.rows(_OF_PERSON, {"person": person_id, "since": since})
        return tuple(SetAside(**row) for row in found)

    def since(self, since: datetime, limit: int) -> tuple[SetAside, ...]:
        """Return what all people set aside since a time, newest first."""
        newest = sa.select(set_aside).where(_c.at >= since).order_by(_c.at.desc(), _c.id.desc())
        return self._all(newest.limit(limit))

    def holding(self, order_id: int, now: datetime) -> tuple[SetAside, ...]:
        """Return the rows of an order whose time has not come, oldest first."""
        return self._all(sa.select(set_aside).where(_c.order_id == order_id, _c.until > now).order_by(_c.at, _c.id))

    def _all(self, selected: sa.Select[Any]) -> tuple[SetAside, ...]:
        return tuple(SetAside(**row) for row in self._transaction.execute(selected).mappings())
