"""SIKPRO in a script: the same use cases over the same database, or over the stores in memory."""

from collections.abc import Callable
from types import TracebackType
from typing import Self, TypedDict, TypeVar, Unpack, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import Factory, evolve, field, frozen

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.conversation.doubts import data_of, errors_of
from sikpro.application.conversation.known import known_in
from sikpro.application.conversation.reader.read_message import read_order
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import StorageUnavailable, Transactions, UnitOfWork
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow, put_row
from sikpro.application.use_cases.orders.change_status import change_status, reopen_order
from sikpro.application.use_cases.orders.list_orders import check_order, list_orders
from sikpro.application.use_cases.orders.own_order import correct_order
from sikpro.application.use_cases.orders.register_order import order_named, register_order
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.orders.work_order import give_back_order, take_order
from sikpro.application.use_cases.people.manage_people import add_technician, record_added
from sikpro.domain.errors import InvalidFields, NotFound
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Permission, Person, Role
from sikpro.entrypoints.held import all_held, held

T = TypeVar("T")
_ZONE = "Asia/Jakarta"
_SCRIPT = "script"


class OrderFields(TypedDict, total=False):
    """The data of an order as somebody types it; a field that is left out stays as it is."""

    type: str
    registration_number: str
    serial: str
    sto: str
    odp: str
    technician: str
    note: str
    port: str


@held
def connect(
    url: str = "memory:", *, zone: str = _ZONE, clock: Clock | None = None, role: Role = Role.TEAM_LEADER
) -> "Sikpro":
    """Open a SIKPRO database by its URL; `memory:` opens an empty store in memory, which ends with the process.

    `role` is that of the account `script`, which is made at the first time. A missing SQLite file is created; an old
    one is migrated. A PostgreSQL database must be up to date (`sikpro migrate`). Raises `StorageError`, and
    `ValueError` for another kind of URL or a zone that is not known.

    >>> with connect("memory:") as app:
    ...     app.register("AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445").number
    'SC32232558'
    """
    clock = clock or SystemClock()
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {zone!r}: give an IANA name, such as Asia/Jakarta") from None
    if url == "memory:":
        return Sikpro.over(MemoryTransactions(), clock, zone, lambda: None, role)
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("a database is sqlite:///PATH, postgresql://… or memory:")
    from sikpro.adapters.sql.engine import create_engine_for  # the store in memory needs no SQLAlchemy
    from sikpro.adapters.sql.migrate import migrate, pending
    from sikpro.adapters.sql.unit_of_work import SqlTransactions

    if url.startswith("sqlite"):
        migrate(url)
    elif pending(url):
        raise StorageUnavailable("it is not up to date: run `sikpro migrate` first")
    engine = create_engine_for(url)
    return Sikpro.over(SqlTransactions(engine), clock, zone, engine.dispose, role)


