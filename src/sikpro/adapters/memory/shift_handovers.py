"""Handovers of shifts in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.shift_handovers import ShiftHandover


class MemoryShiftHandovers:
    """Stores the handovers."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, handover: ShiftHandover) -> ShiftHandover:
        """Save a handover and return it with its id."""
        kept = evolve(handover, id=self._sequences.next("shift_handovers"))
        self._state.shift_handovers.put(kept.id, kept)
        return kept

    def between(self, start: datetime, end: datetime) -> tuple[ShiftHandover, ...]:
        """Return the handovers of a span, oldest first."""
        found = [one for one in self._state.shift_handovers.values() if start <= one.at < end]
        return tuple(sorted(found, key=lambda one: (one.at, one.id)))
