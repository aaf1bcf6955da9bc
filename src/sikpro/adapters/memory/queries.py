"""Reads over orders in memory."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice

from attrs import evolve

from sikpro.adapters.memory.rows import Names, Wanted
from sikpro.adapters.memory.store import State
from sikpro.application.ports import queries as limits
from sikpro.application.ports.queries import (
    Key,
    OrderFilter,
    OrderRow,
    Sort,
    Total,
)
from sikpro.domain.order import Order
from sikpro.domain.phase import OPEN, Phase, Turn
from sikpro.domain.search_text import SHORT, search_term


class MemoryOrderQueries:
    """Reads over orders for lists and answers."""

    def __init__(self, state: State) -> None:
        self._state = state

    def page(self, which: OrderFilter, *, sort: Sort, after: Key | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the next rows after a position."""
        names = Names(self._state)
        orders = filter(Wanted(which, names), self._state.orders.values())
        return tuple(map(names.row, sorted_page(orders, sort, after, limit)))

    def count(self, which: OrderFilter, cap: int) -> int:
        """Return the number of orders, counted up to `cap`."""
        wanted = Wanted(which, Names(self._state))
        return sum(1 for _ in islice(filter(wanted, self._state.orders.values()), cap))

    def counts(self, several: Sequence[OrderFilter], cap: int) -> tuple[int, ...]:
        """Return the number of orders of each filter, counted up to `cap`."""
        return tuple(self.count(which, cap) for which in several)

    def open_counts(self, which: OrderFilter) -> tuple[Mapping[Phase, int], int]:
        """Return the number of orders by phase, and of those for which it is the helpdesk's turn."""
        found = list(filter(Wanted(which, Names(self._state)), self._state.orders.values()))
        by_phase = Counter(order.phase for order in found)
        return {phase: by_phase[phase] for phase in OPEN}, sum(order.turn is Turn.HELPDESK for order in found)

    def edge(self, which: OrderFilter, *, down: bool, after: Key | None) -> datetime | None:
        """Return until which time of receipt one look from a place goes, None to the end."""
        ended = evolve(OrderFilter(), finished=which.finished)
        text = search_term(which.text)
        broad = len(text) >= SHORT and self.count(OrderFilter(text=which.text), limits.BROAD) == limits.BROAD
        if which.deleted or which.holder is not None or (text and not broad):
            return None
        if which == OrderFilter() or (which.open_only and not text):
            return None
        few = (
            which.ended_wherever_received
            and self.count(ended, limits.LOOKED_AT_IN_SPAN + 1) <= limits.LOOKED_AT_IN_SPAN
        )
        if few:
            return None
        here = [order for order in self._state.orders.values() if order.received_at in which.span]
        walked = [order for order in here if order.deleted_at is None and (not which.open_only or order.open)]
        edges = [_nth(walked, limits.BROAD if which.open_only else which.most_looked_at, after, down=down)]
        for name, value in which.codes.items():
            of = [order for order in here if CODES[name](order) == value]
            edges.append(_nth(of, limits.LOOKED_UP, after, down=down))
        known = [edge for edge in edges if edge is not None]
        if len(known) < len(edges):
            end = which.span.start if down else which.span.end
            return end if which.finished else None
        return min(known) if down else max(known)

    def next_possible(self, which: OrderFilter, *, down: bool, after: Key) -> Key | None:
        """Return the place before the next order of a filter; None if there is none after a place."""
        wanted = filter(Wanted(which, Names(self._state)), self._state.orders.values())
        found = sorted_page(wanted, Sort.NEWEST if down else Sort.OLDEST, after, 1)
        return next((Key(order.received_at, order.id + 1 if down else order.id - 1) for order in found), None)

    def technicians(self, which: OrderFilter) -> Mapping[str, int]:
        """Return the number of orders by technician's code."""
        wanted = Wanted(which, Names(self._state))
        return Counter(order.data.technician.value for order in filter(wanted, self._state.orders.values()))

    def row(self, order_id: int) -> OrderRow | None:
        """Return one order as a row, deleted or not."""
        order = self._state.orders.get(order_id)
        return Names(self._state).row(order) if order else None

    def versions(self, order_ids: Collection[int]) -> Mapping[int, int]:
        """Return the versions of the orders that exist, by id."""
        orders = self._state.orders
        return {one: order.version for one in order_ids if (order := orders.get(one))}

    def place_in_queue(self, received_at: datetime, order_id: int) -> int:
        """Return the position among the waiting orders; 1 is next."""
        before = sum(
            order.phase.waits and order.deleted_at is None and (order.received_at, order.id) < (received_at, order_id)
            for order in self._state.orders.values()
        )
        return before + 1

    def first_actions_since(self, since: datetime) -> int:
        """Return the number of orders with their first helpdesk action since: the pace."""
        times = (order.first_action_at for order in self._state.orders.values())
        return sum(at is not None and at >= since for at in times)

    def of_person(self, person: int, technician: str | None, limit: int) -> tuple[OrderRow, ...]:
        """Return the live orders that a person sent or is the technician of, oldest first."""
        names = Names(self._state)
        orders = (
            order
            for order in self._state.orders.values()
            if order.open and (order.sender == person or order.data.technician.value == technician)
        )
        return tuple(map(names.row, sorted_page(orders, Sort.OLDEST, None, limit)))

    def live_with(self, serial: str, odp: str, port: str, *, but: int, limit: int) -> tuple[OrderRow, ...]:
        """Return the other live orders of a modem, then those of a port."""
        names = Names(self._state)
        others = [order for order in self._state.orders.values() if order.open and order.id != but]
        of_modem = [order for order in others if order.data.serial.value == serial]
        there = (odp, port)
        of_port = [
            order
            for order in others
            if port and (order.data.odp.value, order.data.port) == there and order not in of_modem
        ]
        found = [order for some in (of_modem, of_port) for order in sorted_page(some, Sort.OLDEST, None, limit)]
        return tuple(map(names.row, found[:limit]))

    def newest_id(self) -> int:
        """Return the id of the newest order, 0 if there is none."""
        return max(self._state.orders, default=0)

    def totals(self) -> tuple[Total, ...]:
        """Return the saved totals, without zeros."""
        totals = [
            Total(type=type_, status=status, phase=phase, sto=sto, count=count)
            for (type_, status, phase, sto) in self._state.totals
            if (count := self._state.totals.get((type_, status, phase, sto)))
        ]
        return tuple(sorted(totals, key=lambda total: (total.type, total.status, total.phase, total.sto)))


