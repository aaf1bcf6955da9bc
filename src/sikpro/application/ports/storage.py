"""The unit of work: one transaction and all it can reach, who owns it, and how a database fails."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol, TypeVar

from attrs import frozen

from sikpro.application.ports.blobs import Blobs
from sikpro.application.ports.bots import BotAccounts
from sikpro.application.ports.catalogue import CatalogueRepository, InstallationRepository
from sikpro.application.ports.conversations import ConversationStore
from sikpro.application.ports.devices import DeviceQueries
from sikpro.application.ports.exports import Exports
from sikpro.application.ports.facts import OrderFacts
from sikpro.application.ports.files import FileStore
from sikpro.application.ports.inbox import Inbox
from sikpro.application.ports.jobs import Alerts, Jobs
from sikpro.application.ports.journal import Journal
from sikpro.application.ports.months import ClosedMonths
from sikpro.application.ports.orders import OrderRepository
from sikpro.application.ports.outbox import Outbox
from sikpro.application.ports.people import AccessRequestRepository, PersonRepository
from sikpro.application.ports.queries import OrderQueries
from sikpro.application.ports.schedules import Schedules
from sikpro.application.ports.sessions import BindLinks, LoginAttempts, Sessions
from sikpro.application.ports.targets import Targets
from sikpro.application.ports.undo_and_views import SavedViews, UndoSteps

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


class OrderStorage(Protocol):
    """Orders and what is read of them: to register, work and list them."""

    @property
    def orders(self) -> OrderRepository: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def order_queries(self) -> OrderQueries: ...
    @property
    def undo_steps(self) -> UndoSteps: ...
    @property
    def files(self) -> FileStore: ...


class PeopleStorage(Protocol):
    """People, who asks to be let in, and the catalogues that they work with: needed by everything."""

    @property
    def people(self) -> PersonRepository: ...
    @property
    def access_requests(self) -> AccessRequestRepository: ...
    @property
    def catalogue(self) -> CatalogueRepository: ...
    @property
    def installation(self) -> InstallationRepository: ...


class ChatStorage(Protocol):
    """What comes from and goes to a chat network: to run a bot."""

    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def conversations(self) -> ConversationStore: ...
    @property
    def bots(self) -> BotAccounts: ...


class JobStorage(Protocol):
    """Recurring work and what was alerted: to run the workers."""

    @property
    def jobs(self) -> Jobs: ...
    @property
    def alerts(self) -> Alerts: ...


class RecapStorage(Protocol):
    """Figures, months, targets and schedules, and the files made of them: for recaps and exports."""

    @property
    def order_facts(self) -> OrderFacts: ...
    @property
    def closed_months(self) -> ClosedMonths: ...
    @property
    def targets(self) -> Targets: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def blobs(self) -> Blobs: ...


class DeviceStorage(Protocol):
    """What is installed where: for the device ledger and for imports, which look up known orders."""

    @property
    def devices(self) -> DeviceQueries: ...


class WebStorage(Protocol):
    """Logins, links that bind a phone, and saved views: for the web console."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def login_attempts(self) -> LoginAttempts: ...
    @property
    def bind_links(self) -> BindLinks: ...
    @property
    def saved_views(self) -> SavedViews: ...


class UnitOfWork(
    OrderStorage,
    PeopleStorage,
    ChatStorage,
    JobStorage,
    RecapStorage,
    DeviceStorage,
    WebStorage,
    Protocol,
):
    """One transaction and all it can reach; use cases are given one that is open and neither begin nor commit.

    A store of your own may leave out what you do not use (a property that raises `NotImplementedError`). To register,
    take and list orders needs `OrderStorage` and `PeopleStorage`; to answer them also `ChatStorage`, for the outbox.
    """

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
