"""What is read of modems, boxes and exchanges across orders, and which orders a list of numbers names."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.queries import Key, OrderRow
from sikpro.domain.duplicates import DuplicateMode, duplicate_key
from sikpro.domain.phase import Phase, is_open


@frozen(kw_only=True)
class OdpSummary:
    """An ODP with its orders: how many, how many of them are completed and open, how often one was held up."""

    odp: str
    orders: int
    completed: int
    open: int
    hold_ups: int


@frozen(kw_only=True)
class SharedSerial:
    """A modem under more than one registration number: how many orders and how many numbers."""

    serial: str
    orders: int
    numbers: int


@frozen(kw_only=True)
class HeldUpOdp:
    """An ODP at which orders were held up often: how often, and how many orders."""

    odp: str
    hold_ups: int
    orders: int


@frozen
class CountedRow:
    """An order, and how often it happened to it."""

    row: OrderRow
    times: int


@frozen(kw_only=True)
class KnownOrder:
    """What is known of an order under a registration number, deleted or not."""

    id: int
    number: str
    type: str
    phase: Phase
    status: str
    channel: str
    deleted: bool
    version: int

    @property
    def open(self) -> bool:
        """Whether it counts as open."""
        return is_open(self.phase, deleted=self.deleted)

    def key(self, mode: DuplicateMode) -> str | None:
        """The duplicate key that it holds, None when it holds none."""
        return duplicate_key(mode, self.number, self.type, self.phase, deleted=self.deleted)


class DeviceQueries(Protocol):
    """Reads over devices; deleted orders count nowhere but in `known`."""

    def installed_at(self, odp: str, limit: int) -> tuple[OrderRow, ...]:
        """The last completed order of each modem whose last completed order names this ODP, newest first."""

    def boxes(self, sto: str, after: str, limit: int) -> tuple[OdpSummary, ...]:
        """The ODPs whose names carry an exchange's code, by name, those after a name."""

    def shared_serials(self, after: str, limit: int) -> tuple[SharedSerial, ...]:
        """Modems that live or completed orders name under several registration numbers, by serial, after one."""

    def held_up_odps(
        self, since: datetime, least: int, after: tuple[int, str] | None, limit: int
    ) -> tuple[HeldUpOdp, ...]:
        """ODPs whose orders received since were held up at least so often, most often first, then by name.

        `after` is the count and the name to go on from.
        """

    def held_up_orders(self, odp: str, since: datetime, limit: int) -> tuple[CountedRow, ...]:
        """An ODP's orders received since that were held up, and how often, newest first."""

    def reopened(self, after: Key | None, limit: int) -> tuple[CountedRow, ...]:
        """Orders reopened twice or more, and how often, newest first."""

    def known(self, numbers: Iterable[str]) -> Mapping[str, tuple[KnownOrder, ...]]:
        """Every order under these registration numbers, by number, oldest first; numbers without one are left out."""
