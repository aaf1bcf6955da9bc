"""Transactions in memory: a write works on a fork of the state and publishes it on commit."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sikpro.adapters.memory.archives import MemoryArchives
from sikpro.adapters.memory.blobs import MemoryBlobs
from sikpro.adapters.memory.bots import MemoryBotAccounts
from sikpro.adapters.memory.catalogue import MemoryCatalogueRepository, MemoryInstallationRepository
from sikpro.adapters.memory.claims import MemoryClaims
from sikpro.adapters.memory.conversations import MemoryConversationStore
from sikpro.adapters.memory.day_notes import MemoryDayNotes
from sikpro.adapters.memory.devices import MemoryDeviceQueries
from sikpro.adapters.memory.disturbances import MemoryDisturbances
from sikpro.adapters.memory.exports import MemoryExports
from sikpro.adapters.memory.facts import MemoryOrderFacts
from sikpro.adapters.memory.failed_messages import MemoryFailedMessages
from sikpro.adapters.memory.files import MemoryFileStore
from sikpro.adapters.memory.health import MemoryHealthRecords
from sikpro.adapters.memory.inbox import MemoryInbox
from sikpro.adapters.memory.jobs import MemoryAlerts, MemoryJobs
from sikpro.adapters.memory.journal import MemoryJournal
from sikpro.adapters.memory.kept_answers import MemoryKeptAnswers
from sikpro.adapters.memory.mentions import MemoryMentions
from sikpro.adapters.memory.months import MemoryClosedMonths
from sikpro.adapters.memory.orders import MemoryOrderRepository
from sikpro.adapters.memory.outbox import MemoryOutbox
from sikpro.adapters.memory.owners import MemoryOwners
from sikpro.adapters.memory.people import MemoryAccessRequestRepository, MemoryPersonRepository
from sikpro.adapters.memory.photo_reads import MemoryPhotoReads
from sikpro.adapters.memory.queries import MemoryOrderQueries
from sikpro.adapters.memory.reminders import MemoryReminders
from sikpro.adapters.memory.retention import MemoryRetention
from sikpro.adapters.memory.schedules import MemorySchedules
from sikpro.adapters.memory.seals import MemorySeals
from sikpro.adapters.memory.security_events import MemorySecurityEvents
from sikpro.adapters.memory.sessions import MemoryBindLinks, MemoryLoginAttempts, MemorySessions
from sikpro.adapters.memory.set_aside import MemorySetAsides
from sikpro.adapters.memory.shift_handovers import MemoryShiftHandovers
from sikpro.adapters.memory.snippets import MemorySnippets
from sikpro.adapters.memory.store import Sequences, State
from sikpro.adapters.memory.targets import MemoryTargets
from sikpro.adapters.memory.tokens import MemoryPersonalTokens
from sikpro.adapters.memory.two_steps import MemoryLoginTickets, MemorySecondSteps
from sikpro.adapters.memory.undo_and_views import MemorySavedViews, MemoryUndoSteps
from sikpro.adapters.memory.wall_links import MemoryWallLinks
from sikpro.adapters.memory.webhooks import MemoryWebhooks
from sikpro.adapters.memory.work_preferences import MemoryWorkPreferences
from sikpro.adapters.memory.written_tables import MemoryWrittenTables
from sikpro.application.ports.chance import UNFORESEEN, Chance
from sikpro.application.ports.one_write import OneWrite
from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.security_events import SecurityEvent, log_events
from sikpro.application.ports.storage import Hint, UnitOfWork

T = TypeVar("T")
_log = logging.getLogger(__name__)


class MemoryUnitOfWork:
    """One transaction over its own fork of the state."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self.state = state
        self.chance = sequences.chance
        self.hints: list[Hint] = []
        self.recorded: list[SecurityEvent] = []
        self.orders = MemoryOrderRepository(state, sequences)
        self.people = MemoryPersonRepository(state, sequences)
        self.access_requests = MemoryAccessRequestRepository(state, sequences)
        self.catalogue = MemoryCatalogueRepository(state)
        self.installation = MemoryInstallationRepository(state)
        self.journal = MemoryJournal(state, sequences)
        self.inbox = MemoryInbox(state, sequences)
        self.outbox = MemoryOutbox(state, sequences)
        self.failed_messages = MemoryFailedMessages(state)
        self.conversations = MemoryConversationStore(state)
        self.bots = MemoryBotAccounts(state)
        self.jobs = MemoryJobs(state, sequences)
        self.alerts = MemoryAlerts(state)
        self.claims = MemoryClaims(state)
        self.reminders = MemoryReminders(state)
        self.health = MemoryHealthRecords(state)
        self.owners = MemoryOwners(state)
        self.disturbances = MemoryDisturbances(state, sequences)
        self.files = MemoryFileStore(state, sequences)
        self.photo_reads = MemoryPhotoReads(state, sequences)
        self.blobs = MemoryBlobs(state, sequences)
        self.exports = MemoryExports(state, sequences)
        self.undo_steps = MemoryUndoSteps(state)
        self.set_aside = MemorySetAsides(state, sequences)
        self.mentions = MemoryMentions(state, sequences)
        self.snippets = MemorySnippets(state, sequences)
        self.shift_handovers = MemoryShiftHandovers(state, sequences)
        self.wall_links = MemoryWallLinks(state, sequences)
        self.work_preferences = MemoryWorkPreferences(state)
        self.saved_views = MemorySavedViews(state, sequences)
        self.schedules = MemorySchedules(state, sequences)
        self.sessions = MemorySessions(state)
        self.bind_links = MemoryBindLinks(state)
        self.login_attempts = MemoryLoginAttempts(state, sequences)
        self.second_steps = MemorySecondSteps(state)
        self.login_tickets = MemoryLoginTickets(state)
        self.tokens = MemoryPersonalTokens(state, sequences)
        self.kept_answers = MemoryKeptAnswers(state)
        self.webhooks = MemoryWebhooks(state, sequences)
        self.seals = MemorySeals(state)
        self.retention = MemoryRetention(state, sequences)
        self.archives = MemoryArchives(state, sequences)
        self.security_events = MemorySecurityEvents(state, sequences, self.recorded)
        self.order_queries = MemoryOrderQueries(state)
        self.order_facts = MemoryOrderFacts(state)
        self.closed_months = MemoryClosedMonths(state)
        self.targets = MemoryTargets(state)
        self.day_notes = MemoryDayNotes(state, sequences)
        self.devices = MemoryDeviceQueries(state)
        self.written_tables = MemoryWrittenTables(state, sequences)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo the changes inside if an exception leaves it."""
        before = self.state.fork()
        announced, recorded = len(self.hints), len(self.recorded)
        try:
            yield
        except BaseException:
            self.state.restore(before)
            del self.hints[announced:]
            del self.recorded[recorded:]
            raise

    def announce(self, hint: Hint) -> None:
        """Publish a hint after the commit."""
        self.hints.append(hint)


class MemoryTransactions:
    """The one owner of transactions in memory: writes run one after the other, reads see the last commit.

    >>> transactions = MemoryTransactions()
    >>> transactions.write(lambda unit: unit.orders.next_id())
    1
    """

    def __init__(self, live: LiveEvents | None = None, chance: Chance = UNFORESEEN) -> None:
        self._live = live
        self._state = State()
        self._sequences = Sequences(chance)
        self._lock = threading.Lock()
        self._one_write = OneWrite()

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work in one transaction and commit; on `StorageBusy` repeat the whole, three tries in all."""
        return self._one_write.run(lambda: self._write_once(work))

    @contextmanager
    def opened(self) -> Iterator[UnitOfWork]:
        """Return a context with one open transaction, which is not repeated; other writers wait for it."""
        with self._one_write.alone(), self._begun() as unit:
            yield unit

    def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Do the work on one consistent view; writes are lost."""
        return work(MemoryUnitOfWork(self._state.fork(), self._sequences))

    def _write_once(self, work: Callable[[UnitOfWork], T]) -> T:
        with self._begun() as unit:
            return work(unit)

    @contextmanager
    def _begun(self) -> Iterator[UnitOfWork]:
        """Begin a transaction, commit it, and publish what it announced."""
        with self._lock:
            unit = MemoryUnitOfWork(self._state.fork(), self._sequences)
            yield unit
            self._state = unit.state.fork()
        log_events(unit.recorded)
        if self._live is not None and unit.hints:
            try:
                self._live.publish(tuple(unit.hints))
            except Exception:
                _log.exception("live hints were not published")
