"""Photos to read: recorded when they come in, read for barcodes later, each told of once."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.barcodes import PhotoReading
from sikpro.application.ports.network import RemoteFile


class PhotoState(StrEnum):
    """The state of a photo: it waits to be read, was read (perhaps without any barcode), or could not be fetched."""

    WANTED = "wanted"
    READ = "read"
    LOST = "lost"


@frozen(kw_only=True)
class PhotoRead:
    """A photo to read and, afterwards, what was read in it.

    `telegram_id` is its sender. `album` is the same for all photos of an album, None outside one. `attempts` counts the
    claims. `reason` is a code that says why it could not be fetched yet, or at all.
    """

    id: int
    remote: RemoteFile
    telegram_id: int
    album: str | None
    state: PhotoState
    reading: PhotoReading | None = None
    reason: str = ""
    attempts: int = 0
    wanted_at: datetime


class PhotoReads(Protocol):
    """The photos to read, and for some days those that were read."""

    def want(self, remote: RemoteFile, *, telegram_id: int, album: str | None, at: datetime) -> int:
        """Record a photo to read and return its id. The same file of the same message is recorded once."""

    def claim(self, now: datetime, lease: timedelta, transports: Collection[str]) -> PhotoRead | None:
        """Claim, for the lease, the photo due longest from one of these transports. Add one to its `attempts`.

        A photo that was never postponed is due, whatever time the clock showed when it was recorded, and so is one that
        was postponed further than `FAR_AHEAD`.
        """

    def done(
        self, photo_id: int, reading: PhotoReading | None, reason: str = "", *, attempt: int | None = None
    ) -> bool:
        """Record the reading, or None for a lost photo; return False if nothing was recorded.

        The first end counts. A reading is a fact, whoever read it. `attempt` is the number of the caller's try: if
        another claim was made since, the photo is not lost, and that claim ends it. Raises `NotFound`.
        """

    def later(self, photo_id: int, due_at: datetime, reason: str, *, attempt: int | None = None) -> None:
        """Retry from `due_at` on, unless it is done or another claim was made since the try `attempt`.

        Raises `NotFound`.
        """

    def get(self, photo_id: int) -> PhotoRead:
        """Return the photo. Raises `NotFound`."""

    def of_album(self, chat_id: int, album: str) -> tuple[PhotoRead, ...]:
        """Return the photos of an album, in the order of receipt."""

    def forget(self, before: datetime) -> None:
        """Delete the finished photos that were wanted before this time."""
