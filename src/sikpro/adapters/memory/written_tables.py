"""Written tables in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.written_tables import WrittenRow, WrittenTable
from sikpro.domain.errors import NotFound


class MemoryWrittenTables:
    """Stores the writings and their rows by id."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, table: WrittenTable, rows: Sequence[WrittenRow]) -> WrittenTable:
        """Save a writing with its rows, and return it with its id."""
        kept = evolve(table, id=self._sequences.next("written_tables"))
        self._state.written_tables.put(kept.id, kept)
        self._state.written_rows.put(kept.id, tuple(rows))
        return kept

    def get(self, table_id: int) -> WrittenTable:
        """Return the writing. Raises `NotFound`."""
        found = self._state.written_tables.get(table_id)
        if found is None:
            raise NotFound(what="written_table", name=str(table_id))
        return found

    def rows(self, table_id: int) -> tuple[WrittenRow, ...]:
        """Return the rows of a writing in their order."""
        return self._state.written_rows.get(table_id) or ()

    def latest(self, limit: int) -> tuple[WrittenTable, ...]:
        """Return the last writings, the newest first."""
        return tuple(sorted(self._state.written_tables.values(), key=lambda table: -table.id)[:limit])

    def take_back(self, table_id: int, by: int, at: datetime) -> bool:
        """Mark a writing as taken back, once."""
        found = self._state.written_tables.get(table_id)
        if found is None or found.taken_back_at is not None:
            return False
        self._state.written_tables.put(table_id, evolve(found, taken_back_by=by, taken_back_at=at))
        return True

    def taken_back(self, kind: str, subjects: Collection[str]) -> frozenset[str]:
        """Return the subjects that a writing of this kind added and that were taken back with it."""
        gone = [one.id for one in self._state.written_tables.values() if one.kind == kind and one.taken_back_at]
        added = {row.subject for table_id in gone for row in self.rows(table_id) if row.before is None}
        return frozenset(added & set(subjects))
