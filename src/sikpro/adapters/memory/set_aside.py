"""Orders that people set aside, in memory."""

from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.set_aside import SetAside


class MemorySetAsides:
    """Stores what people set aside."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, one: SetAside) -> SetAside:
        """Save it and return it with its id."""
        self._state.must_have_order(one.order_id)
        kept = evolve(one, id=self._sequences.next("set_aside"))
        self._state.set_aside.put(kept.id, kept)
        return kept

    def of_person(self, person_id: int, since: datetime) -> tuple[SetAside, ...]:
        """Return what a person set aside since a time, oldest first."""
        return tuple(one for one in self._in_order() if one.by == person_id and one.at >= since)

    def since(self, since: datetime, limit: int) -> tuple[SetAside, ...]:
        """Return what all people set aside since a time, newest first."""
        return tuple(one for one in reversed(self._in_order()) if one.at >= since)[:limit]

    def holding(self, order_id: int, now: datetime) -> tuple[SetAside, ...]:
        """Return the rows of an order whose time has not come, oldest first."""
        return tuple(one for one in self._in_order() if one.order_id == order_id and one.until > now)

    def _in_order(self) -> list[SetAside]:
        return sorted(self._state.set_aside.values(), key=lambda one: (one.at, one.id))
