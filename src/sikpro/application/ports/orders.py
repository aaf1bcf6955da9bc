"""Orders: saving, finding and claiming them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from sikpro.domain.order import Order
from sikpro.domain.phase import Phase


class OrderRepository(Protocol):
    """The orders. A key is the domain's duplicate key; no two orders hold the same key."""

    def next_id(self) -> int:
        """Return a small integer that was never returned before; gaps are allowed."""

    def add(self, order: Order, key: str | None) -> None:
        """Store a new order in its own savepoint: the unit stays usable after `DuplicateOrder`."""

    def save(self, order: Order, key: str | None) -> Order:
        """Save the order over the version that was read, and return it at its new version.

        Raises `ConcurrencyConflict` when the stored version is different, `DuplicateOrder` when another order holds the
        key. The unit stays usable after both.
        """

    def get(self, order_id: int) -> Order:
        """Return the order, also a deleted one. Raises `NotFound`."""

    def find(self, number: str) -> tuple[Order, ...]:
        """Return the orders under a registration number that are not deleted: key holders first, then newest first."""

    def extend_claim(self, order_id: int, holder: int, until: datetime, since: datetime | None = None) -> bool:
        """Extend the holder's claim to `until`. Return False if `holder` does not have the order.

        With `since`, the claim counts anew from then. The order's version stays, so a text being written on its page
        does not become outdated.
        """

    def lapsed(self, now: datetime, limit: int) -> tuple[Order, ...]:
        """Return orders whose claim has run out, the longest first; so has one that ends after `FARTHEST_CLAIM`."""

    def key_facts(self) -> Iterable[tuple[int, str, str, Phase, bool]]:
        """Return of every order: id, registration number, type, phase, whether deleted."""

    def replace_keys(self, keys: Mapping[int, str | None]) -> None:
        """Give every listed order its key. Keys may move between these orders."""
