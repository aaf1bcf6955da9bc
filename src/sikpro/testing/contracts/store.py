"""All that a store promises, in one suite."""

from sikpro.testing.contracts.archives import ArchivesContract
from sikpro.testing.contracts.bots import BotsContract
from sikpro.testing.contracts.catalogue_and_journal import CatalogueAndJournalContract
from sikpro.testing.contracts.claims import ClaimsContract
from sikpro.testing.contracts.devices import DevicesContract
from sikpro.testing.contracts.exports import ExportsContract
from sikpro.testing.contracts.facts import FactsContract
from sikpro.testing.contracts.failed_messages import FailedMessagesContract
from sikpro.testing.contracts.files import FilesContract
from sikpro.testing.contracts.health import HealthContract
from sikpro.testing.contracts.inbox import InboxContract
from sikpro.testing.contracts.late_ends import LateEndsContract
from sikpro.testing.contracts.looks import LooksContract
from sikpro.testing.contracts.months import MonthsContract
from sikpro.testing.contracts.orders import OrdersContract
from sikpro.testing.contracts.outbox import OutboxContract
from sikpro.testing.contracts.outbox_outcomes import OutboxOutcomesContract
from sikpro.testing.contracts.owners_and_disturbances import OwnersAndDisturbancesContract
from sikpro.testing.contracts.people import PeopleContract
from sikpro.testing.contracts.photo_reads import PhotoReadsContract
from sikpro.testing.contracts.queries import QueriesContract
from sikpro.testing.contracts.reminders import RemindersContract
from sikpro.testing.contracts.retention import RetentionContract
from sikpro.testing.contracts.schedules import SchedulesContract
from sikpro.testing.contracts.seals import SealsContract
from sikpro.testing.contracts.search import SearchContract
from sikpro.testing.contracts.security_events import SecurityEventsContract
from sikpro.testing.contracts.tokens import TokensContract
from sikpro.testing.contracts.totals import TotalsContract
from sikpro.testing.contracts.transactions import TransactionsContract
from sikpro.testing.contracts.two_steps import TwoStepsContract
from sikpro.testing.contracts.undo_and_views import UndoAndViewsContract
from sikpro.testing.contracts.webhooks import WebhooksContract
from sikpro.testing.contracts.workers_and_access import WorkersAndAccessContract
from sikpro.testing.contracts.working import WorkingContract
from sikpro.testing.contracts.written_tables import WrittenTablesContract


class StoreContract(
    ArchivesContract,
    BotsContract,
    CatalogueAndJournalContract,
    ClaimsContract,
    DevicesContract,
    ExportsContract,
    FactsContract,
    FailedMessagesContract,
    FilesContract,
    HealthContract,
    InboxContract,
    LateEndsContract,
    LooksContract,
    MonthsContract,
    OrdersContract,
    OutboxContract,
    OutboxOutcomesContract,
    OwnersAndDisturbancesContract,
    PeopleContract,
    PhotoReadsContract,
    QueriesContract,
    RemindersContract,
    RetentionContract,
    SchedulesContract,
    SealsContract,
    SearchContract,
    SecurityEventsContract,
    TokensContract,
    TotalsContract,
    TransactionsContract,
    TwoStepsContract,
    UndoAndViewsContract,
    WebhooksContract,
    WorkersAndAccessContract,
    WorkingContract,
    WrittenTablesContract,
):
    """Every suite of a store; it needs the fixture `new_store`."""
