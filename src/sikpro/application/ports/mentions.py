"""Who was named in a note to colleagues and has not opened the order since."""

from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Mention:
    """One person (`person`) whom `by` named in a note on an order; `read_at` is when the person opened the order."""

    id: int = 0
    order_id: int
    person: int
    by: int
    at: datetime
    read_at: datetime | None = None


class Mentions(Protocol):
    """The mentions of all people; the rows stay."""

    def add(self, mention: Mention) -> Mention:
        """Store it and return it with its id."""

    def unread(self, person: int, limit: int) -> tuple[Mention, ...]:
        """Return what a person has not read, newest first, at most `limit`."""

    def read(self, person: int, order_id: int, now: datetime) -> int:
        """Record that a person opened an order, and return how many mentions were unread until now."""
