"""What was already sent on a day, so that each recipient gets it once, whoever presses and whatever restarts."""

from datetime import date, datetime
from typing import Protocol


class Reminders(Protocol):
    """The reminders sent, by kind, subject (whom or what it is about) and local day."""

    def first(self, kind: str, subject: str, day: date, at: datetime) -> bool:
        """Record a reminder. Return False if one of this kind and subject was recorded for the day."""

    def sent(self, kind: str, day: date) -> frozenset[str]:
        """Return the subjects that have a reminder of this kind on the day."""

    def forget(self, before: date) -> None:
        """Delete the reminders of earlier days."""
