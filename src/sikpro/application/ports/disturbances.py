"""Disturbances, and the orders that are tied to each."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.domain.disturbance import Disturbance


@frozen(kw_only=True)
class TiedOrder:
    """An order in a disturbance's scope; `moved` when the disturbance gave it its held-up status."""

    order_id: int
    at: datetime
    moved: bool


class Disturbances(Protocol):
    """The disturbances. At most one is open for a scope and place."""

    def add(self, disturbance: Disturbance) -> Disturbance:
        """Store a new one (the given id is ignored) and return it with its id.

        Raises `AlreadyUsed(field="place", …)` while another is open there; the unit stays usable.
        """

    def get(self, disturbance_id: int) -> Disturbance:
        """Return it. Raises `NotFound`."""

    def open(self) -> tuple[Disturbance, ...]:
        """Return those that go on, the newest first."""

    def ended(self, limit: int) -> tuple[Disturbance, ...]:
        """Return those that ended, the last ended first."""

    def end(self, disturbance_id: int, at: datetime, by: int, text: str) -> bool:
        """End an open one. Return False when it has ended already."""

    def tie(self, disturbance_id: int, order_id: int, at: datetime, *, moved: bool) -> None:
        """Tie an order to it, unless it is tied already."""

    def orders(self, disturbance_id: int) -> tuple[TiedOrder, ...]:
        """Return the orders tied to it, in the order of their ids."""

    def open_of(self, order_ids: Collection[int]) -> Mapping[int, Disturbance]:
        """Return the newest open disturbance of each of these orders that has one."""
