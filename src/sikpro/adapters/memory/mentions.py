"""Mentions in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.mentions import Mention


class MemoryMentions:
    """Stores who was named where."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, mention: Mention) -> Mention:
        """Save it and return it with its id."""
        self._state.must_have_order(mention.order_id)
        kept = evolve(mention, id=self._sequences.next("mentions"))
        self._state.mentions.put(kept.id, kept)
        return kept

    def unread(self, person: int, limit: int) -> tuple[Mention, ...]:
        """Return what a person has not read, newest first."""
        found = [one for one in self._state.mentions.values() if one.person == person and one.read_at is None]
        return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True)[:limit])

    def read(self, person: int, order_id: int, now: datetime) -> int:
        """Record that a person opened an order."""
        found = [
            one
            for one in self._state.mentions.values()
            if (one.person, one.order_id, one.read_at) == (person, order_id, None)
        ]
        for one in found:
            self._state.mentions.put(one.id, evolve(one, read_at=now))
        return len(found)
