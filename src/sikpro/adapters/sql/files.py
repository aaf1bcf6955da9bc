"""Files of orders in the database, with the content in the last column."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.dialect import insert_new
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.files import FileState, OrderFile
from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.runtime import FAR_AHEAD
from sikpro.domain.errors import NotFound
from sikpro.domain.text import storable

files = Table(
    "files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey("orders.id"), nullable=False),
    Column("chat_id", Id, nullable=False),
    Column("message_id", Id, nullable=False),
    Column("transport", Words, nullable=False),
    Column("reference", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("size", Integer),
    Column("state", Words, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("claimed_by", Words, nullable=False, server_default=""),
    Column("content", sa.LargeBinary),
    UniqueConstraint("order_id", "chat_id", "message_id", "transport", "reference", name="uq_files_once"),
    sa.Index(None, "state", "due_at"),
)


_c = files.c
_LARGEST_SIZE = 2**31 - 1
"""The largest value of the column; Telegram allows files of 4 GB, and the size is only shown, never calculated with."""

_KNOWN = ["order_id", "chat_id", "message_id", "transport", "reference"]
_WITHOUT_CONTENT = [column for column in files.c if column.name != "content"]


class SqlFileStore:
    """Stores the files of orders."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def want(
        self,
        *,
        order_id: int,
        chat_id: int,
        message_id: int,
        transport: str,
        reference: str,
        kind: str,
        name: str,
        size: int | None,
        at: datetime,
    ) -> int:
        """Record a file to fetch and return its id; the same file of the same order is recorded once."""
        row = {
            "order_id": order_id,
            "chat_id": chat_id,
            "message_id": message_id,
            "transport": transport,
            "reference": reference,
            "kind": kind,
            "name": storable(name),
            "size": None if size is None else min(size, _LARGEST_SIZE),
            "state": FileState.WANTED.value,
            "media_type": "",
            "reason": "",
            "attempts": 0,
            "wanted_at": at,
            "due_at": at,
        }
        inserted = insert_new(self._transaction, files, _KNOWN).returning(_c.id)
        file_id: int | None = self._transaction.scalar(inserted, row)
        if file_id is not None:
            return file_id
        same = [_c[name] == row[name] for name in _KNOWN]
        known: int = self._transaction.execute(sa.select(_c.id).where(*same)).scalar_one()
        return known

    def claim(self, now: datetime, lease: timedelta, transports: Collection[str]) -> OrderFile | None:
        """Take a lease on the longest due file of these transports, and add one to its `attempts`."""
        lease_time = self._transaction.lease_time(now)
        first = (
            sa.select(_c.id)
            .where(_c.state == FileState.WANTED.value, _c.transport.in_(sorted(transports)))
            .where(sa.or_(_is_due(now, lease_time), _c.due_at == _c.wanted_at))
            .order_by(_c.due_at, _c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        file_id = self._transaction.scalar(first)
        if file_id is None:
            return None
        taken = sa.update(files).where(_c.id == file_id).values(attempts=_c.attempts + 1)
        taken = taken.values(due_at=lease_time + lease, claimed_by=self._transaction.process)
        self._transaction.execute(taken)
        return self.get(file_id)

    def keep(self, file_id: int, content: bytes, media_type: str) -> None:
        """Save the fetched content."""
        stored = FileState.STORED.value
        self._set(file_id, state=stored, media_type=media_type, size=len(content), reason="", content=content)

    def later(self, file_id: int, due_at: datetime, reason: str, *, attempt: int | None = None) -> None:
        """Retry at `due_at`, unless it has ended or another try was begun."""
        self._set(file_id, *_wanted(attempt), due_at=due_at, reason=reason, claimed_by="")

    def give_up(self, file_id: int, reason: str, *, attempt: int | None = None) -> None:
        """Record that the file cannot be fetched, unless it has ended or another try was begun."""
        self._set(file_id, *_wanted(attempt), state=FileState.FAILED.value, reason=reason)

    def of_order(self, order_id: int) -> tuple[OrderFile, ...]:
        """Return an order's files, in order of arrival."""
        selected = sa.select(*_WITHOUT_CONTENT).where(_c.order_id == order_id).order_by(_c.id)
        return tuple(map(_file, self._transaction.execute(selected).mappings()))

    def get(self, file_id: int) -> OrderFile:
        """Return the row by its id. Raises `NotFound`."""
        selected = sa.select(*_WITHOUT_CONTENT).where(_c.id == file_id)
        row = self._transaction.execute(selected).mappings().one_or_none()
        if row is None:
            raise NotFound(what="file", name=str(file_id))
        return _file(row)

    def content(self, file_id: int) -> bytes:
        """Return the content. Raises `NotFound` for a file that is not saved."""
        content: bytes | None = self._transaction.scalar(sa.select(_c.content).where(_c.id == file_id))
        if content is None:
            raise NotFound(what="file", name=str(file_id))
        return content

    def _set(self, file_id: int, *only: sa.ColumnElement[bool], **values: Any) -> None:
        if self._transaction.execute(sa.update(files).where(_c.id == file_id, *only).values(values)).rowcount == 0:
            self.get(file_id)


def _wanted(attempt: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a file is still wanted, and that a try, if it is named, is the last one begun."""
    wanted = _c.state == FileState.WANTED.value
    return (wanted,) if attempt is None else (wanted, _c.attempts == attempt)


def _is_due(now: datetime, lease_time: datetime) -> sa.ColumnElement[bool]:
    """Return whether a file is due: where it is claimed, by the time of leases."""
    by_lease = sa.or_(_c.due_at <= lease_time, _c.due_at > lease_time + FAR_AHEAD)
    return sa.case((_c.claimed_by != "", by_lease), else_=sa.or_(_c.due_at <= now, _c.due_at > now + FAR_AHEAD))


def _file(row: Mapping[Any, Any]) -> OrderFile:
    return OrderFile(
        id=row["id"],
        order_id=row["order_id"],
        kind=row["kind"],
        name=row["name"],
        size=row["size"],
        remote=RemoteFile(
            transport=row["transport"],
            chat_id=row["chat_id"],
            message_id=row["message_id"],
            reference=row["reference"],
        ),
        state=FileState(row["state"]),
        media_type=row["media_type"],
        reason=row["reason"],
        attempts=row["attempts"],
        wanted_at=row["wanted_at"],
    )
