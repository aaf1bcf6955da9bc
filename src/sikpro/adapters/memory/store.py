"""The state in memory: tables of immutable values, copied at the first write after each fork."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Generic, Self, TypeVar

from attrs import define, evolve, field, fields, frozen

from sikpro.application.ports.archives import Archive
from sikpro.application.ports.blobs import Blob
from sikpro.application.ports.chance import UNFORESEEN, Chance
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.disturbances import TiedOrder
from sikpro.application.ports.exports import Export
from sikpro.application.ports.files import OrderFile
from sikpro.application.ports.health import HealthRecord
from sikpro.application.ports.inbox import LedgerRow, ReceivedFile
from sikpro.application.ports.jobs import Job
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.kept_answers import KeptAnswer
from sikpro.application.ports.mentions import Mention
from sikpro.application.ports.months import ClosedMonth, OpenedMonth
from sikpro.application.ports.outbox import OutboxItem
from sikpro.application.ports.owners import Owner
from sikpro.application.ports.photo_reads import PhotoRead
from sikpro.application.ports.retention import Fold, Folded, RetentionRun
from sikpro.application.ports.runtime import CLOCK_STEP
from sikpro.application.ports.schedules import Schedule
from sikpro.application.ports.security_events import SecurityEvent
from sikpro.application.ports.sessions import BindLink, Session
from sikpro.application.ports.set_aside import SetAside
from sikpro.application.ports.shift_handovers import ShiftHandover
from sikpro.application.ports.snippets import Snippet
from sikpro.application.ports.storage import StorageRejected
from sikpro.application.ports.targets import Target
from sikpro.application.ports.tokens import PersonalToken
from sikpro.application.ports.two_steps import LoginTicket, SecondStep
from sikpro.application.ports.undo_and_views import SavedView, UndoStep
from sikpro.application.ports.wall_links import WallLink
from sikpro.application.ports.webhooks import Webhook, WebhookDelivery
from sikpro.application.ports.work_preferences import WorkPreferences
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenTable
from sikpro.domain.catalogue import Holiday, Maker, OrderType, ProviderCode, SiteOperation, Status, Sto
from sikpro.domain.disturbance import Disturbance
from sikpro.domain.installation import Installation
from sikpro.domain.order import Order
from sikpro.domain.people import AccessRequest, Person
from sikpro.domain.phase import Phase
from sikpro.domain.place import Place
from sikpro.domain.seals import LedgerFact, Seal

K = TypeVar("K")
V = TypeVar("V")


class Table(Generic[K, V]):
    """Rows by key. A fork shares the rows with its origin until one of them writes."""

    __slots__ = ("_rows", "_shared")

    def __init__(self, rows: dict[K, V] | None = None) -> None:
        self._rows: dict[K, V] = {} if rows is None else rows
        self._shared = rows is not None

    def fork(self) -> "Table[K, V]":
        """Return a table with the same rows; later writes to one do not change the other."""
        self._shared = True
        return Table(self._rows)

    def get(self, key: K) -> V | None:
        """Return the row, or None."""
        return self._rows.get(key)

    def values(self) -> Iterator[V]:
        """Return all rows, in the order of their first writing."""
        return iter(list(self._rows.values()))

    def latest(self) -> Iterator[V]:
        """Return all rows, the last added first; while they are read nothing may be written."""
        return reversed(self._rows.values())

    def put(self, key: K, row: V) -> None:
        """Add or replace a row."""
        self._own()[key] = row

    def drop(self, key: K) -> None:
        """Delete a row, if it exists."""
        self._own().pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[K]:
        return iter(list(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def _own(self) -> dict[K, V]:
        if self._shared:
            self._rows = dict(self._rows)
            self._shared = False
        return self._rows


@frozen
class Received:
    """A received update: its ledger row, its message or the message it belongs to, its files, its group, its pin.

    `blocked` comes from a change of the bot's membership.
    """

    row: LedgerRow
    message_id: int | None
    album: str | None = None
    files: tuple[ReceivedFile, ...] = ()
    chat_title: str = ""
    blocked: bool = False
    place: Place | None = None
    sender_id: int | None = None
    salt: str = ""
    topic: int | None = None


@frozen
class Sending:
    """A message of the outbox, the time of its last delay or claim, and the end of its lease."""

    item: OutboxItem
    decided_at: datetime
    leased_until: datetime | None = None
    salt: str = ""


@frozen(kw_only=True)
class BotAccount:
    """The lease, transport, session, cursors by transport and menus by scope of a bot account."""

    owner: str = ""
    leased_until: datetime | None = None
    transport: str = ""
    session: str = field(default="", repr=False)
    cursors: Mapping[str, str] = field(factory=dict[str, str])
    menus: Mapping[str, str] = field(factory=dict[str, str])


@frozen
class KeptFile:
    """A file of an order, its due time, its content, and whether its due time is the end of a claim."""

    file: OrderFile
    due_at: datetime
    content: bytes | None = field(default=None, repr=False)
    claimed: bool = False


@frozen
class KeptPhoto:
    """A photo to read, its due time, and whether that is the end of a claim."""

    photo: PhotoRead
    due_at: datetime
    claimed: bool = False


@frozen
class KeptDelivery:
    """A delivery to a webhook and the end of its lease."""

    delivery: WebhookDelivery
    leased_until: datetime | None = None


@frozen
class Due:
    """A job and the end of its lease."""

    job: Job
    leased_until: datetime | None = None


@frozen
class KeptWriting:
    """A written table, and until when somebody writes it."""

    table: WrittenTable
    leased_until: datetime | None = None


@frozen
class KeptExport:
    """An export and the end of its lease."""

    export: Export
    leased_until: datetime | None = None


@frozen
class Login:
    """A session and the time of its revocation."""

    session: Session
    revoked_at: datetime | None = None


@frozen
class Note:
    """A journal row without an order."""

    kind: str
    subject: str
    actor: int | None
    at: datetime
    data: tuple[tuple[str, str], ...]


TotalKey = tuple[str, str, Phase, str]


def _table() -> "Table[K, V]":
    return Table()


@define(kw_only=True)
class State:
    """All tables. `key_holders` is the unique index of `order_keys`, `numbers` the index of registration numbers."""

    orders: Table[int, Order] = field(factory=_table)
    order_keys: Table[int, str | None] = field(factory=_table)
    key_holders: Table[str, int] = field(factory=_table)
    numbers: Table[str, tuple[int, ...]] = field(factory=_table)
    totals: Table[TotalKey, int] = field(factory=_table)
    people: Table[int, Person] = field(factory=_table)
    access_requests: Table[int, AccessRequest] = field(factory=_table)
    statuses: Table[str, Status] = field(factory=_table)
    status_uses: Table[str, int] = field(factory=_table)
    order_types: Table[str, OrderType] = field(factory=_table)
    site_operations: Table[str, SiteOperation] = field(factory=_table)
    stos: Table[str, Sto] = field(factory=_table)
    makers: Table[str, Maker] = field(factory=_table)
    provider_codes: Table[str, ProviderCode] = field(factory=_table)
    holidays: Table[str, Holiday] = field(factory=_table)
    installation: Table[int, Installation] = field(factory=_table)
    journal: Table[int, tuple[JournalEntry, ...]] = field(factory=_table)
    notes: Table[int, Note] = field(factory=_table)
    inbox: Table[int, Received] = field(factory=_table)
    inbox_keys: Table[str, int] = field(factory=_table)
    topics: Table[tuple[int, int], str] = field(factory=_table)
    outbox: Table[int, Sending] = field(factory=_table)
    unfinished: Table[int, None] = field(factory=_table)
    failed: Table[int, None] = field(factory=_table)
    conversations: Table[tuple[int, int, int, str], Conversation] = field(factory=_table)
    bots: Table[str, BotAccount] = field(factory=_table)
    addresses: Table[tuple[str, int], str] = field(factory=_table)
    alerts: Table[tuple[int, str], datetime] = field(factory=_table)
    reminders: Table[tuple[str, str, date], datetime] = field(factory=_table)
    health_records: Table[str, HealthRecord] = field(factory=_table)
    owners: Table[str, Owner] = field(factory=_table)
    disturbances: Table[int, Disturbance] = field(factory=_table)
    tied_orders: Table[tuple[int, int], TiedOrder] = field(factory=_table)
    files: Table[int, KeptFile] = field(factory=_table)
    photo_reads: Table[int, KeptPhoto] = field(factory=_table)
    undo_steps: Table[int, UndoStep] = field(factory=_table)
    set_aside: Table[int, SetAside] = field(factory=_table)
    mentions: Table[int, Mention] = field(factory=_table)
    snippets: Table[int, Snippet] = field(factory=_table)
    work_preferences: Table[int, WorkPreferences] = field(factory=_table)
    saved_views: Table[int, SavedView] = field(factory=_table)
    schedules: Table[int, Schedule] = field(factory=_table)
    closed_months: Table[str, ClosedMonth] = field(factory=_table)
    opened_months: Table[str, OpenedMonth] = field(factory=_table)
    targets: Table[tuple[str, str], Target] = field(factory=_table)
    shift_handovers: Table[int, ShiftHandover] = field(factory=_table)
    wall_links: Table[int, WallLink] = field(factory=_table)
    written_tables: Table[int, KeptWriting] = field(factory=_table)
    written_rows: Table[int, tuple[WrittenRow, ...]] = field(factory=_table)
    refused_rows: Table[int, tuple[UnwrittenRow, ...]] = field(factory=_table)
    day_notes: Table[int, DayNote] = field(factory=_table)
    jobs: Table[int, Due] = field(factory=_table)
    blobs: Table[int, Blob] = field(factory=_table)
    blob_parts: Table[tuple[int, int], bytes] = field(factory=_table)
    exports: Table[int, KeptExport] = field(factory=_table)
    sessions: Table[str, Login] = field(factory=_table)
    bind_links: Table[str, BindLink] = field(factory=_table)
    security_events: Table[int, SecurityEvent] = field(factory=_table)
    journal_salts: Table[int, str] = field(factory=_table)
    ledger_facts: Table[int, LedgerFact] = field(factory=_table)
    seals: Table[int, tuple[Seal, bytes]] = field(factory=_table)
    login_attempts: Table[int, tuple[str, str, datetime]] = field(factory=_table)
    second_steps: Table[int, SecondStep] = field(factory=_table)
    recovery_codes: Table[int, frozenset[str]] = field(factory=_table)
    login_tickets: Table[str, LoginTicket] = field(factory=_table)
    personal_tokens: Table[int, PersonalToken] = field(factory=_table)
    kept_answers: Table[tuple[int, str], KeptAnswer] = field(factory=_table)
    webhooks: Table[int, Webhook] = field(factory=_table)
    webhook_deliveries: Table[int, KeptDelivery] = field(factory=_table)
    retention_runs: Table[int, RetentionRun] = field(factory=_table)
    folded_rows: Table[Fold, tuple[Folded, ...]] = field(factory=_table)
    left_people: Table[int, datetime] = field(factory=_table)
    archives: Table[int, Archive] = field(factory=_table)
    archived_orders: Table[int, tuple[int, bool]] = field(factory=_table)

    def fork(self) -> Self:
        """Return a copy of the state that can change separately."""
        return evolve(self, **{name: getattr(self, name).fork() for name in _TABLES})

    def restore(self, other: "State") -> None:
        """Take over the other state."""
        for name in _TABLES:
            setattr(self, name, getattr(other, name).fork())

    def must_have_order(self, order_id: int | None) -> None:
        """Raise `StorageRejected` if the order does not exist, as a foreign key does."""
        if order_id is not None and order_id not in self.orders:
            raise StorageRejected(f"there is no order {order_id}")


_TABLES = tuple(attribute.name for attribute in fields(State))


class Sequences:
    """The used ids; as with a database's sequences, a rollback does not free them. It also carries chance."""

    def __init__(self, chance: Chance = UNFORESEEN) -> None:
        self.chance = chance
        self._counters: dict[str, itertools.count[int]] = {}

    def next(self, name: str) -> int:
        """Return the next id of a table, 1 for the first."""
        return next(self._counters.setdefault(name, itertools.count(1)))


def lease_is_over(leased_until: datetime | None, now: datetime, span: timedelta) -> bool:
    """Return whether the lease is free: never taken, expired, or with an end later than a lease taken now could have.

    In the last case the clock was set back since; all processes take the lease for the same `span`.
    """
    return leased_until is None or leased_until <= now or leased_until > now + span + CLOCK_STEP
