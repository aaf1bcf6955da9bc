"""Reads of modems, ODPs and STOs across orders, and of the orders with given numbers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.queries import Key, OrderRow
from sikpro.domain.duplicates import DuplicateMode, duplicate_key
from sikpro.domain.phase import Phase, is_open


@frozen(kw_only=True)
class OdpSummary:
    """An ODP with its counts: orders, completed and open ones, and how often an order was held up."""

    odp: str
    orders: int
    completed: int
    open: int
    hold_ups: int


@frozen(kw_only=True)
class SharedSerial:
    """A modem under several registration numbers: how many orders and how many numbers."""

    serial: str
    orders: int
    numbers: int


@frozen(kw_only=True)
class HeldUpOdp:
    """An ODP at which orders were often held up: how often, and how many orders."""

    odp: str
    hold_ups: int
    orders: int


@frozen
class CountedRow:
    """An order, and how often the counted thing happened to it."""

    row: OrderRow
    times: int


@frozen(kw_only=True)
class KnownOrder:
    """An order under a registration number, deleted or not."""

    id: int
    number: str
    type: str
    phase: Phase
    status: str
    channel: str
    received_at: datetime
    deleted: bool
    version: int

    @property
    def open(self) -> bool:
        """Whether it counts as open."""
        return is_open(self.phase, deleted=self.deleted)

    def key(self, mode: DuplicateMode) -> str | None:
        """Return the duplicate key that it holds, None when it holds none."""
        return duplicate_key(mode, self.number, self.type, self.phase, deleted=self.deleted)


class DeviceQueries(Protocol):
    """Reads over devices. Deleted orders count only in `known`."""

    def installed_at(self, odp: str, limit: int) -> tuple[OrderRow, ...]:
        """Return the last completed order of each modem at this ODP, newest first.

        A modem counts if its last completed order names this ODP. If the end of an order is unknown, its receipt
        counts instead.
        """

    def boxes(self, sto: str, after: str, limit: int) -> tuple[OdpSummary, ...]:
        """Return the ODPs with the STO's code in their names, by name, those after `after`."""

    def shared_serials(self, after: str, limit: int) -> tuple[SharedSerial, ...]:
        """Return modems under several registration numbers, by serial, those after `after`.

        Only live or completed orders count.
        """

    def held_up_odps(
        self, since: datetime, least: int, after: tuple[int, str] | None, limit: int
    ) -> tuple[HeldUpOdp, ...]:
        """Return ODPs whose orders received since a time were held up at least `least` times.

        The most often held up come first, then by name. `after` is the count and the name to continue after.
        """

    def held_up_orders(self, odp: str, since: datetime, limit: int) -> tuple[CountedRow, ...]:
        """Return an ODP's held-up orders received since a time, with how often, newest first."""

    def reopened(self, after: Key | None, limit: int) -> tuple[CountedRow, ...]:
        """Return orders reopened twice or more, with how often, newest first."""

    def known(self, numbers: Iterable[str]) -> Mapping[str, tuple[KnownOrder, ...]]:
        """Return all orders under these registration numbers, by number, oldest first.

        Numbers without orders are left out.
        """
