"""Kept answers of the JSON API in the database."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.errors import ConstraintViolated
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.kept_answers import KeptAnswer
from sikpro.application.ports.storage import StorageBusy

kept_answers = Table(
    "kept_answers",
    metadata,
    Column("person", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("key", Words, primary_key=True),
    Column("request", Words, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", sa.JSON, nullable=False),
    Column("body", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "at"),
)

_c = kept_answers.c


class SqlKeptAnswers:
    """Stores the answers."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def find(self, person: int, key: str) -> KeptAnswer | None:
        """Return what is kept under a person's key."""
        columns = _c.request, _c.status, _c.headers, _c.body, _c.at
        selected = sa.select(*columns).where(_c.person == person, _c.key == key)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return None if row is None else KeptAnswer(**row)

    def begin(self, person: int, key: str, request: str, at: datetime) -> None:
        """Take a key. Raises `StorageBusy` if it is taken, `StorageRejected` for nobody's."""
        row = {"person": person, "key": key, "request": request, "status": 0, "headers": {}, "body": "", "at": at}
        try:
            with self._transaction.savepoint():
                self._transaction.execute(sa.insert(kept_answers).values(row))
        except ConstraintViolated as violated:
            if self.find(person, key) is None:
                raise
            raise StorageBusy(f"the key is taken: {violated}") from violated

    def keep(self, person: int, key: str, answer: KeptAnswer) -> None:
        """Keep the answer under a key that this transaction has taken."""
        row = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        row |= {"request": answer.request, "at": answer.at}
        self._transaction.execute(sa.update(kept_answers).where(_c.person == person, _c.key == key).values(row))

    def forget(self, before: datetime) -> int:
        """Delete the answers from before a time, and return how many."""
        return self._transaction.execute(sa.delete(kept_answers).where(_c.at < before)).rowcount