CODES: Mapping[str, Callable[[Order], object]] = {
    "serial": lambda order: order.data.serial.value,
    "odp": lambda order: order.data.odp.value,
    "technician": lambda order: order.data.technician.value,
    "helpdesk": lambda order: order.helpdesk,
    "sto": lambda order: order.data.sto.value,
    "status": lambda order: order.status,
}


def _nth(orders: Iterable[Order], place: int, after: Key | None, *, down: bool) -> datetime | None:
    page = sorted_page(orders, Sort.NEWEST if down else Sort.OLDEST, after, place + 1)
    return page[place].received_at if len(page) > place else None


def sorted_page(orders: Iterable[Order], sort: Sort, after: Key | None, limit: int) -> list[Order]:
    """Return the next orders after a position."""
    keyed = sorted(((_value(order, sort), order.received_at, order.id), order) for order in orders)
    if sort.down:
        keyed.reverse()
    place = None if after is None else (after.value if sort.column else "", after.received_at, after.id)
    rest = (order for key, order in keyed if place is None or (key < place if sort.down else key > place))
    return list(islice(rest, limit))


def _value(order: Order, sort: Sort) -> str:
    if not sort.column:
        return ""
    data = order.data
    values = {
        "number": order.number,
        "type": data.type,
        "sto": data.sto.value,
        "technician": data.technician.value,
        "status": order.status,
    }
    return values[sort.column]
