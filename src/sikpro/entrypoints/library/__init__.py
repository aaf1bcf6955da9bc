"""SIKPRO in a script: the same use cases over the same database, or over the stores in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar, Unpack
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import Factory, evolve, field, frozen

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.storage import StorageUnavailable, Transactions, UnitOfWork
from sikpro.application.reports.recap_data import Recap
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.application.use_cases.catalogue.lookup import CatalogueRow, put_row
from sikpro.application.use_cases.people.manage_people import add_technician, record_added
from sikpro.domain.errors import NotFound
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person, Role
from sikpro.entrypoints.held import all_held, held
from sikpro.entrypoints.library.catalogue import Catalogue
from sikpro.entrypoints.library.devices import Devices
from sikpro.entrypoints.library.imports import Imports
from sikpro.entrypoints.library.messages import Messages
from sikpro.entrypoints.library.order_moves import OrderFields
from sikpro.entrypoints.library.orders import Orders
from sikpro.entrypoints.library.people import People
from sikpro.entrypoints.library.recaps import RecapFilters, Recaps
from sikpro.entrypoints.library.session import OneTransaction, Session, block_of, must_not_be_beside
from sikpro.entrypoints.library.settings import InstallationSettings
from sikpro.entrypoints.plugins import scheme, store_at

__all__ = ["OrderFields", "Sikpro", "connect"]

T = TypeVar("T")
_ZONE = "Asia/Jakarta"
_SCRIPT = "script"


@held
def connect(
    url: str = "memory:", *, zone: str = _ZONE, clock: Clock | None = None, role: Role | None = None
) -> "Sikpro":
    """Open a SIKPRO database by its URL; `memory:` opens an empty store in memory, which ends with the process.

    `role` is that of the account `script`, which is made at the first time, a team leader's without it. A missing
    SQLite file is created; an old one is migrated. A PostgreSQL database must be up to date (`sikpro migrate`). Another
    kind of URL is opened by the plugin that its scheme names. Raises `StorageError`, and `ValueError` for a URL that
    nobody opens, a zone that is not known, or a `role` that the account does not have.

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
    if scheme(url):
        store = store_at(url)
        return Sikpro.over(store.transactions, clock, zone, store.close, role)
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


def _with_role(script: Person, role: Role | None) -> Person:
    """Return the account of scripts as it is. Raises `ValueError` for another role than it has."""
    if role not in (None, script.role):
        raise ValueError(
            f"the account {_SCRIPT} is {script.role or 'without a role'}: open it without role=; an admin changes it "
            f"with app.acting_as(ADMIN).people.change({_SCRIPT!r}, role={str(role)!r})"
        )
    return script


def _stays_open() -> None:
    """Close nothing: what this one came from stays open."""


