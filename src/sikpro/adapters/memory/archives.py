"""Archives in memory."""

from collections.abc import Collection, Mapping
from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.archives import Archive
from sikpro.application.ports.files import FileState
from sikpro.application.ports.retention import FOLDED_STATES
from sikpro.domain.retention import is_over


class MemoryArchives:
    """Stores which orders are archived."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def all(self) -> tuple[Archive, ...]:
        """Return all archives."""
        return tuple(sorted(self._state.archives.values(), key=lambda archive: archive.id))

    def keep(self, archive: Archive) -> Archive:
        """Save an archive."""
        kept = archive if archive.id else evolve(archive, id=self._sequences.next("archives"))
        self._state.archives.put(kept.id, kept)
        return kept

    def candidates(
        self, start: datetime, end: datetime, before: datetime, among: Collection[int] | None = None
    ) -> tuple[int, ...]:
        """Return the ids of orders that can be archived."""
        items = (sending.item for sending in self._state.outbox.values())
        busy = {item.order_id for item in items if item.state not in FOLDED_STATES}
        busy |= {one.file.order_id for one in self._state.files.values() if one.file.state is FileState.WANTED}
        busy |= set(self._state.archived_orders)
        over = (
            order.id
            for order in self._state.orders.values()
            if start <= order.received_at < end
            and is_over(order, before)
            and order.id not in busy
            and (among is None or order.id in among)
            and all(entry.event.at < before for entry in self._state.journal.get(order.id) or ())
        )
        return tuple(sorted(over))

    def put(self, archive_id: int, order_ids: Collection[int]) -> None:
        """Add orders to an archive."""
        for order_id in order_ids:
            self._state.archived_orders.put(order_id, (archive_id, False))

    def of(self, order_ids: Collection[int]) -> Mapping[int, Archive]:
        """Return the archives of orders."""
        found: dict[int, Archive] = {}
        for order_id in order_ids:
            archive_id, _ = self._state.archived_orders.get(order_id) or (0, False)
            archive = self._state.archives.get(archive_id)
            if archive is not None:
                found[order_id] = archive
        return found

    def taken(self, order_id: int) -> Archive | None:
        """Return the archive that an order is in; there is one writer."""
        return self.of([order_id]).get(order_id)

    def to_move(self, archive_id: int, limit: int) -> tuple[int, ...]:
        """Return orders whose rows are still here."""
        here = (
            one for one in self._state.archived_orders if self._state.archived_orders.get(one) == (archive_id, False)
        )
        return tuple(sorted(here)[:limit])

    def rows_of(self, order_id: int, before: datetime) -> frozenset[tuple[str, int]]:
        """Return the rows about an order that an archive has."""
        journal = {("journal", entry.id) for entry in self._state.journal.get(order_id) or ()}
        files = {("files", one.file.id) for one in self._state.files.values() if one.file.order_id == order_id}
        rows = (one.row for one in self._state.inbox.values())
        received = {("inbox", row.id) for row in rows if row.order_id == order_id and row.received_at < before}
        items = (sending.item for sending in self._state.outbox.values())
        sent = {("outbox", item.id) for item in items if item.order_id == order_id and item.created_at < before}
        return frozenset(journal | files | received | sent)

    def moved(self, order_id: int) -> None:
        """Delete the history of an order."""
        for entry in self._state.journal.get(order_id) or ():
            self._state.journal_salts.drop(entry.id)
        self._state.journal.drop(order_id)
        archive_id, _ = self._state.archived_orders.get(order_id) or (0, False)
        self._state.archived_orders.put(order_id, (archive_id, True))
