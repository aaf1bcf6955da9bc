"""Our stores in the suites that need nothing but a store; the other suites have modules of their own."""

import pytest

from sikpro.testing.contracts.base import PROCESS
from sikpro.testing.contracts.bots import BotsContract
from sikpro.testing.contracts.catalogue_and_journal import CatalogueAndJournalContract
from sikpro.testing.contracts.claims import ClaimsContract
from sikpro.testing.contracts.exports import ExportsContract
from sikpro.testing.contracts.failed_messages import FailedMessagesContract
from sikpro.testing.contracts.files import FilesContract
from sikpro.testing.contracts.inbox import InboxContract
from sikpro.testing.contracts.late_ends import LateEndsContract
from sikpro.testing.contracts.looks import LooksContract
from sikpro.testing.contracts.months import MonthsContract
from sikpro.testing.contracts.orders import OrdersContract
from sikpro.testing.contracts.outbox import OutboxContract
from sikpro.testing.contracts.outbox_outcomes import OutboxOutcomesContract
from sikpro.testing.contracts.owners_and_disturbances import OwnersAndDisturbancesContract
from sikpro.testing.contracts.photo_reads import PhotoReadsContract
from sikpro.testing.contracts.reminders import RemindersContract
from sikpro.testing.contracts.schedules import SchedulesContract
from sikpro.testing.contracts.search import SearchContract
from sikpro.testing.contracts.tokens import TokensContract
from sikpro.testing.contracts.totals import TotalsContract
from sikpro.testing.contracts.undo_and_views import UndoAndViewsContract
from sikpro.testing.contracts.webhooks import WebhooksContract
from sikpro.testing.contracts.workers_and_access import WorkersAndAccessContract
from sikpro.testing.contracts.working import WorkingContract
from sikpro.testing.contracts.written_tables import WrittenTablesContract


class TestBots(BotsContract):
    pass


class TestCatalogueAndJournal(CatalogueAndJournalContract):
    pass


class TestExports(ExportsContract):
    pass


class TestFailedMessages(FailedMessagesContract):
    pass


class TestFiles(FilesContract):
    pass


class TestInbox(InboxContract):
    pass


class TestLateEnds(LateEndsContract):
    pass


class TestMonths(MonthsContract):
    pass


class TestOrders(OrdersContract):
    pass


class TestOutbox(OutboxContract):
    pass


class TestOutboxOutcomes(OutboxOutcomesContract):
    pass


class TestOwnersAndDisturbances(OwnersAndDisturbancesContract):
    pass


class TestPhotoReads(PhotoReadsContract):
    pass


class TestReminders(RemindersContract):
    pass


class TestSchedules(SchedulesContract):
    pass


class TestSearch(SearchContract):
    pass


class TestTokens(TokensContract):
    pass


class TestTotals(TotalsContract):
    pass


class TestUndoAndViews(UndoAndViewsContract):
    pass


class TestWebhooks(WebhooksContract):
    pass


class TestWorkersAndAccess(WorkersAndAccessContract):
    pass


class TestWorking(WorkingContract):
    pass


class TestWrittenTables(WrittenTablesContract):
    pass


class TestClaims(ClaimsContract):
    @pytest.fixture
    def process(self) -> str:
        return PROCESS


class TestLooks(LooksContract):
    pass