@all_held
@frozen(kw_only=True)
class Sikpro:
    """An open SIKPRO; each method is one transaction. Use it as a context manager, or `close` it.

    The actor of all changes is `script`, an account of the installation without a password, unless `acting_as` chooses
    a person. Every method raises `DomainError` for a broken rule, `StorageError` for a failure of the database,
    `TypeError` for an argument of another type or a field that does not exist, and `ValueError` for a time without a
    zone.
    """

    transactions: Transactions
    clock: Clock
    zone: str
    script: Person
    close: Callable[[], None]
    actor: Person = field(default=Factory(lambda self: self.script, takes_self=True))

    @classmethod
    def over(
        cls,
        transactions: Transactions,
        clock: Clock,
        zone: str,
        close: Callable[[], None],
        role: Role = Role.TEAM_LEADER,
    ) -> Self:
        """Return a SIKPRO over any transactions; add the first catalogue and the script's account."""

        def work(uow: UnitOfWork) -> Person:
            create_first_catalogue(uow)
            known = uow.people.by_username(_SCRIPT)
            if known:
                return known
            added = uow.people.add(Person(id=0, name="Script", username=_SCRIPT, role=role))
            uow.journal.note("person_added", str(added.id), None, clock.now(), {"name": added.name})
            record_added(uow, added, None, clock.now())
            return added

        return cls(transactions=transactions, clock=clock, zone=zone, script=transactions.write(work), close=close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def acting_as(self, username: str) -> Self:
        """Return the same SIKPRO with a person as the actor, found by their user name.

        Their own rights hold, as they are at each call, and the history names them. It needs no `close`: what it came
        from stays open. Raises `NotFound` where nobody active has the user name.
        """

        def work(uow: UnitOfWork) -> Person:
            person = uow.people.by_username(username)
            if person is None or not person.active:
                raise NotFound(what="person", name=username)
            return person

        return evolve(self, actor=self.transactions.read(work), close=lambda: None)

    def register_order(
        self,
        *,
        type: str,  # noqa: A002  # the field's name
        registration_number: str,
        serial: str,
        sto: str,
        odp: str,
        technician: str,
        note: str = "",
    ) -> Order:
        """Add an order to the queue and return it. Raises `InvalidFields`, `DuplicateOrder`."""
        typed = {
            "type": type,
            "registration_number": registration_number,
            "serial": serial,
            "sto": sto,
            "odp": odp,
            "technician": technician,
            "note": note,
        }
        return self._write(
            lambda uow: (
                register_order(uow, typed, self.clock.now(), sender=self._acting(uow), channel=Channel.LIBRARY).order
            )
        )

    def register(self, message: str) -> Order:
        """Add an order from a technician's message and return it. Raises `InvalidFields`, `DuplicateOrder`."""

        def work(uow: UnitOfWork) -> Order:
            known = known_in(uow)
            reading = read_order(message, known)
            if reading.doubts:
                raise InvalidFields(errors_of(reading, known.patterns))
            typed = data_of(reading)
            return register_order(uow, typed, self.clock.now(), sender=self._acting(uow), channel=Channel.LIBRARY).order

        return self._write(work)

    def order(self, number: str) -> Order:
        """Return the order with a registration number. Raises `NotFound`, also where the actor may not view it."""

        def work(uow: UnitOfWork) -> Order:
            check_order(uow, number, self._acting(uow))
            return order_named(uow, number)

        return self.transactions.read(work)

    def orders(
        self,
        which: OrderFilter = OrderFilter(),  # noqa: B008  # frozen
        *,
        newest_first: bool = False,
        after: Key | None = None,
        limit: int = 50,
    ) -> tuple[OrderRow, ...]:
        """Return a page of orders as rows; the last row's `key` is the start of the next page.

        `limit` is at least 1. Raises `ValueError` for less.
        """
        if limit < 1:
            raise ValueError(f"orders: limit: {limit} is less than 1")
        sort = Sort.NEWEST if newest_first else Sort.OLDEST
        return self.transactions.read(
            lambda uow: list_orders(uow, which, self._acting(uow), sort=sort, after=after, limit=limit)
        )

    def take(self, number: str) -> Order:
        """Take an order for the script. Raises `AlreadyTaken`, `ForbiddenMove`."""
        return self._on(number, lambda uow, order: take_order(uow, order.id, self._acting(uow), self.clock.now()))

    def give_back(self, number: str) -> Order:
        """Give an order of the script back to the queue. Raises `AlreadyTaken`, `ForbiddenMove`."""
        return self._on(number, lambda uow, order: give_back_order(uow, order.id, self._acting(uow), self.clock.now()))

    def change_status(self, number: str, status: str, *, feedback: str = "", reason: str = "") -> Order:
        """Set a status by its code and notify the technician. Raises `ForbiddenMove`, `ReasonRequired`, `NotFound`."""

        def work(uow: UnitOfWork, order: Order) -> Order:
            return change_status(
                uow,
                order.id,
                status,
                self._acting(uow),
                self.clock.now(),
                reason=reason,
                feedback=feedback,
                zone=self.zone,
            )

        return self._on(number, work)

    def correct(self, number: str, **fields: Unpack[OrderFields]) -> Order:
        """Replace some of an order's data; a held-up order goes back to the queue.

        Raises `InvalidFields`, `DuplicateOrder`, `ForbiddenMove`.
        """

        def work(uow: UnitOfWork, order: Order) -> Order:
            typed = {**typed_again(order.data), **cast("dict[str, str]", fields)}
            return correct_order(uow, order.id, typed, self._acting(uow), self.clock.now())

        return self._on(number, work)

    def reopen(self, number: str, *, reason: str) -> Order:
        """Reopen a finished order. Raises `ForbiddenMove`, `ReasonRequired`."""
        return self._on(
            number,
            lambda uow, order: reopen_order(
                uow, order.id, self._acting(uow), self.clock.now(), reason=reason, zone=self.zone
            ),
        )

    def delete(self, number: str, *, reason: str) -> Order:
        """Delete an order: it leaves the queue and the counts. Raises `ReasonRequired`."""
        return self._on(
            number,
            lambda uow, order: delete_order(
                uow, order.id, self._acting(uow), self.clock.now(), reason=reason, zone=self.zone
            ),
        )

    def add_technician(self, name: str, technician_code: str, site_operation: str = "") -> Person:
        """Add a technician and return the person. Raises `InvalidValue`, `AlreadyUsed`, `NotFound`."""
        return self._write(
            lambda uow: add_technician(
                uow,
                name=name,
                technician_code=technician_code,
                site_operation=site_operation,
                now=self.clock.now(),
                by=self._acting(uow),
            )
        )

    def add_to_catalogue(self, *rows: CatalogueRow) -> None:
        """Add or replace statuses, order types, Site Operations and STOs. Raises `NotFound`, `NotPermitted`."""

        def work(uow: UnitOfWork) -> None:
            if self.actor.id != self.script.id:
                self._acting(uow).must(Permission.ADMINISTER)
            for row in rows:
                put_row(uow, row)

        self._write(work)

    def recap(self, period: str, **filters: str) -> Recap:
        """Return the recap of a day, a month or `2026-11-01_2026-11-15`, with filters. Raises `InvalidValue`."""
        query = RecapQuery.parse(period, filters)
        return self.transactions.read(lambda uow: recap(uow, query, self._acting(uow), self.clock.now(), self.zone))

    def _acting(self, uow: UnitOfWork) -> Person:
        """Return the actor as they are now. Raises `NotFound` once they are deactivated."""
        person = uow.people.get(self.actor.id)
        if not person.active:
            raise NotFound(what="person", name=person.username or person.name)
        return person

    def _on(self, number: str, work: Callable[[UnitOfWork, Order], Order]) -> Order:
        return self._write(lambda uow: work(uow, order_named(uow, number)))

    def _write(self, work: Callable[[UnitOfWork], T]) -> T:
        return self.transactions.write(work)
