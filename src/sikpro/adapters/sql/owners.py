"""Owners of held-up statuses in the database."""

import sqlalchemy as sa
from attrs import asdict
from sqlalchemy import Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, Words
from sikpro.adapters.sql.dialect import upsert
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.owners import Owner

owners = Table(
    "owners",
    metadata,
    Column("status", Words, primary_key=True),
    Column("label", Words, nullable=False),
    Column("person", Id, ForeignKey("people.id")),
    Column("chat_id", Id),
    Column("topic", Id),
)


class SqlOwners:
    """Stores the owners."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def all(self) -> tuple[Owner, ...]:
        """Return all owners, by status."""
        rows = self._transaction.execute(sa.select(owners).order_by(owners.c.status)).mappings()
        return tuple(Owner(**row) for row in rows)

    def of(self, status: str) -> Owner | None:
        """Return the owner of a status."""
        selected = sa.select(owners).where(owners.c.status == status)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return Owner(**row) if row else None

    def put(self, owner: Owner) -> None:
        """Add or replace the owner of its status."""
        self._transaction.execute(upsert(self._transaction, owners, ["status"]).values(asdict(owner)))

    def drop(self, status: str) -> None:
        """Delete the owner of a status, if it has one."""
        self._transaction.execute(sa.delete(owners).where(owners.c.status == status))
