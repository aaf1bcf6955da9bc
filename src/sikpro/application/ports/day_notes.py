"""Notes that people pin to a day, to explain its figures."""

from datetime import date, datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class DayNote:
    """A text on a local day, of an STO or a Site Operation ("" for the whole installation), its author and time."""

    id: int = 0
    day: date
    text: str
    sto: str = ""
    site_operation: str = ""
    by: int
    at: datetime


class DayNotes(Protocol):
    """The notes of days."""

    def add(self, note: DayNote) -> DayNote:
        """Store a new note and return it with its id."""

    def put(self, note: DayNote) -> None:
        """Store a change. Raises `NotFound`."""

    def get(self, note_id: int) -> DayNote:
        """Return a note by its id. Raises `NotFound`."""

    def drop(self, note_id: int) -> None:
        """Delete a note if it exists."""

    def between(self, first: date, last: date) -> tuple[DayNote, ...]:
        """Return the notes of the days from the first to the last, by day and then by id."""
