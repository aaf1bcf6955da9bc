"""Recaps that are sent by themselves: what, when, and to which chat."""

from datetime import datetime, time
from enum import StrEnum
from typing import Protocol

from attrs import frozen


class Frequency(StrEnum):
    """What is sent when: the same day's recap, that of the day before, or on a month's first day the month before."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    MONTH = "month"


@frozen(kw_only=True)
class Schedule:
    """A recap for one chat: a person's (`person`, wherever their Telegram is) or a group's (`chat_id`).

    `at` is local time in the installation's zone. `made_by` answers for a group's. `sent_for` is the day
    (`2026-11-24`) or month (`2026-11`) of the last recap that was due, `message` that one's place in the outbox, None
    when nothing was sent; `trouble` is the code of why.
    """

    id: int = 0
    rhythm: Frequency
    at: time
    person: int | None = None
    chat_id: int | None = None
    label: str = ""
    language: str
    with_file: bool = True
    active: bool = True
    made_by: int
    made_at: datetime
    sent_for: str = ""
    message: int | None = None
    trouble: str = ""


class Schedules(Protocol):
    """All that is sent by itself."""

    def add(self, schedule: Schedule) -> Schedule:
        """Keep a new one; it gets an id."""

    def put(self, schedule: Schedule) -> None:
        """Keep a change. Raises `NotFound`."""

    def get(self, schedule_id: int) -> Schedule:
        """Raises `NotFound`."""

    def drop(self, schedule_id: int) -> None:
        """Forget it, if it is there."""

    def all(self) -> tuple[Schedule, ...]:
        """Every one, in the order in which they were made."""
