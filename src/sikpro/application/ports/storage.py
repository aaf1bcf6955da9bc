"""The unit of work: one transaction and all it can reach, who owns it, and how a database fails."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol, TypeVar

from attrs import frozen

from sikpro.application.ports.access import BindLinks, LoginAttempts, Sessions
from sikpro.application.ports.bots import BotAccounts
from sikpro.application.ports.desk import SavedViews, UndoSteps
from sikpro.application.ports.devices import DeviceQueries
from sikpro.application.ports.exports import Blobs, Exports
from sikpro.application.ports.facts import OrderFacts
from sikpro.application.ports.files import FileStore
from sikpro.application.ports.months import ClosedMonths, Targets
from sikpro.application.ports.queries import OrderQueries
from sikpro.application.ports.queues import Alerts, ConversationStore, Inbox, Jobs, Outbox
from sikpro.application.ports.repositories import (
    AccessRequestRepository,
    CatalogueRepository,
    InstallationRepository,
    Journal,
    OrderRepository,
    PersonRepository,
)
from sikpro.application.ports.schedules import Schedules

T = TypeVar("T")


class StorageError(Exception):
    """The database did not do it. Only its subclasses are raised."""


class StorageBusy(StorageError):
    """Locked, deadlocked or not serialisable: the same work may succeed at once."""


class StorageUnavailable(StorageError):
    """Out of reach, or its disk is full: nothing is stored until somebody mends it."""


class StorageRejected(StorageError):
    """The database refuses this very content, and would refuse it again."""


class Kind(StrEnum):
    """What a live hint is about."""

    ORDER = "order"
    ACCESS = "access"
    LEDGER = "ledger"
    OUTBOX = "outbox"
    BOT = "bot"
    EXPORT = "export"


@frozen
class Hint:
    """Something changed: its kind and the ids. Nothing depends on one arriving."""

    kind: Kind
    ids: tuple[int, ...] = ()


class UnitOfWork(Protocol):
    """One transaction and all it can reach; use cases are given one that is open and neither begin nor commit."""

    @property
    def orders(self) -> OrderRepository: ...
    @property
    def people(self) -> PersonRepository: ...
    @property
    def access_requests(self) -> AccessRequestRepository: ...
    @property
    def catalogue(self) -> CatalogueRepository: ...
    @property
    def installation(self) -> InstallationRepository: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def conversations(self) -> ConversationStore: ...
    @property
    def bots(self) -> BotAccounts: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def files(self) -> FileStore: ...
    @property
    def blobs(self) -> Blobs: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def undo_steps(self) -> UndoSteps: ...
    @property
    def saved_views(self) -> SavedViews: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def bind_links(self) -> BindLinks: ...
    @property
    def login_attempts(self) -> LoginAttempts: ...
    @property
    def order_queries(self) -> OrderQueries: ...
    @property
    def order_facts(self) -> OrderFacts: ...
    @property
    def closed_months(self) -> ClosedMonths: ...
    @property
    def targets(self) -> Targets: ...
    @property
    def devices(self) -> DeviceQueries: ...

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone when an exception leaves it; the unit stays usable, the hints stay back."""

    def announce(self, hint: Hint) -> None:
        """Publish a hint after the commit; nothing after a rollback."""


class Transactions(Protocol):
    """The one owner of transactions."""

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work in one transaction and commit; on `StorageBusy` the whole again, three times in all.

        An exception of the work's rolls back and comes through. Raises `StorageError`. A write inside a write is
        an error (`RuntimeError`).
        """

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work on one consistent view; what it writes is an error or lost."""


class AsyncTransactions(Protocol):
    """The same for asyncio: the whole work in one hop to a thread."""

    async def write(self, work: Callable[[UnitOfWork], T]) -> T: ...
    async def read(self, work: Callable[[UnitOfWork], T]) -> T: ...
