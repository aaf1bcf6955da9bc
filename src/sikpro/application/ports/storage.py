"""The unit of work: one transaction and everything it can reach; who owns it, and how a database fails."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol, TypeVar

from attrs import frozen

from sikpro.application.ports.archives import Archives
from sikpro.application.ports.blobs import Blobs
from sikpro.application.ports.bots import BotAccounts
from sikpro.application.ports.catalogue import CatalogueRepository, InstallationRepository
from sikpro.application.ports.chance import Chance
from sikpro.application.ports.claims import Claims
from sikpro.application.ports.conversations import ConversationStore
from sikpro.application.ports.day_notes import DayNotes
from sikpro.application.ports.devices import DeviceQueries
from sikpro.application.ports.disturbances import Disturbances
from sikpro.application.ports.exports import Exports
from sikpro.application.ports.facts import OrderFacts
from sikpro.application.ports.failed_messages import FailedMessages
from sikpro.application.ports.files import FileStore
from sikpro.application.ports.health import HealthRecords
from sikpro.application.ports.inbox import Inbox
from sikpro.application.ports.jobs import Alerts, Jobs
from sikpro.application.ports.journal import Journal
from sikpro.application.ports.kept_answers import KeptAnswers
from sikpro.application.ports.mentions import Mentions
from sikpro.application.ports.months import ClosedMonths
from sikpro.application.ports.orders import OrderRepository
from sikpro.application.ports.outbox import Outbox
from sikpro.application.ports.owners import Owners
from sikpro.application.ports.people import AccessRequestRepository, PersonRepository
from sikpro.application.ports.photo_reads import PhotoReads
from sikpro.application.ports.queries import OrderQueries
from sikpro.application.ports.reminders import Reminders
from sikpro.application.ports.retention import Retention
from sikpro.application.ports.schedules import Schedules
from sikpro.application.ports.seals import Seals
from sikpro.application.ports.security_events import SecurityEvents
from sikpro.application.ports.sessions import BindLinks, LoginAttempts, Sessions
from sikpro.application.ports.set_aside import SetAsides
from sikpro.application.ports.shift_handovers import ShiftHandovers
from sikpro.application.ports.snippets import Snippets
from sikpro.application.ports.targets import Targets
from sikpro.application.ports.tokens import PersonalTokens
from sikpro.application.ports.two_steps import LoginTickets, SecondSteps
from sikpro.application.ports.undo_and_views import SavedViews, UndoSteps
from sikpro.application.ports.wall_links import WallLinks
from sikpro.application.ports.webhooks import Webhooks
from sikpro.application.ports.work_preferences import WorkPreferencesStore
from sikpro.application.ports.written_tables import WrittenTables

T = TypeVar("T")


class StorageError(Exception):
    """The database did not do its work. Only subclasses are raised."""


class StorageBusy(StorageError):
    """The database is locked, deadlocked or could not serialise. The same work may succeed at once."""


class StorageUnavailable(StorageError):
    """The database is unreachable or its disk is full. Nothing is stored until somebody corrects this."""


class StorageUncertain(StorageUnavailable):
    """The connection broke at the commit: whether the work is stored is not known until the database answers again.

    To repeat it must be harmless, as it is for updates, which the inbox knows, or left to a person who looks first.
    """


class StorageCrowded(StorageError):
    """Too many long reads wait. Nothing was tried; try again when some are done."""


class StorageDamaged(StorageUnavailable):
    """The database found damage in its data: a page that is no page of it. A copy has to be restored."""


class StorageRejected(StorageError):
    """The database refuses this content, and would refuse it again."""


class Kind(StrEnum):
    """The subject of a live hint."""

    ORDER = "order"
    ACCESS = "access"
    LEDGER = "ledger"
    OUTBOX = "outbox"
    BOT = "bot"
    EXPORT = "export"
    TABLE = "table"
    FILE = "file"
    """A file or a photo is wanted from the network; for loops, not for pages."""
    WEBHOOK = "webhook"
    """A delivery to a webhook is queued; for loops, not for pages."""


@frozen
class Hint:
    """Something changed: its kind and the ids. Hints may get lost; nothing depends on them."""

    kind: Kind
    ids: tuple[int, ...] = ()


class OrderStorage(Protocol):
    """Orders, their journal and their queries: to register, work and list them."""

    @property
    def orders(self) -> OrderRepository: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def order_queries(self) -> OrderQueries: ...
    @property
    def undo_steps(self) -> UndoSteps: ...
    @property
    def set_aside(self) -> SetAsides: ...
    @property
    def mentions(self) -> Mentions: ...
    @property
    def snippets(self) -> Snippets: ...
    @property
    def shift_handovers(self) -> ShiftHandovers: ...
    @property
    def work_preferences(self) -> WorkPreferencesStore: ...
    @property
    def files(self) -> FileStore: ...
    @property
    def archives(self) -> Archives: ...
    @property
    def owners(self) -> Owners: ...
    @property
    def disturbances(self) -> Disturbances: ...
    @property
    def webhooks(self) -> Webhooks: ...


class PeopleStorage(Protocol):
    """People, access requests, the catalogues and the record of security events: needed by everything."""

    @property
    def people(self) -> PersonRepository: ...
    @property
    def access_requests(self) -> AccessRequestRepository: ...
    @property
    def catalogue(self) -> CatalogueRepository: ...
    @property
    def security_events(self) -> SecurityEvents: ...
    @property
    def installation(self) -> InstallationRepository: ...


class ChatStorage(Protocol):
    """Messages from and to a chat network: needed to run a bot."""

    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def failed_messages(self) -> FailedMessages: ...
    @property
    def conversations(self) -> ConversationStore: ...
    @property
    def bots(self) -> BotAccounts: ...
    @property
    def photo_reads(self) -> PhotoReads: ...


class JobStorage(Protocol):
    """Recurring work, claims, alerts already given, seals over facts, what is kept no longer, records of health."""

    @property
    def jobs(self) -> Jobs: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def seals(self) -> Seals: ...
    @property
    def retention(self) -> Retention: ...
    @property
    def health(self) -> HealthRecords: ...


class RecapStorage(Protocol):
    """Figures, months, targets, notes, schedules and their files: needed for recaps and exports."""

    @property
    def order_facts(self) -> OrderFacts: ...
    @property
    def closed_months(self) -> ClosedMonths: ...
    @property
    def targets(self) -> Targets: ...
    @property
    def day_notes(self) -> DayNotes: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def blobs(self) -> Blobs: ...


class DeviceStorage(Protocol):
    """Installed devices: needed for the device ledger, and for imports, which look up known orders."""

    @property
    def devices(self) -> DeviceQueries: ...


class TableStorage(Protocol):
    """What uploaded tables wrote: needed to write one and to take it back."""

    @property
    def written_tables(self) -> WrittenTables: ...


class WebStorage(Protocol):
    """Logins with their second step, links that connect a phone or open the wall, saved views: for the web console;
    tokens and kept answers: for the JSON API."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def login_attempts(self) -> LoginAttempts: ...
    @property
    def second_steps(self) -> SecondSteps: ...
    @property
    def login_tickets(self) -> LoginTickets: ...
    @property
    def bind_links(self) -> BindLinks: ...
    @property
    def tokens(self) -> PersonalTokens: ...
    @property
    def kept_answers(self) -> KeptAnswers: ...
    @property
    def saved_views(self) -> SavedViews: ...
    @property
    def wall_links(self) -> WallLinks: ...


