"""Work preferences in memory."""

from sikpro.adapters.memory.store import State
from sikpro.application.ports.work_preferences import WorkPreferences


class MemoryWorkPreferences:
    """Stores the choices of each person."""

    def __init__(self, state: State) -> None:
        self._state = state

    def of(self, person_id: int) -> WorkPreferences:
        """Return the choices of a person, or the first ones."""
        return self._state.work_preferences.get(person_id) or WorkPreferences(person_id=person_id)

    def save(self, preferences: WorkPreferences) -> None:
        """Save the choices; they replace the earlier ones."""
        self._state.work_preferences.put(preferences.person_id, preferences)
