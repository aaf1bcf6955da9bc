"""Reads over modems, ODPs and STOs in memory."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from sikpro.adapters.memory.queries import sorted_page
from sikpro.adapters.memory.rows import Names
from sikpro.adapters.memory.store import State
from sikpro.application.ports.devices import CountedRow, HeldUpOdp, KnownOrder, OdpSummary, SharedSerial
from sikpro.application.ports.queries import Key, OrderRow, Sort
from sikpro.domain.duplicates import STANDING
from sikpro.domain.order import Order


class MemoryDeviceQueries:
    """Reads over devices."""

    def __init__(self, state: State) -> None:
        self._state = state

    def installed_at(self, odp: str, limit: int) -> tuple[OrderRow, ...]:
        """Return the last completed order of each modem whose last completed order names this ODP, newest first."""
        last: dict[str, tuple[datetime, int, Order]] = {}
        for order in self._standing():
            if order.phase.ends_well:
                serial, place = order.data.serial.value, (order.finished_at or order.received_at, order.id, order)
                last[serial] = max(last.get(serial, place), place, key=lambda item: item[:2])
        here = [place for place in last.values() if place[2].data.odp.value == odp]
        here.sort(key=lambda item: item[:2], reverse=True)
        names = Names(self._state)
        return tuple(names.row(order) for _, _, order in here[:limit])

    def boxes(self, sto: str, after: str, limit: int) -> tuple[OdpSummary, ...]:
        """Return the ODPs with an STO's code in their names, by name, after a given name."""
        found = self._by(lambda order: order.data.odp.value, self._standing())
        return tuple(
            OdpSummary(
                odp=odp,
                orders=len(members),
                completed=sum(order.phase.ends_well for order in members),
                open=sum(order.open for order in members),
                hold_ups=sum(order.hold_ups for order in members),
            )
            for odp, members in sorted(found.items())
            if odp.startswith(f"ODP-{sto}-") and odp > after
        )[:limit]

    def shared_serials(self, after: str, limit: int) -> tuple[SharedSerial, ...]:
        """Return modems with live or completed orders under several registration numbers, by serial, after `after`."""
        standing = (order for order in self._standing() if order.phase in STANDING)
        found = self._by(lambda order: order.data.serial.value, standing)
        return tuple(
            SharedSerial(serial=serial, orders=len(members), numbers=numbers)
            for serial, members in sorted(found.items())
            if serial > after and (numbers := len({order.number for order in members})) > 1
        )[:limit]

    def held_up_odps(
        self, since: datetime, least: int, after: tuple[int, str] | None, limit: int
    ) -> tuple[HeldUpOdp, ...]:
        """Return ODPs whose orders received since were held up at least `least` times, most first, then by name."""
        found = self._by(lambda order: order.data.odp.value, self._held_up(since))
        boxes = [
            HeldUpOdp(odp=odp, hold_ups=sum(order.hold_ups for order in members), orders=len(members))
            for odp, members in found.items()
        ]
        boxes.sort(key=lambda box: (-box.hold_ups, box.odp))
        place = None if after is None else (-after[0], after[1])
        wanted = (box for box in boxes if box.hold_ups >= least)
        return tuple(box for box in wanted if place is None or (-box.hold_ups, box.odp) > place)[:limit]

    def held_up_orders(self, odp: str, since: datetime, limit: int) -> tuple[CountedRow, ...]:
        """Return an ODP's held-up orders received since, with their number of hold-ups, newest first."""
        here = (order for order in self._held_up(since) if order.data.odp.value == odp)
        names = Names(self._state)
        newest = sorted_page(here, Sort.NEWEST, None, limit)
        return tuple(CountedRow(names.row(order), order.hold_ups) for order in newest)

    def reopened(self, after: Key | None, limit: int) -> tuple[CountedRow, ...]:
        """Return orders reopened twice or more, with the number of reopenings, newest first."""
        again = (order for order in self._standing() if order.reopenings > 1)
        names = Names(self._state)
        newest = sorted_page(again, Sort.NEWEST, after, limit)
        return tuple(CountedRow(names.row(order), order.reopenings) for order in newest)

    def known(self, numbers: Iterable[str]) -> Mapping[str, tuple[KnownOrder, ...]]:
        """Return every order under these registration numbers, by number, oldest first."""
        found: dict[str, tuple[KnownOrder, ...]] = {}
        for number in sorted(set(numbers)):
            stored = [self._state.orders.get(order_id) for order_id in self._state.numbers.get(number) or ()]
            orders = sorted((order for order in stored if order), key=lambda order: (order.received_at, order.id))
            if orders:
                found[number] = tuple(map(_known, orders))
        return found

    def _standing(self) -> Iterator[Order]:
        return (order for order in self._state.orders.values() if order.deleted_at is None)

    def _held_up(self, since: datetime) -> Iterator[Order]:
        return (order for order in self._standing() if order.hold_ups and order.received_at >= since)

    def _by(self, key: Callable[[Order], str], orders: Iterable[Order]) -> Mapping[str, list[Order]]:
        found: dict[str, list[Order]] = defaultdict(list)
        for order in orders:
            found[key(order)].append(order)
        return found


def _known(order: Order) -> KnownOrder:
    return KnownOrder(
        id=order.id,
        number=order.number,
        type=order.data.type,
        phase=order.phase,
        status=order.status,
        channel=order.channel.value,
        received_at=order.received_at,
        deleted=order.deleted_at is not None,
        version=order.version,
    )
