"""The reminders sent, in memory."""

from datetime import date, datetime

from sikpro.adapters.memory.store import State


class MemoryReminders:
    """Stores which reminder was sent on which day."""

    def __init__(self, state: State) -> None:
        self._state = state

    def first(self, kind: str, subject: str, day: date, at: datetime) -> bool:
        """Record a reminder; return False if this one was recorded for the day."""
        if (kind, subject, day) in self._state.reminders:
            return False
        self._state.reminders.put((kind, subject, day), at)
        return True

    def sent(self, kind: str, day: date) -> frozenset[str]:
        """Return the subjects that have a reminder of this kind on the day."""
        return frozenset(subject for (of, subject, on) in self._state.reminders if (of, on) == (kind, day))

    def forget(self, before: date) -> None:
        """Delete the reminders of earlier days."""
        for key in self._state.reminders:
            if key[2] < before:
                self._state.reminders.drop(key)
