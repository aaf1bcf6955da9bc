"""Orders: one by its number, its history and files, and lists of them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Unpack

from sikpro.application.ports.files import FileState, OrderFile
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.mentions import Mention
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.shift_handovers import ShiftHandover
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.work_preferences import WorkPreferences
from sikpro.application.use_cases.orders.clashes import Clash, clashes_shown_to
from sikpro.application.use_cases.orders.hand_over_shift import hand_over_shift, held_by
from sikpro.application.use_cases.orders.list_orders import (
    check_order,
    expected_wait,
    list_orders,
    may_view,
    related_orders,
    search_orders,
)
from sikpro.application.use_cases.orders.remark_order import may_read_remarks, read_mentions, unread_mentions
from sikpro.application.use_cases.orders.set_aside import put_off
from sikpro.application.use_cases.orders.undo_status import undo_latest, undoable
from sikpro.application.use_cases.people.choose_work import choose_served
from sikpro.domain.errors import DomainError, NotFound
from sikpro.domain.events import OrderRemarked
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.files import Destination, written
from sikpro.entrypoints.library.many_orders import ManyOrders
from sikpro.entrypoints.library.order_moves import OrderMoves
from sikpro.entrypoints.library.order_search import OrderSearch, understood
from sikpro.entrypoints.library.selection import OrderSelection
from sikpro.entrypoints.library.session import person_named


@held_as("orders")
class Orders(OrderMoves, ManyOrders):
    """`app.orders`: one order by its number, what is done with it, its history and files, and lists of orders.

    `app.orders(…)` is one page of rows, `app.orders.where(…)` a list to go through.
    """

    def __call__(
        self,
        which: OrderFilter = OrderFilter(),  # noqa: B008  # frozen
        *,
        newest_first: bool = False,
        after: Key | None = None,
        limit: int = 50,
    ) -> tuple[OrderRow, ...]:
        """Return a page of orders as rows; the last row's `key` is the start of the next page.

        `limit` is at least 1. Raises `ValueError` for less, `NotPermitted`.
        """
        if limit < 1:
            raise ValueError(f"orders: limit: {limit} is less than 1")
        sort = Sort.NEWEST if newest_first else Sort.OLDEST
        return self._session.read(lambda uow, by, now: list_orders(uow, which, by, sort=sort, after=after, limit=limit))

    def where(self, **search: Unpack[OrderSearch]) -> OrderSelection:
        """Return the orders of a search (`OrderSearch`), to go through, count, group or write to a file.

        Raises `ValueError` for a word that is not known, with those that are, and `NotFound` for an unknown person.
        """
        return OrderSelection(self._session, understood(self._session, search))

    def get(self, number: str) -> Order:
        """Return the order with a registration number. Raises `NotFound`, also where the actor may not view it."""
        return self._session.look(number, lambda uow, order, by, now: order)

    def row(self, number: str) -> OrderRow:
        """Return an order as lists show it, with the names that belong to its codes. Raises `NotFound`."""
        return self._session.read(lambda uow, by, now: check_order(uow, number, by))

    def find(self, text: str, *, limit: int = 20) -> tuple[OrderRow, ...]:
        """Return the newest orders that one look finds of a text, as the search field does. Raises `NotPermitted`."""
        return self._session.read(lambda uow, by, now: search_orders(uow, text, by, limit))

    def related(self, number: str) -> tuple[OrderRow, ...]:
        """Return the newest other orders of the same modem, then of the same ODP. Raises `NotFound`."""
        return self._session.read(lambda uow, by, now: related_orders(uow, check_order(uow, number, by), by))

    def clashes(self, number: str) -> tuple[Clash, ...]:
        """Return the other live orders that claim the same modem or the same port. Raises `NotFound`."""
        return self._session.look(number, lambda uow, order, by, now: clashes_shown_to(uow, order, by))

    def expected_wait(self, number: str) -> timedelta | None:
        """Return how long an order may still wait in the queue, None when that is unknown. Raises `NotFound`."""

        def work(uow: UnitOfWork, order: Order, by: Person, now: datetime) -> timedelta | None:
            if not order.phase.waits:
                return None
            return expected_wait(uow, uow.order_queries.place_in_queue(order.received_at, order.id), now)

        return self._session.look(number, work)

    def journal(self, number: str) -> tuple[JournalEntry, ...]:
        """Return what happened to an order, oldest first. Notes to colleagues only for those who may read them.

        Raises `NotFound`.
        """

        def work(uow: UnitOfWork, order: Order, by: Person, now: datetime) -> tuple[JournalEntry, ...]:
            notes, entries = may_read_remarks(by), uow.journal.of_order(order.id)
            return tuple(one for one in entries if notes or not isinstance(one.event, OrderRemarked))

        return self._session.look(number, work)

    def files(self, number: str) -> tuple[OrderFile, ...]:
        """Return an order's photos and files, without their content. Raises `NotFound`."""
        return self._session.look(number, lambda uow, order, by, now: uow.files.of_order(order.id))

    def save_file(self, file_id: int, into: Destination) -> None:
        """Write a file as it was sent to a path, or into a stream of bytes.

        Raises `NotFound` for one that is not here or belongs to an order that the actor may not view, `OSError`.
        """

        def content(uow: UnitOfWork, by: Person, now: datetime) -> bytes:
            file = uow.files.get(file_id)
            order, row = uow.orders.get(file.order_id), uow.order_queries.row(file.order_id)
            hidden = order.deleted_at is not None and not by.may(Permission.ADMINISTER)
            if file.state is not FileState.STORED or row is None or hidden or not may_view(order, row, by):
                raise NotFound(what="file", name="")
            return uow.files.content(file_id)

        found = self._session.read(content)
        written(into, lambda path: path.write_bytes(found))
        self._session.record_file(f"sikpro-{file_id}")

    def mine(self) -> tuple[OrderRow, ...]:
        """Return the orders that who acts has, oldest first."""
        return self._session.read(lambda uow, by, now: held_by(uow, by))

    def put_off_by_me(self) -> tuple[tuple[SetAside, Order], ...]:
        """Return the orders that who acts put off and to which nothing happened since, the next due first."""
        return self._session.read(lambda uow, by, now: put_off(uow, by, now))

    def undoable(self) -> tuple[Order, ...]:
        """Return the orders whose last `answer` who acts can still undo, as they were before."""
        return self._session.read(lambda uow, by, now: tuple(step.before for step in undoable(uow, by, now)))

    def undo_latest(self) -> Mapping[str, DomainError | None]:
        """Undo one's last answer in all the orders that it answered, by number; an error says why one stays."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Mapping[str, DomainError | None]:
            result = undo_latest(uow, by, now)
            return {**{order.number: None for order in result.done}, **result.refused}

        return self._session.write(work)

    def mentions(self) -> tuple[tuple[Mention, Order, str], ...]:
        """Return where who acts was named in a note and has not read it: the mention, the order, and by whom."""
        return self._session.read(lambda uow, by, now: unread_mentions(uow, by))

    def read_mentions(self, number: str) -> None:
        """Record that who acts read the notes on an order that name them. Raises `NotFound`."""
        self._session.move(number, lambda uow, order, by, now: read_mentions(uow, order.id, by, now))

    def serve(
        self, *, stos: Collection[str] = (), types: Collection[str] = (), site_operations: Collection[str] = ()
    ) -> WorkPreferences:
        """Choose what `take_next` gives to who acts; nothing means all. Raises `NotPermitted`."""
        return self._session.write(lambda uow, by, now: choose_served(uow, by, stos, types, site_operations))

    def hand_over_shift(self, to: str = "", *, text: str = "") -> ShiftHandover:
        """End a shift: give all one's orders to a colleague, by user name, or back to the queue.

        Raises `NotFound`, `InvalidFields` for a shift without orders and note.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> ShiftHandover:
            colleague = person_named(uow, to).id if to else None
            return hand_over_shift(uow, colleague, text, by, now, self._session.zone)

        return self._session.write(work)
