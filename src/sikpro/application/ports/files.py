"""Files that people sent: recorded with their order, fetched later, kept in the database."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.network import RemoteFile


class FileState(StrEnum):
    """The state of a file."""

    WANTED = "wanted"
    STORED = "stored"
    FAILED = "failed"


@frozen(kw_only=True)
class OrderFile:
    """A file of an order, without its content.

    `size` is in bytes; until the file is stored it is the announced size. `media_type` is found from the content, ""
    before. `reason` is a code that says why the file is not there yet, or never will be (`FileGone`).
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

    @property
    def is_shown(self) -> bool:
        """Whether browsers show it in a page: a stored picture, but few of them show HEIC."""
        picture = self.media_type.startswith("image/") and self.media_type != "image/heic"
        return picture and self.state is FileState.STORED


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
        """Record a file to fetch and return its id. The same file of the same order is recorded once."""

    def claim(self, now: datetime, lease: timedelta, transports: Collection[str]) -> OrderFile | None:
        """Claim, for the lease, the file due longest from one of these transports. Add one to its `attempts`.

        A file that was never postponed is due, whatever time the clock showed when it was recorded, and so is one that
        was postponed further than `FAR_AHEAD`.
        """

    def keep(self, file_id: int, content: bytes, media_type: str) -> None:
        """Store the fetched content: a fact, whoever fetched it."""

    def later(self, file_id: int, due_at: datetime, reason: str, *, attempt: int | None = None) -> None:
        """Retry from `due_at` on, unless it has ended. `attempt` is the number of the caller's try.

        If another claim was made since that try, nothing changes.
        """

    def give_up(self, file_id: int, reason: str, *, attempt: int | None = None) -> None:
        """Record that the file will never arrive, unless it has ended. `attempt` as for `later`."""

    def of_order(self, order_id: int) -> tuple[OrderFile, ...]:
        """Return an order's files, in the order of receipt."""

    def get(self, file_id: int) -> OrderFile:
        """Return the file. Raises `NotFound`."""

    def content(self, file_id: int) -> bytes:
        """Return the file's content. Raises `NotFound` for a file that is not stored."""
