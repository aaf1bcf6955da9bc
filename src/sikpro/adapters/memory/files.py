"""Files of orders in memory."""

from collections.abc import Collection
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.store import KeptFile, Sequences, State
from sikpro.application.ports.files import FileState, OrderFile
from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.runtime import FAR_AHEAD
from sikpro.domain.errors import NotFound
from sikpro.domain.text import storable


class MemoryFileStore:
    """Stores the files of orders."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

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
        self._state.must_have_order(order_id)
        remote = RemoteFile(transport=transport, chat_id=chat_id, message_id=message_id, reference=reference)
        for kept in self._state.files.values():
            if (kept.file.order_id, kept.file.remote) == (order_id, remote):
                return kept.file.id
        file = OrderFile(
            id=self._sequences.next("files"),
            order_id=order_id,
            kind=kind,
            name=storable(name),
            size=size,
            remote=remote,
            state=FileState.WANTED,
            wanted_at=at,
        )
        self._state.files.put(file.id, KeptFile(file, due_at=at))
        return file.id

    def claim(self, now: datetime, lease: timedelta, transports: Collection[str]) -> OrderFile | None:
        """Take a lease on the longest due file of these transports, and add one to its `attempts`."""
        due = [
            kept
            for kept in self._state.files.values()
            if kept.file.state is FileState.WANTED
            and kept.file.remote.transport in transports
            and (not now < kept.due_at <= now + FAR_AHEAD or kept.due_at == kept.file.wanted_at)
        ]
        if not due:
            return None
        kept = min(due, key=lambda kept: (kept.due_at, kept.file.id))
        taken = evolve(kept.file, attempts=kept.file.attempts + 1)
        self._state.files.put(taken.id, evolve(kept, file=taken, due_at=now + lease, claimed=True))
        return taken

    def keep(self, file_id: int, content: bytes, media_type: str) -> None:
        """Save the fetched content."""
        kept = self._kept(file_id)
        file = evolve(kept.file, state=FileState.STORED, media_type=media_type, size=len(content), reason="")
        self._state.files.put(file_id, evolve(kept, file=file, content=content))

    def later(self, file_id: int, due_at: datetime, reason: str, *, attempt: int | None = None) -> None:
        """Retry at `due_at`, unless it has ended or another try was begun."""
        kept = self._kept(file_id)
        if not _is_wanted(kept, attempt):
            return
        waits = evolve(kept, file=evolve(kept.file, reason=reason), due_at=due_at, claimed=False)
        self._state.files.put(file_id, waits)

    def give_up(self, file_id: int, reason: str, *, attempt: int | None = None) -> None:
        """Record that the file cannot be fetched, unless it has ended or another try was begun."""
        kept = self._kept(file_id)
        if not _is_wanted(kept, attempt):
            return
        self._state.files.put(file_id, evolve(kept, file=evolve(kept.file, state=FileState.FAILED, reason=reason)))

    def of_order(self, order_id: int) -> tuple[OrderFile, ...]:
        """Return an order's files, in order of arrival."""
        return tuple(kept.file for kept in self._state.files.values() if kept.file.order_id == order_id)

    def get(self, file_id: int) -> OrderFile:
        """Return the row by its id. Raises `NotFound`."""
        return self._kept(file_id).file

    def content(self, file_id: int) -> bytes:
        """Return the content. Raises `NotFound` for a file that is not saved."""
        content = self._kept(file_id).content
        if content is None:
            raise NotFound(what="file", name=str(file_id))
        return content

    def _kept(self, file_id: int) -> KeptFile:
        kept = self._state.files.get(file_id)
        if kept is None:
            raise NotFound(what="file", name=str(file_id))
        return kept


def _is_wanted(kept: KeptFile, attempt: int | None) -> bool:
    return kept.file.state is FileState.WANTED and attempt in {None, kept.file.attempts}
