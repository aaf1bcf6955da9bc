"""What every group of the library works with: who acts, in which transactions, at what time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from attrs import define, frozen

from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.runtime import Clock
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.use_cases.orders.list_orders import check_order
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.domain.errors import NotFound, NotPermitted
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person, Role

T = TypeVar("T")

Work = Callable[[UnitOfWork, Person, datetime], T]
"""One step: with an open transaction, who acts, and the time."""

OrderWork = Callable[[UnitOfWork, Order, Person, datetime], T]
"""One step with an order."""


@frozen(kw_only=True)
class Session:
    """An open SIKPRO and who acts. Each call is one transaction, or one step of `OneTransaction`."""

    transactions: Transactions
    clock: Clock
    zone: str
    actor: Person

    @property
    def local(self) -> ZoneInfo:
        """The installation's zone."""
        return ZoneInfo(self.zone)

    @property
    def words(self) -> Words:
        """The sentences in the actor's language."""
        return words_in(self.actor.language, self.zone)

    def write(self, work: Work[T]) -> T:
        """Do a step that writes. Raises `DomainError`, `StorageError`."""
        must_not_be_beside(self.transactions)
        return self.transactions.write(partial(self._step, work))

    def read(self, work: Work[T]) -> T:
        """Do a step that only reads. Raises `DomainError`, `StorageError`."""
        must_not_be_beside(self.transactions)
        return self.transactions.read(partial(self._step, work))

    def move(self, number: str, work: OrderWork[T]) -> T:
        """Do a step with the order under a registration number. Raises `NotFound`."""
        return self.write(lambda uow, by, now: work(uow, order_named(uow, number), by, now))

    def look(self, number: str, work: OrderWork[T]) -> T:
        """Read about an order that the actor may view. Raises `NotFound`, also where they may not."""

        def within(uow: UnitOfWork, by: Person, now: datetime) -> T:
            check_order(uow, number, by)
            return work(uow, order_named(uow, number), by, now)

        return self.read(within)

    def record_file(self, name: str) -> None:
        """Record that who acts had a file written, as a download on the console is."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> None:
            record_event(uow, EventKind.DOWNLOADED, by, now, object=name, details="library")

        self.write(work)

    def acting(self, uow: UnitOfWork) -> Person:
        """Return the actor as they are now. Raises `NotFound` once they are deactivated."""
        person = uow.people.get(self.actor.id)
        if not person.active:
            raise NotFound(what="person", name=person.username or person.name)
        return person

    def _step(self, work: Work[T], uow: UnitOfWork) -> T:
        by = self.acting(uow)
        try:
            return work(uow, by, self.clock.now())
        except NotPermitted as refused:
            raise refused.named(by.name, by.role or Role.TECHNICIAN) from None


@frozen
class Group:
    """A part of the library. Each method is one transaction, with the rights of who acts."""

    _session: Session


_blocks = threading.local()


@contextmanager
def block_of(transactions: Transactions) -> Iterator[UnitOfWork]:
    """Open a block; meanwhile this thread does no step beside it. Raises `RuntimeError` inside another."""
    must_not_be_beside(transactions)
    with transactions.opened() as unit:
        held: list[Transactions] = vars(_blocks).setdefault("held", [])
        held.append(transactions)
        try:
            yield unit
        finally:
            held.remove(transactions)


def must_not_be_beside(transactions: Transactions) -> None:
    """Refuse a step beside this thread's open block: it would not see what the block wrote. Raises `RuntimeError`."""
    if any(one is transactions for one in vars(_blocks).get("held", ())):
        raise RuntimeError(
            "there is a transaction already: inside the block use what `as` gave (with app.transaction() as work: "
            "work.orders…), because app itself is not part of it"
        )


@define
class OneTransaction:
    """`Transactions` over one open transaction: each step that fails leaves nothing of itself."""

    unit: UnitOfWork | None

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do a step; the commit comes at the end of the block."""
        unit = self._still_open()
        with unit.savepoint():
            return work(unit)

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Read what the steps before wrote too."""
        return work(self._still_open())

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        """Refuse it: a block has one commit. Raises `RuntimeError`."""
        raise RuntimeError("there is a transaction already: a block inside it would not be one of its own")

    def _still_open(self) -> UnitOfWork:
        if self.unit is None:
            raise RuntimeError("this transaction is over: open another with app.transaction()")
        return self.unit


def must_one_of(by: Person, *permissions: Permission) -> None:
    """Require one of the permissions. Raises `NotPermitted`, which names the first."""
    if not any(map(by.may, permissions)):
        by.must(permissions[0])


def person_named(uow: UnitOfWork, who: str) -> Person:
    """Return the person with a user name or a technician code. Raises `NotFound`."""
    typed = who.strip()
    person = uow.people.by_username(typed) or uow.people.by_code(typed.upper())
    if person is None:
        raise NotFound(what="person", name=typed[:64])
    return person
