"""Personal tokens in the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.tokens import PersonalToken, Scope

personal_tokens = Table(
    "personal_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", Words, nullable=False, unique=True),
    Column("person", Id, ForeignKey("people.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("scope", Words, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    sa.Index(None, "person"),
    sqlite_autoincrement=True,
)

_c = personal_tokens.c


class SqlPersonalTokens:
    """Stores the tokens."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, token: PersonalToken) -> PersonalToken:
        """Save a new token and return it with its id. Raises `StorageRejected`."""
        row = asdict(token) | {"scope": token.scope.value}
        del row["id"]
        return evolve(token, id=self._transaction.scalar(sa.insert(personal_tokens).returning(_c.id), row))

    def by_hash(self, token_hash: str) -> PersonalToken | None:
        """Return the token with this hash, also one that has ended."""
        selected = sa.select(personal_tokens).where(_c.token_hash == token_hash)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return None if row is None else _token(row)

    def of_person(self, person: int) -> tuple[PersonalToken, ...]:
        """Return a person's tokens that were not ended, newest first."""
        mine = sa.select(personal_tokens).where(_c.person == person, _c.ended_at.is_(None)).order_by(_c.id.desc())
        return tuple(_token(row) for row in self._transaction.execute(mine).mappings())

    def touch(self, token_id: int, at: datetime) -> None:
        """Record when it was used."""
        self._transaction.execute(sa.update(personal_tokens).where(_c.id == token_id).values(used_at=at))

    def end(self, token_id: int, at: datetime) -> None:
        """End a token; nothing changes for one that was ended or is not there."""
        ended = sa.update(personal_tokens).where(_c.id == token_id, _c.ended_at.is_(None)).values(ended_at=at)
        self._transaction.execute(ended)

    def end_all(self, person: int, at: datetime) -> int:
        """End all tokens of a person, and return how many that were."""
        ended = sa.update(personal_tokens).where(_c.person == person, _c.ended_at.is_(None)).values(ended_at=at)
        return self._transaction.execute(ended).rowcount

    def forget(self, before: datetime) -> int:
        """Delete the tokens that were over before a time, and return how many."""
        over = sa.or_(_c.ended_at < before, _c.expires_at < before)
        return self._transaction.execute(sa.delete(personal_tokens).where(over)).rowcount


def _token(row: Mapping[Any, Any]) -> PersonalToken:
    return PersonalToken(**{**row, "scope": Scope(row["scope"])})
