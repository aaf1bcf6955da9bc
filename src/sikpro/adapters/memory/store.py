"""The state in memory: tables of immutable values, copied on the first write after each fork."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Generic, Self, TypeVar

from attrs import define, evolve, field, fields, frozen

from sikpro.application.ports.blobs import Blob
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.exports import Export
from sikpro.application.ports.files import OrderFile
from sikpro.application.ports.inbox import LedgerRow, ReceivedFile
from sikpro.application.ports.jobs import Job
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.outbox import OutboxItem
from sikpro.application.ports.runtime import CLOCK_STEP
from sikpro.application.ports.schedules import Schedule
from sikpro.application.ports.sessions import BindLink, Session
from sikpro.application.ports.storage import StorageRejected
from sikpro.application.ports.targets import Target
from sikpro.application.ports.undo_and_views import SavedView, UndoStep
from sikpro.domain.catalogue import OrderType, SiteOperation, Status, Sto
from sikpro.domain.installation import Installation
from sikpro.domain.order import Order
from sikpro.domain.people import AccessRequest, Person
from sikpro.domain.phase import Phase

K = TypeVar("K")
V = TypeVar("V")


class Table(Generic[K, V]):
    """Rows by key. A fork shares them with its origin until one of the two writes."""

    __slots__ = ("_rows", "_shared")

    def __init__(self, rows: dict[K, V] | None = None) -> None:
        self._rows: dict[K, V] = {} if rows is None else rows
        self._shared = rows is not None

    def fork(self) -> "Table[K, V]":
        """A table of the same rows; neither sees what is written to the other from now on."""
        self._shared = True
        return Table(self._rows)

    def get(self, key: K) -> V | None:
        """The row, or None."""
        return self._rows.get(key)

    def values(self) -> Iterator[V]:
        """All rows, in the order in which their keys came."""
        return iter(list(self._rows.values()))

    def put(self, key: K, row: V) -> None:
        """Add or replace a row."""
        self._own()[key] = row

    def drop(self, key: K) -> None:
        """Take a row away, if it is there."""
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
    """A received update: its row in the ledger, the message it is or hangs on, the files that came with it, its group.

    `blocked` is what a change of the bot's membership said.
    """

    row: LedgerRow
    message_id: int | None
    album: str | None = None
    files: tuple[ReceivedFile, ...] = ()
    chat_title: str = ""
    blocked: bool = False


@frozen
class Sending:
    """A message of the outbox, when it was last put off or taken in hand, and until when somebody has it in hand."""

    item: OutboxItem
    decided_at: datetime
    leased_until: datetime | None = None


@frozen(kw_only=True)
class BotAccount:
    """A bot account's lease, transport, session, cursors by transport and menus by scope."""

    owner: str = ""
    leased_until: datetime | None = None
    transport: str = ""
    session: str = field(default="", repr=False)
    cursors: Mapping[str, str] = field(factory=dict[str, str])
    menus: Mapping[str, str] = field(factory=dict[str, str])


@frozen
class KeptFile:
    """A file of an order, when it is due to be fetched, and its content."""

    file: OrderFile
    due_at: datetime
    content: bytes | None = field(default=None, repr=False)


@frozen
class Due:
    """A job, and until when somebody has it in hand."""

    job: Job
    leased_until: datetime | None = None


@frozen
class KeptExport:
    """An export, and until when somebody writes it."""

    export: Export
    leased_until: datetime | None = None


@frozen
class Login:
    """A session, and since when it is revoked."""

    session: Session
    revoked_at: datetime | None = None


@frozen
class Note:
    """A journal row that is no order's."""

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
    """All tables. `key_holders` is the unique index of `order_keys`, `numbers` that of the registration numbers."""

    orders: Table[int, Order] = field(factory=_table)
    order_keys: Table[int, str | None] = field(factory=_table)
    key_holders: Table[str, int] = field(factory=_table)
    numbers: Table[str, tuple[int, ...]] = field(factory=_table)
    totals: Table[TotalKey, int] = field(factory=_table)
    people: Table[int, Person] = field(factory=_table)
    access_requests: Table[int, AccessRequest] = field(factory=_table)
    statuses: Table[str, Status] = field(factory=_table)
    order_types: Table[str, OrderType] = field(factory=_table)
    site_operations: Table[str, SiteOperation] = field(factory=_table)
    stos: Table[str, Sto] = field(factory=_table)
    installation: Table[int, Installation] = field(factory=_table)
    journal: Table[int, tuple[JournalEntry, ...]] = field(factory=_table)
    notes: Table[int, Note] = field(factory=_table)
    inbox: Table[int, Received] = field(factory=_table)
    inbox_keys: Table[str, int] = field(factory=_table)
    outbox: Table[int, Sending] = field(factory=_table)
    unfinished: Table[int, None] = field(factory=_table)
    conversations: Table[tuple[int, int], Conversation] = field(factory=_table)
    bots: Table[str, BotAccount] = field(factory=_table)
    addresses: Table[tuple[str, int], str] = field(factory=_table)
    alerts: Table[tuple[int, str], datetime] = field(factory=_table)
    files: Table[int, KeptFile] = field(factory=_table)
    undo_steps: Table[int, UndoStep] = field(factory=_table)
    saved_views: Table[int, SavedView] = field(factory=_table)
    schedules: Table[int, Schedule] = field(factory=_table)
    closed_months: Table[str, ClosedMonth] = field(factory=_table)
    targets: Table[tuple[str, str], Target] = field(factory=_table)
    jobs: Table[int, Due] = field(factory=_table)
    blobs: Table[int, Blob] = field(factory=_table)
    blob_parts: Table[tuple[int, int], bytes] = field(factory=_table)
    exports: Table[int, KeptExport] = field(factory=_table)
    sessions: Table[str, Login] = field(factory=_table)
    bind_links: Table[str, BindLink] = field(factory=_table)
    login_attempts: Table[int, tuple[str, str, datetime]] = field(factory=_table)

    def fork(self) -> Self:
        """The same state, to be changed on its own."""
        return evolve(self, **{name: getattr(self, name).fork() for name in _TABLES})

    def restore(self, other: "State") -> None:
        """Become what the other is."""
        for name in _TABLES:
            setattr(self, name, getattr(other, name).fork())

    def must_have_order(self, order_id: int | None) -> None:
        """Refuse what belongs to no order, as a foreign key does. Raises `StorageRejected`."""
        if order_id is not None and order_id not in self.orders:
            raise StorageRejected(f"there is no order {order_id}")


_TABLES = tuple(attribute.name for attribute in fields(State))


class Sequences:
    """The ids given out; like a database's sequences they do not come back with a rollback."""

    def __init__(self) -> None:
        self._counters: dict[str, itertools.count[int]] = {}

    def next(self, name: str) -> int:
        """The next id of a table, 1 for the first."""
        return next(self._counters.setdefault(name, itertools.count(1)))


def lease_is_over(leased_until: datetime | None, now: datetime, span: timedelta) -> bool:
    """Whether nobody has the lease: it was never taken, has run out, or ends later than one taken now could.

    The last is one that was taken before the clock was set back; all who take it take it for the same `span`.
    """
    return leased_until is None or leased_until <= now or leased_until > now + span + CLOCK_STEP
