"""Orders in memory, with the same unique key, optimistic lock and kept totals as in a database."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import evolve

from sikpro.adapters.memory.store import Sequences, State, TotalKey
from sikpro.application.ports.storage import StorageRejected
from sikpro.domain.errors import ConcurrencyConflict, DuplicateOrder, NotFound
from sikpro.domain.order import FARTHEST_CLAIM, Order
from sikpro.domain.phase import Phase


class MemoryOrderRepository:
    """Stores the orders by id."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def next_id(self) -> int:
        """Return a small integer that was never used before."""
        return self._sequences.next("orders")

    def add(self, order: Order, key: str | None) -> None:
        """Save a new order. Raises `DuplicateOrder`."""
        if order.id in self._state.orders:
            raise StorageRejected(f"order {order.id} is there already")
        self._hold(order, key)
        self._index(order)
        self._state.orders.put(order.id, order)
        self._count(None, order)

    def save(self, order: Order, key: str | None) -> Order:
        """Save the order over the version that was read, and return it with its new version."""
        stored = self._state.orders.get(order.id)
        if stored is None or stored.version != order.version:
            raise ConcurrencyConflict(number=order.number)
        self._hold(order, key)
        saved = evolve(order, version=order.version + 1)
        if saved.number != stored.number:
            others = self._state.numbers.get(stored.number) or ()
            self._state.numbers.put(stored.number, tuple(other for other in others if other != order.id))
            self._index(saved)
        self._state.orders.put(order.id, saved)
        self._count(stored, saved)
        return saved

    def get(self, order_id: int) -> Order:
        """Return the order, also a deleted one. Raises `NotFound`."""
        order = self._state.orders.get(order_id)
        if order is None:
            raise NotFound(what="order", name=str(order_id))
        return order

    def find(self, number: str) -> tuple[Order, ...]:
        """Return the orders under a registration number that are not deleted: key holders first, then newest first."""
        orders = [self.get(order_id) for order_id in self._state.numbers.get(number) or ()]
        orders.sort(key=lambda order: (order.received_at, order.id), reverse=True)
        orders.sort(key=lambda order: self._state.order_keys.get(order.id) is None)
        return tuple(order for order in orders if order.deleted_at is None)

    def extend_claim(self, order_id: int, holder: int, until: datetime, since: datetime | None = None) -> bool:
        """Extend the holder's claim until a time; return False if the holder does not have the order."""
        order = self.get(order_id)
        if order.holder != holder:
            return False
        self._state.orders.put(order_id, evolve(order, claimed_until=until, claimed_at=since or order.claimed_at))
        return True

    def lapsed(self, now: datetime, limit: int) -> tuple[Order, ...]:
        """Return the orders with an expired claim, the longest expired first."""
        found = [
            (order.claimed_until, order.id, order)
            for order in self._state.orders.values()
            if order.holder is not None
            and order.claimed_until is not None
            and not now < order.claimed_until <= now + FARTHEST_CLAIM
        ]
        return tuple(order for _, _, order in sorted(found, key=lambda item: item[:2])[:limit])

    def key_facts(self) -> Iterable[tuple[int, str, str, Phase, bool]]:
        """Return id, registration number, type, phase and deletion of every order."""
        for order in sorted(self._state.orders.values(), key=lambda order: order.id):
            yield order.id, order.number, order.data.type, order.phase, order.deleted_at is not None

    def replace_keys(self, keys: Mapping[int, str | None]) -> None:
        """Set the key of every named order; the orders may exchange keys."""
        for order_id in keys:
            self._release(order_id)
        for order_id, key in keys.items():
            if order_id in self._state.orders:
                self._hold(self.get(order_id), key)

    def _hold(self, order: Order, key: str | None) -> None:
        if key is not None:
            holder = self._state.key_holders.get(key)
            if holder is not None and holder != order.id:
                raise DuplicateOrder(order.number, holder)
        if order.id in self._state.order_keys and self._state.order_keys.get(order.id) == key:
            return
        self._release(order.id)
        self._state.order_keys.put(order.id, key)
        if key is not None:
            self._state.key_holders.put(key, order.id)

    def _release(self, order_id: int) -> None:
        key = self._state.order_keys.get(order_id)
        if key is not None:
            self._state.key_holders.drop(key)
            self._state.order_keys.put(order_id, None)

    def _index(self, order: Order) -> None:
        others = self._state.numbers.get(order.number) or ()
        self._state.numbers.put(order.number, (*others, order.id))

    def _count(self, before: Order | None, after: Order) -> None:
        old = _total_key(before) if before else None
        new = _total_key(after)
        if old == new:
            return
        totals = self._state.totals
        if old:
            totals.put(old, (totals.get(old) or 0) - 1)
        if new:
            totals.put(new, (totals.get(new) or 0) + 1)


def _total_key(order: Order) -> TotalKey | None:
    if order.deleted_at is not None:
        return None
    return order.data.type, order.status, order.phase, order.data.sto.value
