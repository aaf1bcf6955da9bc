"""The unit of work and the transactions on a database."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from sqlalchemy.engine import Engine, Transaction

from sikpro.adapters.sql.archives import SqlArchives
from sikpro.adapters.sql.blobs import SqlBlobs
from sikpro.adapters.sql.bots import SqlBotAccounts
from sikpro.adapters.sql.catalogue import SqlCatalogueRepository, SqlInstallationRepository
from sikpro.adapters.sql.claims import SqlClaims
from sikpro.adapters.sql.conversations import SqlConversationStore
from sikpro.adapters.sql.day_notes import SqlDayNotes
from sikpro.adapters.sql.devices import SqlDeviceQueries
from sikpro.adapters.sql.dialect import add_up
from sikpro.adapters.sql.disturbances import SqlDisturbances
from sikpro.adapters.sql.engine import WRITES, sqlite_file
from sikpro.adapters.sql.exports import SqlExports
from sikpro.adapters.sql.facts import SqlOrderFacts
from sikpro.adapters.sql.failed_messages import SqlFailedMessages
from sikpro.adapters.sql.file_watch import FileWatch
from sikpro.adapters.sql.files import SqlFileStore
from sikpro.adapters.sql.health import SqlHealthRecords
from sikpro.adapters.sql.hints import notify
from sikpro.adapters.sql.inbox import SqlInbox
from sikpro.adapters.sql.jobs import SqlAlerts, SqlJobs
from sikpro.adapters.sql.journal import SqlJournal
from sikpro.adapters.sql.kept_answers import SqlKeptAnswers
from sikpro.adapters.sql.mentions import SqlMentions
from sikpro.adapters.sql.months import SqlClosedMonths
from sikpro.adapters.sql.orders import SqlOrderRepository
from sikpro.adapters.sql.outbox import SqlOutbox
from sikpro.adapters.sql.owners import SqlOwners
from sikpro.adapters.sql.people import SqlAccessRequestRepository, SqlPersonRepository
from sikpro.adapters.sql.photo_reads import SqlPhotoReads
from sikpro.adapters.sql.queries import SqlOrderQueries
from sikpro.adapters.sql.reminders import SqlReminders
from sikpro.adapters.sql.retention import SqlRetention
from sikpro.adapters.sql.schedules import SqlSchedules
from sikpro.adapters.sql.seals import SqlSeals, write_facts
from sikpro.adapters.sql.security_events import SqlSecurityEvents
from sikpro.adapters.sql.sessions import SqlBindLinks, SqlLoginAttempts, SqlSessions
from sikpro.adapters.sql.set_aside import SqlSetAsides
from sikpro.adapters.sql.shift_handovers import SqlShiftHandovers
from sikpro.adapters.sql.snippets import SqlSnippets
from sikpro.adapters.sql.tables import totals
from sikpro.adapters.sql.targets import SqlTargets
from sikpro.adapters.sql.tokens import SqlPersonalTokens
from sikpro.adapters.sql.transaction import OpenTransaction, as_storage_errors
from sikpro.adapters.sql.two_steps import SqlLoginTickets, SqlSecondSteps
from sikpro.adapters.sql.undo_and_views import SqlSavedViews, SqlUndoSteps
from sikpro.adapters.sql.wall_links import SqlWallLinks
from sikpro.adapters.sql.webhooks import SqlWebhooks
from sikpro.adapters.sql.work_preferences import SqlWorkPreferences
from sikpro.adapters.sql.writers_turn import writers_turn
from sikpro.adapters.sql.written_tables import SqlWrittenTables
from sikpro.application.ports.chance import UNFORESEEN, Chance
from sikpro.application.ports.one_write import OneWrite
from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.security_events import log_events
from sikpro.application.ports.storage import Hint, StorageError, StorageUncertain, UnitOfWork

T = TypeVar("T")
_log = logging.getLogger(__name__)


class SqlUnitOfWork:
    """One transaction with all repositories."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction
        self.chance = transaction.chance
        self.orders = SqlOrderRepository(transaction)
        self.people = SqlPersonRepository(transaction)
        self.access_requests = SqlAccessRequestRepository(transaction)
        self.catalogue = SqlCatalogueRepository(transaction)
        self.installation = SqlInstallationRepository(transaction)
        self.journal = SqlJournal(transaction)
        self.inbox = SqlInbox(transaction)
        self.outbox = SqlOutbox(transaction)
        self.failed_messages = SqlFailedMessages(transaction)
        self.conversations = SqlConversationStore(transaction)
        self.bots = SqlBotAccounts(transaction)
        self.jobs = SqlJobs(transaction)
        self.alerts = SqlAlerts(transaction)
        self.claims = SqlClaims(transaction)
        self.reminders = SqlReminders(transaction)
        self.owners = SqlOwners(transaction)
        self.disturbances = SqlDisturbances(transaction)
        self.files = SqlFileStore(transaction)
        self.photo_reads = SqlPhotoReads(transaction)
        self.blobs = SqlBlobs(transaction)
        self.exports = SqlExports(transaction)
        self.undo_steps = SqlUndoSteps(transaction)
        self.set_aside = SqlSetAsides(transaction)
        self.mentions = SqlMentions(transaction)
        self.snippets = SqlSnippets(transaction)
        self.shift_handovers = SqlShiftHandovers(transaction)
        self.wall_links = SqlWallLinks(transaction)
        self.work_preferences = SqlWorkPreferences(transaction)
        self.saved_views = SqlSavedViews(transaction)
        self.schedules = SqlSchedules(transaction)
        self.sessions = SqlSessions(transaction)
        self.bind_links = SqlBindLinks(transaction)
        self.login_attempts = SqlLoginAttempts(transaction)
        self.second_steps = SqlSecondSteps(transaction)
        self.login_tickets = SqlLoginTickets(transaction)
        self.tokens = SqlPersonalTokens(transaction)
        self.kept_answers = SqlKeptAnswers(transaction)
        self.webhooks = SqlWebhooks(transaction)
        self.security_events = SqlSecurityEvents(transaction)
        self.seals = SqlSeals(transaction)
        self.retention = SqlRetention(transaction)
        self.archives = SqlArchives(transaction)
        self.health = SqlHealthRecords(transaction)
        self.order_queries = SqlOrderQueries(transaction)
        self.order_facts = SqlOrderFacts(transaction)
        self.closed_months = SqlClosedMonths(transaction)
        self.targets = SqlTargets(transaction)
        self.day_notes = SqlDayNotes(transaction)
        self.devices = SqlDeviceQueries(transaction)
        self.written_tables = SqlWrittenTables(transaction)

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo the changes and hints inside if an exception leaves it; the unit of work stays usable."""
        return self._transaction.savepoint()

    def announce(self, hint: Hint) -> None:
        """Publish a hint after the commit; publish nothing after a rollback."""
        self._transaction.hints.append(hint)


class SqlTransactions:
    """The one owner of transactions on a database; on SQLite the writers of this process wait for each other here.

    `process` is the name under which this process claims things. On PostgreSQL it must hold its lock meanwhile
    (`Presence`); without a name only a lease tells others when a claim is over. `changes` grows with each commit
    on SQLite that changed something, before it and after it.
    """

    def __init__(
        self,
        engine: Engine,
        live: LiveEvents | None = None,
        process: str = "",
        chance: Chance = UNFORESEEN,
    ) -> None:
        self._engine = engine
        self._live = live
        self._process = process
        self._chance = chance
        self.changes = 0
        self._one_write = OneWrite()
        file = sqlite_file(engine.url)
        self._turn = writers_turn(file)
        self._reading: dict[str, Any] = (
            {} if file else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work in one transaction and commit; on `StorageBusy` repeat the whole, three tries in all."""
        return self._one_write.run(lambda: self._write_once(work))

    @contextmanager
    def opened(self) -> Iterator[UnitOfWork]:
        """Return a context with one open transaction, which is not repeated."""
        with self._one_write.alone(), self._begun() as unit:
            yield unit

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work on one consistent view; a write is an error or lost."""
        with as_storage_errors(), self._engine.connect().execution_options(**self._reading) as connection:
            return work(SqlUnitOfWork(OpenTransaction(connection, self._chance, self._process, reads=True)))

    def watch(self) -> FileWatch:
        """Return what notices the writes of other processes; for SQLite."""
        return FileWatch(self._engine, lambda: self.changes)

    def _write_once(self, work: Callable[[UnitOfWork], T]) -> T:
        with self._begun() as unit:
            return work(unit)

    @contextmanager
    def _begun(self) -> Iterator[UnitOfWork]:
        """Begin a transaction, commit it, and publish what it announced."""
        with (
            as_storage_errors(),
            self._turn(),
            self._engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin() as begun,
        ):
            transaction = OpenTransaction(connection, self._chance, self._process)
            before = transaction.changed_rows
            yield SqlUnitOfWork(transaction)
            write_facts(transaction)
            _write_totals(transaction)
            notify(transaction)
            transaction.must_stand()
            changed = transaction.changed_rows > before
            self.changes += changed
            _commit(transaction, begun)
            self.changes += changed
        log_events(transaction.recorded)
        self._publish(transaction.hints)

    def _publish(self, hints: list[Hint]) -> None:
        if self._live is None or not hints:
            return
        try:
            self._live.publish(tuple(hints))
        except Exception:
            _log.exception("live hints were not published")


def _commit(transaction: OpenTransaction, begun: Transaction) -> None:
    """Commit. Raises `StorageUncertain` if the connection broke in it."""
    try:
        begun.commit()
    except StorageError as error:
        if transaction.lost:
            raise StorageUncertain(f"the connection broke at the commit: {error}") from error
        raise


def _write_totals(transaction: OpenTransaction) -> None:
    """Write the totals once, last and in key order: otherwise two transactions can deadlock on PostgreSQL."""
    changes = [
        {"type": type_, "status": status, "phase": phase.value, "sto": sto, "count": change}
        for (type_, status, phase, sto), change in sorted(transaction.totals.items())
        if change
    ]
    if changes:
        keys = ["type", "status", "phase", "sto"]
        transaction.change_many(add_up(transaction, totals, keys, "count"), changes)