@all_held
@frozen(kw_only=True)
class Sikpro:
    """An open SIKPRO; each method is one transaction. Use it as a context manager, or `close` it.

    What is done most often is here by its name; everything is in the groups: `orders`, `people`, `catalogue`,
    `messages`, `recaps`, `imports`, `devices` and `settings`.

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
        role: Role | None = None,
    ) -> Self:
        """Return a SIKPRO over any transactions; add the first catalogue and the script's account.

        Where it cannot, it closes them first. Raises `ValueError` for a `role` that the account does not have.
        """

        def work(uow: UnitOfWork) -> Person:
            create_first_catalogue(uow)
            known = uow.people.by_username(_SCRIPT)
            if known:
                return _with_role(known, role)
            added = uow.people.add(Person(id=0, name="Script", username=_SCRIPT, role=role or Role.TEAM_LEADER))
            uow.journal.note("person_added", str(added.id), None, clock.now(), {"name": added.name})
            record_added(uow, added, None, clock.now())
            return added

        try:
            script = transactions.write(work)
        except BaseException:
            close()
            raise
        return cls(transactions=transactions, clock=clock, zone=zone, script=script, close=close)

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

        must_not_be_beside(self.transactions)
        return evolve(self, actor=self.transactions.read(work), close=_stays_open)

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """Return a block of several steps that are stored together at its end, or not at all.

        What it gives is this SIKPRO for the steps, with all groups. An exception that leaves the block undoes all of
        it; a step whose error the block catches leaves nothing of itself. Other writers wait meanwhile: keep it short.
        Raises `RuntimeError` for a block inside a block, and for a step of `app` itself inside one, `StorageBusy` where
        the database stays locked: then nothing is stored, and the block may run again.

        >>> with connect("memory:") as app, app.transaction() as work:
        ...     order = work.register("AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445")
        ...     work.change_status(order.number, "selesai").phase.value
        'completed'
        """
        with block_of(self.transactions) as unit:
            steps = OneTransaction(unit)
            try:
                yield evolve(self, transactions=steps, close=_stays_open)
            finally:
                steps.unit = None

    @property
    def orders(self) -> Orders:
        """Orders: `orders(…)` is a page, `orders.where(…)` a list, `orders.take(number)` and the like do something."""
        return Orders(self._session)

    @property
    def people(self) -> People:
        """People: accounts and technicians, requests for access, the transfer of orders."""
        return People(self._session)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogues: statuses, order types, places, makers, codes, holidays, and who owns a status."""
        return Catalogue(self._session)

    @property
    def messages(self) -> Messages:
        """Messages: what came in, what goes out, sending again, snippets, the notice."""
        return Messages(self._session)

    @property
    def recaps(self) -> Recaps:
        """Recaps: `recaps(period)` counts one; their files, closed months, notes of days."""
        return Recaps(self._session)

    @property
    def imports(self) -> Imports:
        """Imports: orders and lists from a path, the comparison with the provider, and taking it back."""
        return Imports(self._session)

    @property
    def devices(self) -> Devices:
        """The device ledger: a modem, an ODP, an STO or a technician, and what is odd."""
        return Devices(self._session)

    @property
    def settings(self) -> InstallationSettings:
        """The settings of the installation: rules, patterns, targets, schedules, walls."""
        return InstallationSettings(self._session)

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
        port: str = "",
    ) -> Order:
        """Add an order to the queue and return it. Raises `InvalidFields`, `DuplicateOrder`."""
        return self.orders.register_order(
            type=type,
            registration_number=registration_number,
            serial=serial,
            sto=sto,
            odp=odp,
            technician=technician,
            note=note,
            port=port,
        )

    def register(self, message: str) -> Order:
        """Add an order from a technician's message and return it. Raises `InvalidFields`, `DuplicateOrder`."""
        return self.orders.register(message)

    def order(self, number: str) -> Order:
        """Return the order with a registration number. Raises `NotFound`, also where the actor may not view it."""
        return self.orders.get(number)

    def take(self, number: str) -> Order:
        """Take an order for the script. Raises `AlreadyTaken`, `ForbiddenMove`."""
        return self.orders.take(number)

    def give_back(self, number: str) -> Order:
        """Give an order of the script back to the queue. Raises `AlreadyTaken`, `ForbiddenMove`."""
        return self.orders.give_back(number)

    def change_status(self, number: str, status: str, *, feedback: str | None = None, reason: str = "") -> Order:
        """Set a status by its code (`app.catalogue.statuses()` has them) and notify the technician.

        Without `feedback` the status's own text is sent, as the console proposes it; "" sends none. Raises
        `ForbiddenMove`, `ReasonRequired`, `NotFound`.
        """
        return self.orders.change_status(number, status, feedback=feedback, reason=reason)

    def correct(self, number: str, **fields: Unpack[OrderFields]) -> Order:
        """Replace some of an order's data; a held-up order goes back to the queue.

        Raises `InvalidFields`, `DuplicateOrder`, `ForbiddenMove`.
        """
        return self.orders.correct(number, **fields)

    def reopen(self, number: str, *, reason: str) -> Order:
        """Reopen a finished order. Raises `ForbiddenMove`, `ReasonRequired`."""
        return self.orders.reopen(number, reason=reason)

    def delete(self, number: str, *, reason: str) -> Order:
        """Delete an order: it leaves the queue and the counts. Raises `ReasonRequired`."""
        return self.orders.delete(number, reason=reason)

    def add_technician(self, name: str, technician_code: str, site_operation: str = "") -> Person:
        """Add a technician and return the person. Raises `InvalidValue`, `AlreadyUsed`, `NotFound`."""
        return self._session.write(
            lambda uow, by, now: add_technician(
                uow, name=name, technician_code=technician_code, site_operation=site_operation, now=now, by=by
            )
        )

    def add_to_catalogue(self, *rows: CatalogueRow) -> None:
        """Add or replace statuses, order types, Site Operations and STOs. Raises `NotFound`, `NotPermitted`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> None:
            if by.id != self.script.id:
                by.must(Permission.ADMINISTER)
            for row in rows:
                put_row(uow, row)

        self._session.write(work)

    def recap(self, period: str, **filters: Unpack[RecapFilters]) -> Recap:
        """Return the recap of a day, a month or `2026-11-01_2026-11-15`, with filters. Raises as `app.recaps`."""
        return self.recaps(period, **filters)

    @property
    def _session(self) -> Session:
        return Session(transactions=self.transactions, clock=self.clock, zone=self.zone, actor=self.actor)
