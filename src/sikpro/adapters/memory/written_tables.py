"""Written tables in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.store import KeptWriting, Sequences, State, lease_is_over
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenState, WrittenTable
from sikpro.domain.errors import ConcurrencyConflict, DomainError, NotFound


class MemoryWrittenTables:
    """Stores the writings and their rows by id."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, table: WrittenTable, rows: Sequence[WrittenRow]) -> WrittenTable:
        """Save a writing with its rows, and return it with its id."""
        kept = evolve(table, id=self._sequences.next("written_tables"))
        self._state.written_tables.put(kept.id, KeptWriting(kept))
        self._state.written_rows.put(kept.id, tuple(rows))
        return kept

    def claim(self, now: datetime, lease: timedelta) -> WrittenTable | None:
        """Take the oldest open writing, if nobody has it, and add one to its `attempts`."""
        found = [one for one in self._state.written_tables.values() if one.table.state.open]
        if not found or not lease_is_over(found[0].leased_until, now, lease):
            return None
        table = found[0].table
        state = WrittenState.WRITING if table.state is WrittenState.WAITING else table.state
        taken = evolve(table, state=state, attempts=table.attempts + 1)
        self._state.written_tables.put(taken.id, KeptWriting(taken, now + lease))
        return taken

    def portion(
        self,
        table: WrittenTable,
        rows: Sequence[WrittenRow],
        refused: Sequence[UnwrittenRow],
        now: datetime,
        lease: timedelta,
    ) -> WrittenTable:
        """Add rows that were written or refused. Raises `ConcurrencyConflict`."""
        added = sum(row.before is None for row in rows)
        further = evolve(
            table,
            state=WrittenState.WRITING,
            added=table.added + added,
            changed=table.changed + len(rows) - added,
            refused=table.refused + len(refused),
            attempts=0,
        )
        if further.done >= further.total:
            further = evolve(further, state=WrittenState.WRITTEN, work=None)
        self._go_on(table, further, now, lease)
        self._state.written_rows.put(table.id, (*self.rows(table.id), *rows))
        named = (UnwrittenRow(row.number, row.name, _as_kept(row.error)) for row in refused)
        self._state.refused_rows.put(table.id, (*self.refused(table.id), *named))
        return further

    def stop(self, table: WrittenTable, error: str) -> None:
        """Stop an open writing, or its taking back, with the code of a reason, unless another process went on."""
        found = self.get(table.id)
        if found.state.open and _is_same_place(found, table) and found.attempts == table.attempts:
            stopped = evolve(found, state=WrittenState.STOPPED, error=error, work=None)
            self._state.written_tables.put(table.id, KeptWriting(stopped))

    def take_back(self, table_id: int, by: int, at: datetime) -> bool:
        """Let a writing that is written or stopped be taken back."""
        kept = self._state.written_tables.get(table_id)
        if kept is None or kept.table.state not in {WrittenState.WRITTEN, WrittenState.STOPPED}:
            return False
        requested = evolve(kept.table, taken_back_by=by, taken_back_at=at, attempts=0, error="")
        self._state.written_tables.put(table_id, KeptWriting(evolve(requested, state=WrittenState.TAKING_BACK)))
        return True

    def to_take_back(self, table_id: int, limit: int) -> tuple[WrittenRow, ...]:
        """Return the rows that were neither taken back nor kept, the last written first."""
        left = [row for row in reversed(self.rows(table_id)) if not row.back and row.kept is None]
        return tuple(left[:limit])

    def portion_back(
        self,
        table: WrittenTable,
        back: Collection[str],
        kept: Mapping[str, DomainError],
        now: datetime,
        lease: timedelta,
    ) -> WrittenTable:
        """Mark rows as taken back or kept. Raises `ConcurrencyConflict`."""
        further = evolve(table, returned=table.returned + len(back), kept=table.kept + len(kept), attempts=0)
        if further.gone_through >= further.written:
            further = evolve(further, state=WrittenState.TAKEN_BACK)
        self._go_on(table, further, now, lease)
        stay = {subject: _as_kept(error) for subject, error in kept.items()}
        rows = (
            evolve(row, back=row.back or row.subject in back, kept=stay.get(row.subject, row.kept))
            for row in self.rows(table.id)
        )
        self._state.written_rows.put(table.id, tuple(rows))
        return further

    def get(self, table_id: int) -> WrittenTable:
        """Return the writing. Raises `NotFound`."""
        found = self._state.written_tables.get(table_id)
        if found is None:
            raise NotFound(what="written_table", name=str(table_id))
        return found.table

    def rows(self, table_id: int) -> tuple[WrittenRow, ...]:
        """Return the rows of a writing in their order."""
        return self._state.written_rows.get(table_id) or ()

    def refused(self, table_id: int) -> tuple[UnwrittenRow, ...]:
        """Return the rows that were not written, in their order."""
        return self._state.refused_rows.get(table_id) or ()

    def latest(self, limit: int) -> tuple[WrittenTable, ...]:
        """Return the last writings, the newest first."""
        tables = [kept.table for kept in self._state.written_tables.values()]
        return tuple(sorted(tables, key=lambda table: -table.id)[:limit])

    def wrote(self, table_id: int, subjects: Collection[str]) -> frozenset[str]:
        """Return the subjects that this writing wrote."""
        return frozenset({row.subject for row in self.rows(table_id)} & set(subjects))

    def taken_back(self, kind: str, subjects: Collection[str]) -> frozenset[str]:
        """Return the subjects that a writing of this kind added and that were taken back with it."""
        of_kind = [kept.table.id for kept in self._state.written_tables.values() if kept.table.kind == kind]
        back = {row.subject for one in of_kind for row in self.rows(one) if row.back and row.before is None}
        return frozenset(back & set(subjects))

    def _go_on(self, table: WrittenTable, further: WrittenTable, now: datetime, lease: timedelta) -> None:
        """Save how far a writing is, unless it is further already."""
        found = self.get(table.id)
        if not _is_same_place(found, table):
            raise ConcurrencyConflict
        self._state.written_tables.put(table.id, KeptWriting(further, now + lease if further.state.open else None))


def _is_same_place(found: WrittenTable, table: WrittenTable) -> bool:
    """Return whether a writing is as far as a worker saw it last."""
    return (found.state, found.done, found.gone_through) == (table.state, table.done, table.gone_through)


def _as_kept(error: DomainError) -> DomainError:
    """Return an error as a database keeps it: its code and its parameters."""
    return DomainError(error.code, **error.params)
