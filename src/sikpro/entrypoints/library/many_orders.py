"""What is done with many orders at once: disturbances, hold-ups that are over, technicians who are asked."""

from collections.abc import Collection
from datetime import datetime

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.ask_technicians import StuckOrders, ask_technicians, stuck_orders
from sikpro.application.use_cases.orders.clear_hold_ups import clear_hold_ups, orders_of_status
from sikpro.application.use_cases.orders.declare_disturbance import (
    Affected,
    affected_by,
    declare_disturbance,
    disturbed_places,
)
from sikpro.application.use_cases.orders.end_disturbance import end_disturbance, tied_orders, to_bring_back
from sikpro.application.use_cases.orders.notify_entered import notify_entered
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.application.use_cases.seals.statement import Statement, in_words, statements_about
from sikpro.domain.disturbance import Disturbance, Scope
from sikpro.domain.people import Permission, Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.session import Group, must_one_of

LISTED = 10
"""How many orders of each technician `stuck` lists."""

MOST_ENDED = 50


@frozen
class DisturbedPlace:
    """A place that may be disturbed (`box`, `feeder` or `sto`), and how many of the open orders are there."""

    scope: Scope
    place: str
    orders: int


@held_as("orders")
class ManyOrders(Group):
    """What is done with many orders at once."""

    def affected_by(self, scope: str, place: str, *, status: str = "", text: str = "") -> Affected:
        """Return what a disturbance would touch; nothing changes.

        `scope` is `box`, `feeder` or `sto`; `status` is a held-up status for the orders in the queue. Raises
        `InvalidFields`, `NotPermitted`.
        """
        typed = {"scope": scope, "place": place, "status": status, "text": text or "-"}
        return self._session.read(lambda uow, by, now: affected_by(uow, typed, by, now))

    def declare_disturbance(self, scope: str, place: str, text: str, *, status: str = "") -> Disturbance:
        """Declare a disturbance: its orders are tied to it, and each chat gets one message with the text.

        `scope` and `status` as for `affected_by`. Raises `InvalidFields`, `AlreadyUsed` while one is open at this
        place, `NotPermitted`.
        """
        typed = {"scope": scope, "place": place, "status": status, "text": text}

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Disturbance:
            found = affected_by(uow, typed, by, now)
            return declare_disturbance(
                uow, typed, by, now, shown=(len(found.rows), found.newest), zone=self._session.zone
            )

        return self._session.write(work)

    def disturbances(self, *, ended: bool = False) -> tuple[Disturbance, ...]:
        """Return the disturbances that go on, or the last ones that ended. Raises `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[Disturbance, ...]:
            must_one_of(by, Permission.WORK, Permission.LEAD)
            return uow.disturbances.ended(MOST_ENDED) if ended else uow.disturbances.open()

        return self._session.read(work)

    def disturbed(self, disturbance_id: int, *, to_bring_back_only: bool = False) -> tuple[str, ...]:
        """Return the numbers of the orders tied to a disturbance, or of those that its end brings back.

        Raises `NotFound`, `NotPermitted`.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[str, ...]:
            must_one_of(by, Permission.WORK, Permission.LEAD)
            disturbance = uow.disturbances.get(disturbance_id)
            back = to_bring_back(uow, disturbance)
            rows = tied_orders(uow, disturbance)
            return tuple(row.number for row in rows if row.id in back or not to_bring_back_only)

        return self._session.read(work)

    def disturbed_places(self) -> tuple[DisturbedPlace, ...]:
        """Return the places of the newest open orders, those with most orders first. Raises `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[DisturbedPlace, ...]:
            must_one_of(by, Permission.WORK, Permission.LEAD)
            return tuple(DisturbedPlace(one.scope, one.place, one.orders) for one in disturbed_places(uow))

        return self._session.read(work)

    def end_disturbance(self, disturbance_id: int, *, text: str = "") -> int | None:
        """End a disturbance and return how many orders came back to the queue; None when it had ended already.

        Raises `NotFound`, `InvalidValue` for a text that is too long, `NotPermitted`.
        """
        return self._session.write(
            lambda uow, by, now: end_disturbance(uow, disturbance_id, by, now, text=text, zone=self._session.zone)
        )

    def clear_hold_ups(self, status: str, numbers: Collection[str] = (), *, text: str = "") -> int:
        """Bring orders back to the queue whose reason for being held up is no more, and return how many.

        Without numbers it is every order that the status holds up. Raises `NotFound`, `NotPermitted`, `InvalidValue`.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> int:
            chosen = [order_named(uow, number).id for number in numbers]
            ids = chosen if numbers else [row.id for row in orders_of_status(uow, status)]
            return clear_hold_ups(uow, status, ids, by, now, text=text, zone=self._session.zone)

        return self._session.write(work)

    def stuck(self, *, sto: str = "") -> tuple[StuckOrders, ...]:
        """Return the technicians for whom orders have waited long, those with most first. Raises `NotPermitted`."""
        return self._session.read(
            lambda uow, by, now: stuck_orders(uow, by, now, sto=sto, zone=self._session.zone, listed=LISTED)
        )

    def ask_technicians(self, codes: Collection[str] | None = None, *, sto: str = "") -> tuple[StuckOrders, ...]:
        """Ask the technicians of `stuck`, or those with these codes, at most once a day; return who was asked.

        Raises `NotPermitted`.
        """
        shown = None if codes is None else frozenset(codes)
        return self._session.write(
            lambda uow, by, now: ask_technicians(uow, by, now, sto=sto, shown=shown, zone=self._session.zone)
        )

    def statements(self, number: str) -> tuple[Statement, ...]:
        """Return what the sealed facts say about the orders that had a number. Raises `NotFound`, `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[Statement, ...]:
            by.must(Permission.AUDIT)
            return statements_about(uow, number)

        return self._session.read(work)

    def statement_texts(self, number: str) -> tuple[str, ...]:
        """Return the same in sentences, in the language of who acts. Raises `NotFound`, `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> tuple[str, ...]:
            by.must(Permission.AUDIT)
            return tuple(in_words(uow, one, self._session.words) for one in statements_about(uow, number))

        return self._session.read(work)

    def tell_entered(self, *numbers: str) -> None:
        """Tell the technicians that these orders of theirs were entered: one message for each chat.

        Raises `NotFound`, `NotPermitted`.
        """

        def work(uow: UnitOfWork, by: Person, now: datetime) -> None:
            by.must(Permission.ENTER_ORDERS)
            orders = [order_named(uow, number) for number in numbers]
            disturbances = {one: (met,) for one, met in uow.disturbances.open_of([one.id for one in orders]).items()}
            notify_entered(uow, orders, by, now, disturbances=disturbances, zone=self._session.zone)

        self._session.write(work)
