"""What happened to orders, people and catalogues, who did it and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.domain.events import OrderEvent


@frozen
class JournalEntry:
    """A fact about an order, and who brought it about (None: the technician's chat or the system)."""

    id: int
    event: OrderEvent
    actor: int | None


class Journal(Protocol):
    """Every change's facts, kept with the change; never replayed into state."""

    def append(self, events: Sequence[OrderEvent], actor: int | None) -> None:
        """Keep an order's facts, in order."""

    def of_order(self, order_id: int) -> tuple[JournalEntry, ...]:
        """An order's facts, oldest first."""

    def note(self, kind: str, subject: str, actor: int | None, at: datetime, data: Mapping[str, str]) -> None:
        """Keep a fact that is no order's: an account made, a catalogue row changed."""
