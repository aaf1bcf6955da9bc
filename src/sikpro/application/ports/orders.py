"""Orders: stored, found and claimed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from sikpro.domain.order import Order
from sikpro.domain.phase import Phase


class OrderRepository(Protocol):
    """The orders. A key is the domain's duplicate key; no two orders hold the same one."""

    def next_id(self) -> int:
        """A small integer never given before; gaps are allowed."""

    def add(self, order: Order, key: str | None) -> None:
        """Store a new order, in a savepoint of its own: the unit stays usable after `DuplicateOrder`."""

    def save(self, order: Order, key: str | None) -> Order:
        """Store the order over the version it was read at, and return it at its new version.

        Raises `ConcurrencyConflict` when the stored version is another, `DuplicateOrder` when the key is held;
        the unit stays usable after both.
        """

    def get(self, order_id: int) -> Order:
        """The order, deleted ones included. Raises `NotFound`."""

    def find(self, number: str) -> tuple[Order, ...]:
        """The orders under a registration number that are not deleted: key holders first, then newest first."""

    def extend_claim(self, order_id: int, holder: int, until: datetime, since: datetime | None = None) -> bool:
        """Let the holder's claim last until a time, counted anew `since` one; False when they do not have the order.

        The order's version stays: what somebody is writing on its page is not outdated by it.
        """

    def lapsed(self, now: datetime, limit: int) -> tuple[Order, ...]:
        """Orders whose claim has run out, the longest first."""

    def key_facts(self) -> Iterable[tuple[int, str, str, Phase, bool]]:
        """Of every order: id, registration number, type, phase, whether deleted."""

    def replace_keys(self, keys: Mapping[int, str | None]) -> None:
        """Give every named order its key; keys may change hands among them."""
