"""Links to the wall in the database."""

from datetime import datetime

import sqlalchemy as sa
from attrs import asdict, evolve
from sqlalchemy import Column, ForeignKey, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.wall_links import WallLink
from sikpro.domain.errors import NotFound

wall_links = Table(
    "wall_links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("site_operation", Words, nullable=False),
    Column("by", Id, ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    sqlite_autoincrement=True,
)

_c = wall_links.c


class SqlWallLinks:
    """Stores the links."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, link: WallLink) -> WallLink:
        """Save a new link and return it with its id."""
        row = asdict(link)
        del row["id"]
        return evolve(link, id=self._transaction.scalar(sa.insert(wall_links).returning(_c.id), row))

    def end(self, link_id: int, now: datetime) -> None:
        """End a link. Raises `NotFound`."""
        ended = sa.update(wall_links).where(_c.id == link_id, _c.ended_at.is_(None)).values(ended_at=now)
        if self._transaction.execute(ended).rowcount == 0:
            known = self._transaction.scalar(sa.select(_c.id).where(_c.id == link_id))
            if known is None:
                raise NotFound(what="wall_link", name=str(link_id))

    def by_token(self, token_hash: str) -> WallLink | None:
        """Return the link with this token."""
        selected = sa.select(wall_links).where(_c.token_hash == token_hash)
        row = self._transaction.execute(selected).mappings().one_or_none()
        return None if row is None else WallLink(**row)

    def all(self) -> tuple[WallLink, ...]:
        """Return all links, newest first."""
        selected = sa.select(wall_links).order_by(_c.id.desc())
        return tuple(WallLink(**row) for row in self._transaction.execute(selected).mappings())
