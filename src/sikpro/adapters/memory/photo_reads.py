"""Photos to read in memory."""

from collections.abc import Collection
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.store import KeptPhoto, Sequences, State
from sikpro.application.ports.barcodes import PhotoReading
from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.photo_reads import PhotoRead, PhotoState
from sikpro.application.ports.runtime import FAR_AHEAD
from sikpro.domain.errors import NotFound


class MemoryPhotoReads:
    """Stores the photos to read."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def want(self, remote: RemoteFile, *, telegram_id: int, album: str | None, at: datetime) -> int:
        """Record a photo to read and return its id; the same file of the same message is recorded once."""
        for kept in self._state.photo_reads.values():
            if kept.photo.remote == remote:
                return kept.photo.id
        photo = PhotoRead(
            id=self._sequences.next("photo_reads"),
            remote=remote,
            telegram_id=telegram_id,
            album=album,
            state=PhotoState.WANTED,
            wanted_at=at,
        )
        self._state.photo_reads.put(photo.id, KeptPhoto(photo, due_at=at))
        return photo.id

    def claim(self, now: datetime, lease: timedelta, transports: Collection[str]) -> PhotoRead | None:
        """Take a lease on the longest due photo of these transports, and add one to its `attempts`."""
        due = [
            kept
            for kept in self._state.photo_reads.values()
            if kept.photo.state is PhotoState.WANTED
            and kept.photo.remote.transport in transports
            and (not now < kept.due_at <= now + FAR_AHEAD or kept.due_at == kept.photo.wanted_at)
        ]
        if not due:
            return None
        kept = min(due, key=lambda kept: (kept.due_at, kept.photo.id))
        taken = evolve(kept.photo, attempts=kept.photo.attempts + 1)
        self._state.photo_reads.put(taken.id, KeptPhoto(taken, due_at=now + lease, claimed=True))
        return taken

    def done(
        self, photo_id: int, reading: PhotoReading | None, reason: str = "", *, attempt: int | None = None
    ) -> bool:
        """Record the reading, or None for a lost photo; return False if nothing was recorded."""
        kept = self._kept(photo_id)
        if not _is_wanted(kept, None if reading else attempt):
            return False
        state = PhotoState.READ if reading else PhotoState.LOST
        photo = evolve(kept.photo, state=state, reading=reading, reason=reason)
        self._state.photo_reads.put(photo_id, evolve(kept, photo=photo))
        return True

    def later(self, photo_id: int, due_at: datetime, reason: str, *, attempt: int | None = None) -> None:
        """Retry at `due_at`, unless it is done or another try was begun."""
        kept = self._kept(photo_id)
        if _is_wanted(kept, attempt):
            self._state.photo_reads.put(photo_id, KeptPhoto(evolve(kept.photo, reason=reason), due_at=due_at))

    def get(self, photo_id: int) -> PhotoRead:
        """Return the photo. Raises `NotFound`."""
        return self._kept(photo_id).photo

    def of_album(self, chat_id: int, album: str) -> tuple[PhotoRead, ...]:
        """Return the photos of an album, in order of arrival."""
        photos = [kept.photo for kept in self._state.photo_reads.values()]
        return tuple(photo for photo in photos if (photo.remote.chat_id, photo.album) == (chat_id, album))

    def forget(self, before: datetime) -> None:
        """Delete the finished photos that were wanted before this time."""
        for kept in list(self._state.photo_reads.values()):
            if kept.photo.state is not PhotoState.WANTED and kept.photo.wanted_at < before:
                self._state.photo_reads.drop(kept.photo.id)

    def _kept(self, photo_id: int) -> KeptPhoto:
        kept = self._state.photo_reads.get(photo_id)
        if kept is None:
            raise NotFound(what="photo", name=str(photo_id))
        return kept


def _is_wanted(kept: KeptPhoto, attempt: int | None) -> bool:
    return kept.photo.state is PhotoState.WANTED and attempt in {None, kept.photo.attempts}
