"""Security events in memory."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.security_events import EventFilter, EventKind, SecurityEvent
from sikpro.domain.search_text import folded, search_term


class MemorySecurityEvents:
    """Stores the events; `recorded` are those of this transaction."""

    def __init__(self, state: State, sequences: Sequences, recorded: list[SecurityEvent]) -> None:
        self._state = state
        self._sequences = sequences
        self._recorded = recorded

    def add(self, event: SecurityEvent) -> SecurityEvent:
        """Save an event and return it with its id."""
        kept = evolve(event, id=self._sequences.next("security_events"))
        self._state.security_events.put(kept.id, kept)
        self._recorded.append(kept)
        return kept

    def page(self, which: EventFilter, *, before: int | None, limit: int) -> tuple[SecurityEvent, ...]:
        """Return a page of events, newest first."""
        events = (one for one in self._state.security_events.values() if before is None or one.id < before)
        found = sorted((one for one in events if _is_in(which, one)), key=lambda one: -one.id)
        return tuple(found[:limit])

    def counts(self, start: datetime, end: datetime) -> Mapping[EventKind, int]:
        """Count the events of each kind in a span."""
        return Counter(one.kind for one in self._state.security_events.values() if start <= one.at < end)


def _is_in(wanted: EventFilter, event: SecurityEvent) -> bool:
    return (
        wanted.kind in {None, event.kind}
        and wanted.actor in {None, event.actor}
        and (wanted.since is None or event.at >= wanted.since)
        and (wanted.until is None or event.at < wanted.until)
        and search_term(wanted.text) in folded("\n".join(event.texts))
    )
