"""What is older than it is kept: the rows to clear, what they are folded into, and the runs that do so."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.seals import handling
from sikpro.domain.people import AccessRequest
from sikpro.domain.seals import FactKind, LedgerFact, WorkingRow

FLOOR = 1_000
"""The newest received updates, which stay as rows whatever their age, so that none of them is taken twice.

A store reads it at each call: its contract suite sets it lower.
"""

LATER = timedelta(days=30)
"""How much newer messages must be that came in already, so that an old one is taken for known."""

FOLDED_STATES = frozenset(set(Delivery) - {Delivery.QUEUED, Delivery.SENDING, Delivery.FAILED})
"""The states of messages that are folded: nothing can happen to them any more."""

TELLING_NOTES = frozenset(
    {
        *("person_added", "person_edited", "person_dropped", "bound_by_link", "telegram_unbound", "access_approved"),
        *("orders_transferred", "notice_published", "snippet_saved", "snippet_deleted"),
        *("day_note_added", "day_note_changed", "day_note_dropped"),
    }
)
"""The kinds of notes in the journal that have names, numbers or texts of people."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NEVER = -(2**63)
_WIDTH = 16


class Step(StrEnum):
    """The parts of a run, in their order."""

    ORDERS = "orders"
    RECEIVED = "received"
    SENT = "sent"
    TALK = "talk"
    PEOPLE = "people"
    MONTHS = "months"


@frozen(kw_only=True)
class RetentionRun:
    """A run: everything from `before` on is kept. `after` is the last id that its `step` has done.

    `counts` says what went: `texts` (of orders and their history), `photos`, `received`, `sent`, `people`, `talk`.
    """

    id: int = 0
    before: datetime
    started_at: datetime
    finished_at: datetime | None = None
    step: Step = Step.ORDERS
    after: int = 0
    counts: Mapping[str, int] = field(factory=dict[str, int])


@frozen(kw_only=True)
class Waiting:
    """How much a run would remove: orders with texts, photos and files, received and sent messages, people who left."""

    orders: int = 0
    photos: int = 0
    received: int = 0
    sent: int = 0
    people: int = 0


@frozen(kw_only=True)
class Fold:
    """What a row is folded into: the sum of its table, UTC day, outcome and detail.

    `source` is `inbox` or `outbox`. `outcome` is an `Outcome` or a `Delivery`; `detail` is the row's own, or of a sent
    message the detail of its fact.
    """

    source: str
    day: str
    outcome: str
    detail: str


@frozen
class Folded:
    """A row that was folded: its id, and when it was received or sent (None: never)."""

    id: int
    at: datetime | None


class Retention(Protocol):
    """Clears and folds what is older than it is kept. Each call is one portion."""

    def take_turn(self) -> None:
        """Let the portions of several processes come one after the other; this one waits for its turn until it ends."""

    def last(self) -> RetentionRun | None:
        """Return the newest run."""

    def behind(self, sent_at: datetime) -> bool:
        """Return whether what was sent then is from before what the runs folded: it is known, but no row any more.

        Only where messages sent `LATER` came in: so the network's clock decides, not ours.
        """

    def keep(self, run: RetentionRun) -> RetentionRun:
        """Save a run, a new one (id 0) with a new id, and return it."""

    def waiting(self, before: datetime) -> Waiting:
        """Count what a run would remove. It reads much: do it in a long read."""

    def orders(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the ids above `after` of orders that are over and unchanged since `before`, in order."""

    def clear_order(self, order_id: int, entries: Sequence[JournalEntry]) -> int:
        """Save entries of its journal as they are given, each without its salt, and forget its files and old states.

        Return how many files went. What a table wrote of it cannot be taken back afterwards.
        """

    def received(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the ids above `after` of updates that `fold_received` would fold, in order. It may read much."""

    def sent(self, before: datetime, after: int, limit: int) -> tuple[int, ...]:
        """Return the ids above `after` of messages that `fold_sent` would fold, in order. It may read much."""

    def fold_received(
        self, before: datetime, limit: int, about: int | None = None, of: Sequence[int] | None = None
    ) -> int:
        """Fold updates received before a time into their sums, the oldest first, and return how many.

        `about` limits this and the two below to rows about one order, `of` to those with these ids.

        Those about an order that is not over or of which somebody wrote since, the newest of each group and the last
        `FLOOR` stay.
        """

    def clear_received(self, before: datetime, limit: int, about: int | None = None) -> int:
        """Clear the texts and names of updates that `fold_received` leaves for other reasons than their order."""

    def failed(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Return messages that failed, queued before a time, about no order or one that is over."""

    def fold_sent(self, before: datetime, limit: int, about: int | None = None, of: Sequence[int] | None = None) -> int:
        """Fold messages that ended, queued before a time, about no order or one that is over, into their sums."""

    def clear_talk(self, before: datetime) -> int:
        """Remove what is from before a time: dialogues, rows of tables, texts of handovers, disturbances and notes.

        Notes are those of `TELLING_NOTES`; disturbances those that ended. With them go the addresses of people whom
        nothing here names any more. Return how many there were. Of several tables it takes one.
        """

    def requests(self, before: datetime, limit: int) -> tuple[AccessRequest, ...]:
        """Return requests for access from before a time that are decided and still have a name."""

    def note_left(self, now: datetime) -> int:
        """Note since when people are inactive, and forget it of those who are active again; return how many changed."""

    def left(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Return people who have been inactive since before a time and still have a name."""


def packed(rows: Sequence[Folded]) -> bytes:
    """Return rows as bytes, 16 for each: the id, and the microseconds since 1970."""
    return b"".join(
        row.id.to_bytes(8, "big", signed=True)
        + (_NEVER if row.at is None else (row.at - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)
        for row in rows
    )


def unpacked(rows: bytes) -> tuple[Folded, ...]:
    """Return the rows of `packed`; a part that is cut off is left out."""
    found = []
    for start in range(0, len(rows) - len(rows) % _WIDTH, _WIDTH):
        row_id = int.from_bytes(rows[start : start + 8], "big", signed=True)
        at = int.from_bytes(rows[start + 8 : start + _WIDTH], "big", signed=True)
        found.append(Folded(row_id, None if at == _NEVER else _EPOCH + at * _MICROSECOND))
    return tuple(found)


def day_of(moment: datetime) -> str:
    """Return the UTC day of a time, as `2026-11-02`."""
    return moment.astimezone(UTC).date().isoformat()


def row_of_folded(fact: LedgerFact, fold: Fold, row: Folded) -> WorkingRow:
    """Return what the sum of a folded row says of a fact about it. What was written cannot be compared."""
    if fact.kind is FactKind.MESSAGE:
        return WorkingRow(salt="", plain={"at": row.at}, words=("",), deleted=True)
    if fact.kind is FactKind.HANDLED:
        return WorkingRow(salt="", plain={"at": row.at, "detail": handling(Outcome(fold.outcome), fold.detail)})
    if fact.kind is FactKind.SENT:
        return WorkingRow(salt="", plain={"at": row.at, "detail": fold.detail}, words=("",), deleted=True)
    return WorkingRow(salt="", plain={}, words=("",), deleted=True)
