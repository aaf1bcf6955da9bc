"""Disturbances in memory."""

from collections.abc import Collection, Mapping
from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State
from sikpro.application.ports.disturbances import TiedOrder
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.errors import AlreadyUsed, NotFound


class MemoryDisturbances:
    """Stores the disturbances and the orders tied to them."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def add(self, disturbance: Disturbance) -> Disturbance:
        """Save a new one and return it with its id."""
        if any((one.scope, one.place) == (disturbance.scope, disturbance.place) for one in self.open()):
            raise AlreadyUsed(field="place", value=disturbance.place)
        kept = evolve(disturbance, id=self._sequences.next("disturbances"))
        self._state.disturbances.put(kept.id, kept)
        return kept

    def get(self, disturbance_id: int) -> Disturbance:
        """Return it by its id."""
        found = self._state.disturbances.get(disturbance_id)
        if found is None:
            raise NotFound(what="disturbance", name=str(disturbance_id))
        return found

    def open(self) -> tuple[Disturbance, ...]:
        """Return those that go on, the newest first."""
        going = (one for one in self._state.disturbances.values() if one.open)
        return tuple(sorted(going, key=lambda one: -one.id))

    def ended(self, limit: int) -> tuple[Disturbance, ...]:
        """Return those that ended, the last ended first."""
        over = ((one.ended_at, one.id, one) for one in self._state.disturbances.values() if one.ended_at)
        return tuple(one for *_, one in sorted(over, key=lambda row: row[:2], reverse=True)[:limit])

    def end(self, disturbance_id: int, at: datetime, by: int, text: str) -> bool:
        """End an open one; return False when it has ended already."""
        found = self._state.disturbances.get(disturbance_id)
        if found is None or not found.open:
            return False
        self._state.disturbances.put(disturbance_id, evolve(found, ended_at=at, ended_by=by, end_text=text))
        return True

    def tie(self, disturbance_id: int, order_id: int, at: datetime, *, moved: bool) -> None:
        """Tie an order to it, unless it is tied already."""
        self._state.must_have_order(order_id)
        key = disturbance_id, order_id
        if key not in self._state.tied_orders:
            self._state.tied_orders.put(key, TiedOrder(order_id=order_id, at=at, moved=moved))

    def orders(self, disturbance_id: int) -> tuple[TiedOrder, ...]:
        """Return the orders tied to it, by id."""
        keys = sorted(key for key in self._state.tied_orders if key[0] == disturbance_id)
        return tuple(tied for key in keys if (tied := self._state.tied_orders.get(key)))

    def open_of(self, order_ids: Collection[int]) -> Mapping[int, Disturbance]:
        """Return the newest open disturbance of each of these orders."""
        found: dict[int, Disturbance] = {}
        for one in self.open():
            for tied in self.orders(one.id):
                if tied.order_id in order_ids:
                    found.setdefault(tied.order_id, one)
        return found
