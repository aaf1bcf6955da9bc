"""Photos to read in the database; the reading is JSON."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Integer, Table, UniqueConstraint

from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.dialect import insert_new
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.barcodes import Barcode, PhotoReading, Refusal
from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.photo_reads import PhotoRead, PhotoState
from sikpro.application.ports.runtime import FAR_AHEAD
from sikpro.domain.errors import NotFound

photo_reads = Table(
    "photo_reads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", Id, nullable=False),
    Column("message_id", Id, nullable=False),
    Column("transport", Words, nullable=False),
    Column("reference", Words, nullable=False),
    Column("telegram_id", Id, nullable=False),
    Column("album", Words),
    Column("state", Words, nullable=False),
    Column("reading", sa.JSON(none_as_null=True)),
    Column("reason", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("claimed_by", Words, nullable=False, server_default=""),
    UniqueConstraint("chat_id", "message_id", "transport", "reference", name="uq_photo_reads_once"),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "chat_id", "album"),
    sqlite_autoincrement=True,
)

_c = photo_reads.c
_ONCE = ["chat_id", "message_id", "transport", "reference"]


class SqlPhotoReads:
    """Stores the photos to read."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    def want(self, remote: RemoteFile, *, telegram_id: int, album: str | None, at: datetime) -> int:
        """Record a photo to read and return its id; the same file of the same message is recorded once."""
        row = {
            "chat_id": remote.chat_id,
            "message_id": remote.message_id,
            "transport": remote.transport,
            "reference": remote.reference,
            "telegram_id": telegram_id,
            "album": album,
            "state": PhotoState.WANTED.value,
            "reason": "",
            "attempts": 0,
            "wanted_at": at,
            "due_at": at,
        }
        inserted = insert_new(self._transaction, photo_reads, _ONCE).returning(_c.id)
        photo_id: int | None = self._transaction.scalar(inserted, row)
        if photo_id is not None:
            return photo_id
        same = [_c[name] == row[name] for name in _ONCE]
        known: int = self._transaction.execute(sa.select(_c.id).where(*same)).scalar_one()
        return known

    def claim(self, now: datetime, lease: timedelta, transports: Collection[str]) -> PhotoRead | None:
        """Take a lease on the longest due photo of these transports, and add one to its `attempts`."""
        lease_time = self._transaction.lease_time(now)
        first = (
            sa.select(_c.id)
            .where(_c.state == PhotoState.WANTED.value, _c.transport.in_(sorted(transports)))
            .where(sa.or_(_is_due(now, lease_time), _c.due_at == _c.wanted_at))
            .order_by(_c.due_at, _c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        photo_id = self._transaction.scalar(first)
        if photo_id is None:
            return None
        taken = sa.update(photo_reads).where(_c.id == photo_id)
        claimed = {"due_at": lease_time + lease, "claimed_by": self._transaction.process}
        self._transaction.execute(taken.values(claimed | {"attempts": _c.attempts + 1}))
        return self.get(photo_id)

    def done(
        self, photo_id: int, reading: PhotoReading | None, reason: str = "", *, attempt: int | None = None
    ) -> bool:
        """Record the reading, or None for a lost photo; return False if nothing was recorded."""
        state = PhotoState.READ if reading else PhotoState.LOST
        of_try = None if reading else attempt
        return self._set(photo_id, of_try, state=state.value, reading=_row(reading), reason=reason)

    def later(self, photo_id: int, due_at: datetime, reason: str, *, attempt: int | None = None) -> None:
        """Retry at `due_at`, unless it is done or another try was begun."""
        self._set(photo_id, attempt, due_at=due_at, reason=reason, claimed_by="")

    def get(self, photo_id: int) -> PhotoRead:
        """Return the photo. Raises `NotFound`."""
        row = self._transaction.execute(sa.select(photo_reads).where(_c.id == photo_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(what="photo", name=str(photo_id))
        return _photo(row)

    def of_album(self, chat_id: int, album: str) -> tuple[PhotoRead, ...]:
        """Return the photos of an album, in order of arrival."""
        selected = sa.select(photo_reads).where(_c.chat_id == chat_id, _c.album == album).order_by(_c.id)
        return tuple(map(_photo, self._transaction.execute(selected).mappings()))

    def forget(self, before: datetime) -> None:
        """Delete the finished photos that were wanted before this time."""
        finished = sa.delete(photo_reads).where(_c.state != PhotoState.WANTED.value, _c.wanted_at < before)
        self._transaction.execute(finished)

    def _set(self, photo_id: int, attempt: int | None, **values: Any) -> bool:
        """Change a photo that is not done, if a try is named only as its last one; return whether there was one."""
        open_one = sa.update(photo_reads).where(_c.id == photo_id, _c.state == PhotoState.WANTED.value)
        if attempt is not None:
            open_one = open_one.where(_c.attempts == attempt)
        changed: bool = self._transaction.execute(open_one.values(values)).rowcount > 0
        if not changed:
            self.get(photo_id)
        return changed


def _is_due(now: datetime, lease_time: datetime) -> sa.ColumnElement[bool]:
    """Return whether a photo is due: where it is claimed, by the time of leases."""
    by_lease = sa.or_(_c.due_at <= lease_time, _c.due_at > lease_time + FAR_AHEAD)
    return sa.case((_c.claimed_by != "", by_lease), else_=sa.or_(_c.due_at <= now, _c.due_at > now + FAR_AHEAD))


def _row(reading: PhotoReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    barcodes = [{"text": one.text, "sure": one.sure} for one in reading.barcodes]
    return {"barcodes": barcodes, "refused": reading.refused.value if reading.refused else None}


def _reading(row: Mapping[str, Any] | None) -> PhotoReading | None:
    if row is None:
        return None
    barcodes = tuple(Barcode(one["text"], one["sure"]) for one in row["barcodes"])
    return PhotoReading(barcodes, Refusal(row["refused"]) if row["refused"] else None)


def _photo(row: Mapping[Any, Any]) -> PhotoRead:
    return PhotoRead(
        id=row["id"],
        remote=RemoteFile(
            transport=row["transport"],
            chat_id=row["chat_id"],
            message_id=row["message_id"],
            reference=row["reference"],
        ),
        telegram_id=row["telegram_id"],
        album=row["album"],
        state=PhotoState(row["state"]),
        reading=_reading(row["reading"]),
        reason=row["reason"],
        attempts=row["attempts"],
        wanted_at=row["wanted_at"],
    )
