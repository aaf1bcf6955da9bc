"""The history of orders, people and catalogues: what happened, by whom and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.domain.events import OrderEvent
from sikpro.domain.order import Order


@frozen
class JournalEntry:
    """A fact about an order, and its actor (None: the technician's chat or the system)."""

    id: int
    event: OrderEvent
    actor: int | None


class Journal(Protocol):
    """The facts of every change, saved with the change. They are never replayed into state."""

    def append(self, order: Order, events: Sequence[OrderEvent], actor: int | None) -> None:
        """Store the events of an order, which is as it is after them, and the fact of each (`Seals`), in order."""

    def of_order(self, order_id: int) -> tuple[JournalEntry, ...]:
        """Return an order's facts, oldest first."""

    def acted(self, start: datetime, end: datetime) -> tuple[JournalEntry, ...]:
        """Return what people (not the system) did to orders from a time until before another, oldest first."""

    def statuses_set(self, since: datetime) -> Mapping[str, int]:
        """Count how often people set each status since a time, by its code."""

    def note(self, kind: str, subject: str, actor: int | None, at: datetime, data: Mapping[str, str]) -> None:
        """Store a fact that is not about an order: a new account, a changed catalogue row."""
