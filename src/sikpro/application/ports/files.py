"""Files that people sent: wanted with the order they belong to, fetched afterwards, kept in the database."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.network import RemoteFile


class FileState(StrEnum):
    """How far a file is."""

    WANTED = "wanted"
    STORED = "stored"
    FAILED = "failed"


@frozen(kw_only=True)
class OrderFile:
    """A file of an order, without its content.

    `size` is in bytes, what was announced until it is stored; `media_type` is told by the content, "" before.
    `reason` is a code of why it is not there yet, or never will be (`FileGone`).
    """

    id: int
    order_id: int
    kind: str
    name: str
    size: int | None
    remote: RemoteFile
    state: FileState
    media_type: str = ""
    reason: str = ""
    attempts: int = 0
    wanted_at: datetime


class FileStore(Protocol):
    """The files of orders."""

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
        """Note a file to fetch and return its id; the same file of the same order once."""

    def claim(self, now: datetime, lease: timedelta, transports: Collection[str]) -> OrderFile | None:
        """Take the file longest due that came by one of these transports, for the lease; `attempts` one higher.

        One that was never put off is due, whatever the clock said when it was wanted.
        """

    def keep(self, file_id: int, content: bytes, media_type: str) -> None:
        """Store what was fetched."""

    def later(self, file_id: int, due_at: datetime, reason: str) -> None:
        """Try it again from `due_at` on."""

    def give_up(self, file_id: int, reason: str) -> None:
        """It will not come."""

    def of_order(self, order_id: int) -> tuple[OrderFile, ...]:
        """An order's files, in the order in which they came."""

    def get(self, file_id: int) -> OrderFile:
        """Raises `NotFound`."""

    def content(self, file_id: int) -> bytes:
        """Raises `NotFound` for a file that is not stored."""
