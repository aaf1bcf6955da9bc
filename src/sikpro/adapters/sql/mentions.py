"""Mentions in the database."""

from datetime import datetime

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.mentions import Mention

mentions = Table(
    "mentions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("by", Id, ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    sa.Index(None, "person", "read_at"),
    sqlite_autoincrement=True,
)

_c = mentions.c
_UNREAD = (
    sa.select(mentions)
    .where(_c.person == sa.bindparam("of", type_=_c.person.type), _c.read_at.is_(None))
    .order_by(_c.at.desc(), _c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


class SqlMentions:
    """Stores who was named where."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, mention: Mention) -> Mention:
        """Save it and return it with its id."""
        row = asdict(mention)
        del row["id"]
        return evolve(mention, id=self._transaction.scalar(sa.insert(mentions).returning(_c.id), row))

    def unread(self, person: int, limit: int) -> tuple[Mention, ...]:
        """Return what a person has not read, newest first."""
        found = self._transaction.rows(_UNREAD, {"of": person, "most": limit})
        return tuple(Mention(**row) for row in found)

    def read(self, person: int, order_id: int, now: datetime) -> int:
        """Record that a person opened an order."""
        theirs = (_c.person == person, _c.order_id == order_id, _c.read_at.is_(None))
        return self._transaction.execute(sa.update(mentions).where(*theirs).values(read_at=now)).rowcount
