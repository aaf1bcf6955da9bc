"""Schedules of automatic recaps in memory."""

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.schedules import Schedule
from sikpro.domain.errors import NotFound


class MemorySchedules:
    """Stores the schedules."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, schedule: Schedule) -> Schedule:
        """Save a new schedule and return it with its id."""
        kept = evolve(schedule, id=self._sequences.next("schedules"))
        self._state.schedules.put(kept.id, kept)
        return kept

    def put(self, schedule: Schedule) -> None:
        """Save a change. Raises `NotFound`."""
        self.get(schedule.id)
        self._state.schedules.put(schedule.id, schedule)

    def get(self, schedule_id: int) -> Schedule:
        """Return the row by its id. Raises `NotFound`."""
        found = self._state.schedules.get(schedule_id)
        if found is None:
            raise NotFound(what="schedule", name=str(schedule_id))
        return found

    def drop(self, schedule_id: int) -> None:
        """Delete the row, if it exists."""
        self._state.schedules.drop(schedule_id)

    def all(self) -> tuple[Schedule, ...]:
        """Return all schedules, in the order of their creation."""
        return tuple(sorted(self._state.schedules.values(), key=lambda schedule: schedule.id))
