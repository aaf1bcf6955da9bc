"""The journal in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sikpro.adapters.memory.seals import put_fact
from sikpro.adapters.memory.store import Note, Sequences, State
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.seals import new_salt
from sikpro.domain.events import OrderEvent, StatusChanged
from sikpro.domain.order import Order
from sikpro.domain.seals import fact_of_event


class MemoryJournal:
    """Stores the events of each order, and notes without an order."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def append(self, order: Order, events: Sequence[OrderEvent], actor: int | None) -> None:
        """Save an order's events, in order, with their facts."""
        for event in events:
            self._state.must_have_order(event.order_id)
            entry, salt = JournalEntry(self._sequences.next("journal"), event, actor), new_salt(self._sequences.chance)
            self._state.journal.put(event.order_id, (*self.of_order(event.order_id), entry))
            self._state.journal_salts.put(entry.id, salt)
            put_fact(self._state, self._sequences, fact_of_event(order, event, actor, entry.id, salt))

    def of_order(self, order_id: int) -> tuple[JournalEntry, ...]:
        """Return an order's events, oldest first."""
        return self._state.journal.get(order_id) or ()

    def acted(self, start: datetime, end: datetime) -> tuple[JournalEntry, ...]:
        """Return what people did to orders in a span, oldest first."""
        entries = [entry for facts in self._state.journal.values() for entry in facts]
        found = (entry for entry in entries if entry.actor is not None and start <= entry.event.at < end)
        return tuple(sorted(found, key=lambda entry: (entry.event.at, entry.id)))

    def statuses_set(self, since: datetime) -> Mapping[str, int]:
        """Count the statuses that people set."""
        entries = [entry for facts in self._state.journal.values() for entry in facts]
        return Counter(
            entry.event.state.status
            for entry in entries
            if entry.actor is not None and isinstance(entry.event, StatusChanged) and entry.event.at >= since
        )

    def note(self, kind: str, subject: str, actor: int | None, at: datetime, data: Mapping[str, str]) -> None:
        """Save a fact without an order."""
        note = Note(kind, subject, actor, at, tuple(data.items()))
        self._state.notes.put(self._sequences.next("journal"), note)
