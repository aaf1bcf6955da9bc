"""Recaps that are sent automatically: which, when, and to which chat."""

from datetime import datetime, time
from enum import StrEnum
from typing import Protocol

from attrs import frozen


class Frequency(StrEnum):
    """When and what: daily that day's or yesterday's recap, on Mondays the last week's, on the 1st the last month's."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"


@frozen(kw_only=True)
class Schedule:
    """A recap for one chat: a person's (`person`, at their present Telegram chat) or a group's (`chat_id`, `topic`).

    `at` is local time in the installation's zone. `sto` or `site_operation` narrows the recap. `with_picture` adds the
    sheet as a picture, `with_file` the Excel file. `made_by` is responsible for a group's schedule. `sent_for` is the
    period of the last due recap (`2026-11-24`, `2026-11-16_2026-11-22`, `2026-11`), `message` its outbox id, None when
    nothing was sent; `trouble` is the code of the reason.
    """

    id: int = 0
    rhythm: Frequency
    at: time
    person: int | None = None
    chat_id: int | None = None
    topic: int | None = None
    label: str = ""
    language: str
    with_file: bool = True
    with_picture: bool = False
    sto: str = ""
    site_operation: str = ""
    active: bool = True
    made_by: int
    made_at: datetime
    sent_for: str = ""
    message: int | None = None
    trouble: str = ""


class Schedules(Protocol):
    """All recaps that are sent automatically."""

    def add(self, schedule: Schedule) -> Schedule:
        """Store a new schedule and return it with its id."""

    def put(self, schedule: Schedule) -> None:
        """Save a changed schedule. Raises `NotFound`."""

    def get(self, schedule_id: int) -> Schedule:
        """Return the schedule. Raises `NotFound`."""

    def drop(self, schedule_id: int) -> None:
        """Delete the schedule if it exists."""

    def all(self) -> tuple[Schedule, ...]:
        """Return all schedules, in the order of creation."""