class UnitOfWork(
    OrderStorage,
    PeopleStorage,
    ChatStorage,
    JobStorage,
    RecapStorage,
    DeviceStorage,
    TableStorage,
    WebStorage,
    Protocol,
):
    """One transaction and everything it can reach. Use cases get an open one; they never begin or commit it.

    A store of your own may leave out what you do not use (a property that raises `NotImplementedError`). To register,
    take and list orders needs `OrderStorage` and `PeopleStorage`; to answer them also `ChatStorage`, for the outbox.
    """

    @property
    def chance(self) -> Chance:
        """The source of tokens and salts in this transaction."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Return a context whose changes and hints are undone when an exception leaves it. The unit stays usable."""

    def announce(self, hint: Hint) -> None:
        """Publish a hint after the commit. A rollback publishes nothing."""


class Transactions(Protocol):
    """The only owner of transactions."""

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run the work in one transaction and commit. On `StorageBusy` run all of it again, at most three times in all.

        An exception from the work rolls back and is raised to the caller. Raises `StorageError`, and `RuntimeError` for
        a write inside a write.
        """

    def opened(self) -> AbstractContextManager[UnitOfWork]:
        """Return a context with one open transaction: it commits at the end, and rolls back when an exception leaves.

        A block cannot run again, so `StorageBusy` is raised to the caller. Hints are published after the commit, as by
        `write`. It ends in the thread that began it. Raises as `write`; a write inside it is one inside a write.
        """

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run the work on one consistent view. Writing in it is an error, or the writes are lost."""


class AsyncTransactions(Protocol):
    """The same for asyncio: all of the work runs in one call on a thread."""

    async def write(self, work: Callable[[UnitOfWork], T]) -> T: ...
    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run a read that takes less than a second: the chat and every page wait behind it."""

    async def read_long(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run a read that may take longer (recaps, files, tables): it waits only behind its like.

        Raises `StorageCrowded` if too many of them wait.
        """
