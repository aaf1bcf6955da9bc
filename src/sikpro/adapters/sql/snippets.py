"""Snippets in the database."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Table, UniqueConstraint

from sikpro.adapters.sql.columns import Id, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.snippets import Snippet
from sikpro.domain.errors import NotFound

SHARED = 0
"""The owner of what everybody has: a unique key does not compare NULL with NULL."""

snippets = Table(
    "snippets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner", Id, nullable=False),
    Column("name", Words, nullable=False),
    Column("text", Words, nullable=False),
    UniqueConstraint("owner", "name"),
    sqlite_autoincrement=True,
)

_c = snippets.c


class SqlSnippets:
    """Stores the snippets."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def put(self, owner: int | None, name: str, text: str) -> Snippet:
        """Save a snippet; it replaces the owner's snippet with that name."""
        key = SHARED if owner is None else owner
        known = sa.update(snippets).where(_c.owner == key, _c.name == name).values(text=text)
        snippet_id = self._transaction.scalar(known.returning(_c.id))
        if snippet_id is None:
            row = {"owner": key, "name": name, "text": text}
            snippet_id = self._transaction.scalar(sa.insert(snippets).returning(_c.id), row)
        return Snippet(id=snippet_id, owner=owner, name=name, text=text)

    def of_person(self, person: int) -> tuple[Snippet, ...]:
        """Return a person's own snippets and the shared ones, by name."""
        theirs = sa.select(snippets).where(_c.owner.in_((person, SHARED))).order_by(_c.name, _c.owner.desc())
        return tuple(_snippet(row) for row in self._transaction.execute(theirs).mappings())

    def get(self, snippet_id: int) -> Snippet:
        """Return a snippet. Raises `NotFound`."""
        row = self._transaction.execute(sa.select(snippets).where(_c.id == snippet_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(what="snippet", name=str(snippet_id))
        return _snippet(row)

    def drop(self, snippet_id: int) -> None:
        """Delete a snippet, if it exists."""
        self._transaction.execute(sa.delete(snippets).where(_c.id == snippet_id))


def _snippet(row: Mapping[Any, Any]) -> Snippet:
    owner = None if row["owner"] == SHARED else row["owner"]
    return Snippet(id=row["id"], owner=owner, name=row["name"], text=row["text"])
