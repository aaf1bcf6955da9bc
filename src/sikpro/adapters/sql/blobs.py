"""Large files in the database, in parts."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.adapters.sql.written_tables import written_tables
from sikpro.application.ports.blobs import Blob, in_parts
from sikpro.domain.errors import NotFound
from sikpro.domain.text import storable

blobs = Table(
    "blobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Words, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("size", sa.BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    sa.Index(None, "created_at"),
    sqlite_autoincrement=True,
)

blob_parts = Table(
    "blob_parts",
    metadata,
    Column("blob", Id, ForeignKey("blobs.id"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("content", sa.LargeBinary, nullable=False),
)


_b = blobs.c


class SqlBlobs:
    """Stores files that are too large for one value."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def add(self, name: str, media_type: str, content: Iterable[bytes], at: datetime) -> Blob:
        """Save a file; `content` may come in pieces of any size."""
        row = {"name": storable(name), "media_type": media_type, "size": 0, "created_at": at}
        blob_id = self._transaction.scalar(sa.insert(blobs).returning(_b.id), row)
        size = 0
        for place, part in enumerate(in_parts(content)):
            self._transaction.execute(sa.insert(blob_parts), {"blob": blob_id, "place": place, "content": part})
            size += len(part)
        self._transaction.execute(sa.update(blobs).where(_b.id == blob_id).values(size=size))
        return self.get(blob_id)

    def get(self, blob_id: int) -> Blob:
        """Return the row by its id. Raises `NotFound`."""
        row = self._transaction.execute(sa.select(blobs).where(_b.id == blob_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(what="file", name=str(blob_id))
        return Blob(**row)

    def part(self, blob_id: int, place: int) -> bytes:
        """Return one part of the file. Raises `NotFound` if the file or the part does not exist."""
        which = (blob_parts.c.blob == blob_id, blob_parts.c.place == place)
        content: bytes | None = self._transaction.scalar(sa.select(blob_parts.c.content).where(*which))
        if content is None:
            raise NotFound(what="file", name=str(blob_id))
        return content

    def drop(self, blob_id: int) -> None:
        """Delete the row, if it exists."""
        self._forget(_b.id == blob_id)

    def forget(self, before: datetime) -> None:
        """Delete the files saved before a time, if no table is still written from them."""
        needed = sa.select(written_tables.c.work).where(written_tables.c.work.is_not(None))
        self._forget(sa.and_(_b.created_at < before, _b.id.not_in(needed)))

    def _forget(self, which: sa.ColumnElement[bool]) -> None:
        theirs = blob_parts.c.blob.in_(sa.select(_b.id).where(which))
        self._transaction.execute(sa.delete(blob_parts).where(theirs))
        self._transaction.execute(sa.delete(blobs).where(which))
