"""Large files in memory."""

from collections.abc import Iterable
from datetime import datetime

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.blobs import Blob, in_parts
from sikpro.application.ports.storage import StorageRejected
from sikpro.domain.errors import NotFound
from sikpro.domain.text import storable


class MemoryBlobs:
    """Stores files that are too large for one value."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, name: str, media_type: str, content: Iterable[bytes], at: datetime) -> Blob:
        """Save a file; `content` may come in pieces of any size."""
        blob_id, size = self._sequences.next("blobs"), 0
        for place, part in enumerate(in_parts(content)):
            self._state.blob_parts.put((blob_id, place), part)
            size += len(part)
        blob = Blob(id=blob_id, name=storable(name), media_type=media_type, size=size, created_at=at)
        self._state.blobs.put(blob_id, blob)
        return blob

    def get(self, blob_id: int) -> Blob:
        """Return the row by its id. Raises `NotFound`."""
        blob = self._state.blobs.get(blob_id)
        if blob is None:
            raise NotFound(what="file", name=str(blob_id))
        return blob

    def part(self, blob_id: int, place: int) -> bytes:
        """Return one part of the file. Raises `NotFound` if the file or the part does not exist."""
        content = self._state.blob_parts.get((blob_id, place))
        if content is None:
            raise NotFound(what="file", name=str(blob_id))
        return content

    def drop(self, blob_id: int) -> None:
        """Delete the row, if it exists."""
        if any(kept.export.blob == blob_id for kept in self._state.exports.values()):
            raise StorageRejected(f"an export refers to the file {blob_id}")
        if blob_id in self._needed():
            raise StorageRejected(f"a table is written from the file {blob_id}")
        blob = self._state.blobs.get(blob_id)
        if blob is not None:
            for place in range(blob.parts):
                self._state.blob_parts.drop((blob_id, place))
            self._state.blobs.drop(blob_id)

    def forget(self, before: datetime) -> None:
        """Delete the files saved before a time, if no table is still written from them."""
        needed = self._needed()
        for blob in self._state.blobs.values():
            if blob.created_at < before and blob.id not in needed:
                self.drop(blob.id)

    def _needed(self) -> set[int | None]:
        return {kept.table.work for kept in self._state.written_tables.values()}
