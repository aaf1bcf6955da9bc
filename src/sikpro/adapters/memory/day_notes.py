"""Notes of days in memory."""

from datetime import date

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.day_notes import DayNote
from sikpro.domain.errors import NotFound


class MemoryDayNotes:
    """Stores the notes."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, note: DayNote) -> DayNote:
        """Save a new note and return it with its id."""
        kept = evolve(note, id=self._sequences.next("day_notes"))
        self._state.day_notes.put(kept.id, kept)
        return kept

    def put(self, note: DayNote) -> None:
        """Save a change. Raises `NotFound`."""
        self.get(note.id)
        self._state.day_notes.put(note.id, note)

    def get(self, note_id: int) -> DayNote:
        """Return the note by its id. Raises `NotFound`."""
        found = self._state.day_notes.get(note_id)
        if found is None:
            raise NotFound(what="day_note", name=str(note_id))
        return found

    def drop(self, note_id: int) -> None:
        """Delete the note, if it exists."""
        self._state.day_notes.drop(note_id)

    def between(self, first: date, last: date) -> tuple[DayNote, ...]:
        """Return the notes of a span of days, by day."""
        found = (note for note in self._state.day_notes.values() if first <= note.day <= last)
        return tuple(sorted(found, key=lambda note: (note.day, note.id)))
