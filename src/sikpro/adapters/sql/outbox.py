"""The outbox in the database."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, Table

from sikpro.adapters.sql.chosen_index import read_by
from sikpro.adapters.sql.columns import Id, UtcDateTime, Words
from sikpro.adapters.sql.constant import Constant
from sikpro.adapters.sql.folded import folded_by_state
from sikpro.adapters.sql.leases import lease_is_over, lease_times
from sikpro.adapters.sql.outbox_mappers import item_from_row, message_to_row
from sikpro.adapters.sql.tables import metadata
from sikpro.adapters.sql.transaction import OpenTransaction
from sikpro.application.ports.cause import cause
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.outbox import STANDING, TOPIC_DELETED, Delivery, OutboxItem
from sikpro.application.ports.runtime import CLOCK_STEP
from sikpro.application.ports.seals import fact_of_end, new_salt
from sikpro.domain.errors import NotFound

UNFINISHED = "state IN ('queued', 'sending')"
"""The unfinished outbox rows: the condition of the partial index, which queries must repeat exactly."""

FAILED = "state = 'failed'"
"""The failed outbox rows: the condition of their partial index."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", Id, nullable=False),
    Column("text", Words, nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("reply_to", Id),
    Column("press_id", Words),
    Column("random_id", Id, nullable=False),
    Column("drop_keyboard", Boolean, nullable=False),
    Column("document", Id),
    Column("reaction", Words, nullable=False, server_default=""),
    Column("strip_buttons", Boolean, nullable=False, server_default=sa.false()),
    Column("bulk", Boolean, nullable=False, server_default=sa.false()),
    Column("state", Words, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("leased_until", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("order_id", Id, ForeignKey("orders.id")),
    Column("reason", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_id", Id),
    Column("salt", Words, nullable=False, server_default=""),
    Column("claimed_by", Words, nullable=False, server_default=""),
    Column("topic", Id),
    Column("cause", Words, nullable=False, server_default=""),
    sa.Index(
        "ix_outbox_unfinished",
        "chat_id",
        "id",
        sqlite_where=sa.text(UNFINISHED),
        postgresql_where=sa.text(UNFINISHED),
    ),
    sa.Index(
        "ix_outbox_failed",
        *("id", "reason", "created_at"),
        sqlite_where=sa.text(FAILED),
        postgresql_where=sa.text(FAILED),
    ),
    sa.Index(None, "state", "created_at"),
    sa.Index(None, "chat_id", "message_id"),
    sa.Index(None, "order_id"),
)


_c = outbox.c
_NO_TELEGRAM = "no_telegram"
_CLAIMS = 0x51_4B_50_01
"""The advisory lock on PostgreSQL that lets claims run one after the other."""

_older = outbox.alias("older")
_on_the_way = sa.text(f"outbox.{UNFINISHED}")
_first_of_its_chat = ~sa.exists().where(
    _older.c.chat_id == _c.chat_id,
    sa.or_(
        sa.and_(_older.c.bulk == _c.bulk, _older.c.id < _c.id),
        sa.and_(_older.c.bulk.is_(False), _c.bulk.is_(True)),
    ),
    _older.c.press_id.is_(None),
    sa.text(f"older.{UNFINISHED}"),
)
_candidates = sa.and_(_on_the_way, sa.or_(_c.press_id.is_not(None), _first_of_its_chat))
"""The answers to button presses, and the oldest other message of each chat, a bulk message last."""

_ready_at = sa.func.coalesce(_c.leased_until, _c.due_at, type_=_c.due_at.type)
_not_in_hand = _c.id.not_in(sa.bindparam("in_hand", expanding=True))
_press = sa.func.min(sa.case((_c.press_id.is_not(None), _c.id)))
_chosen = sa.func.coalesce(_press, sa.func.min(_c.id))
_waits = sa.or_(_c.due_at <= sa.bindparam("now"), _c.decided_at > sa.bindparam("far"))
_DUE = (
    sa.select(_chosen)
    .where(_candidates, lease_is_over(_c.leased_until), sa.or_(_c.leased_until.is_not(None), _waits), _not_in_hand)
    .group_by(_c.chat_id)
    .order_by(_press.is_(None), sa.func.min(sa.case((_c.bulk.is_(True), 1), else_=0)), _chosen)
    .limit(sa.bindparam("most"))
)
_NEW = (
    sa.select(_chosen)
    .where(_candidates, _waits, _c.bulk.is_(False), _c.id.in_(sa.bindparam("new", expanding=True)))
    .group_by(_c.chat_id)
    .order_by(_press.is_(None), _chosen)
    .limit(sa.bindparam("most"))
)
_TAKE = (
    sa.update(outbox)
    .where(_c.id.in_(sa.bindparam("taken", expanding=True)))
    .values(
        state=Delivery.SENDING.value,
        decided_at=sa.bindparam("now"),
        leased_until=sa.bindparam("until"),
        claimed_by=sa.bindparam("by"),
        attempts=_c.attempts + 1,
        doubtful=sa.or_(
            _c.doubtful, sa.and_(sa.bindparam("doubted", type_=Boolean), _c.state == Delivery.SENDING.value)
        ),
    )
    .returning(outbox)
)
_NEXT_DUE = sa.select(sa.func.min(_ready_at)).where(_candidates, _not_in_hand)
_TOPIC = (
    sa.select(_c.topic)
    .where(_c.chat_id == sa.bindparam("chat"), _c.message_id == sa.bindparam("message"))
    .order_by(_c.id.desc())
    .limit(1)
)
_PUT = Constant(sa.insert(outbox).returning(_c.id))
_EACH = sa.select(_c.state, sa.func.count()).group_by(_c.state)
_ENDED = sorted(state.value for state in Delivery if state not in STANDING)
_OF_SPAN = (_c.state.in_(_ENDED), _c.created_at >= sa.bindparam("start"), _c.created_at < sa.bindparam("end"))
_COUNTS_OF = sa.union_all(
    read_by(_EACH.where(sa.text(UNFINISHED)), outbox, "ix_outbox_unfinished"),
    read_by(_EACH.where(sa.text(FAILED)), outbox, "ix_outbox_failed"),
    read_by(_EACH.where(*_OF_SPAN), outbox, "ix_outbox_state_created_at"),
)
_WAITING_SINCE = sa.select(sa.func.min(_c.created_at)).where(_on_the_way)


class SqlOutbox:
    """Stores every message to a chat, from the transaction that decided it until it arrived or failed."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction
        self._new: list[int] = []

    def put(
        self,
        message: Outgoing,
        at: datetime,
        *,
        order_id: int | None = None,
        due_at: datetime | None = None,
        failed: str = "",
    ) -> int:
        """Queue a message (due at once by default), or save it as failed with a reason; return its id."""
        reason = failed or ("" if message.chat_id or message.press_id else _NO_TELEGRAM)
        row = message_to_row(message) | {
            "random_id": message.random_id or self._transaction.chance.number(),
            "state": (Delivery.FAILED if reason else Delivery.QUEUED).value,
            "created_at": at,
            "due_at": due_at or at,
            "decided_at": at,
            "attempts": 0,
            "doubtful": False,
            "order_id": order_id,
            "reason": reason,
            "detail": "",
            "cause": cause(),
            "salt": new_salt(self._transaction.chance),
        }
        if not reason:
            self._new.append(int(self._transaction.scalar(_PUT, row)))
            return self._new[-1]
        return self._ended(sa.insert(outbox).values(row), at)

    def claim(
        self,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        sends_once: bool = False,
        in_hand: Collection[int] = (),
    ) -> tuple[OutboxItem, ...]:
        """Take the due messages, at most one per chat: the oldest unfinished one, if it is due."""
        lock_claims(self._transaction)
        lease_time = self._transaction.lease_time(now)
        times = {"now": now, "far": now + CLOCK_STEP, **lease_times(lease_time, lease)}
        chosen = self._transaction.execute(_DUE, times | {"in_hand": sorted(in_hand), "most": limit})
        return self._take(list(chosen.scalars()), now, lease_time + lease, doubted=not sends_once)

    def claim_new(self, now: datetime, lease: timedelta, limit: int) -> tuple[OutboxItem, ...]:
        """Claim messages that this unit of work has queued, by the rules of `claim`."""
        if not self._new:
            return ()
        times = {"now": now, "far": now + CLOCK_STEP, "most": limit}
        chosen = list(self._transaction.execute(_NEW, times | {"new": self._new}).scalars())
        return self._take(chosen, now, self._transaction.lease_time(now) + lease, doubted=False)

    def _take(self, chosen: list[int], now: datetime, until: datetime, *, doubted: bool) -> tuple[OutboxItem, ...]:
        if not chosen:
            return ()
        claim = {"now": now, "until": until, "by": self._transaction.process, "doubted": doubted}
        rows = self._transaction.execute(_TAKE, claim | {"taken": chosen}).mappings()
        return tuple(sorted(map(item_from_row, rows), key=lambda item: chosen.index(item.id)))

    def mark_tried_doubtful(self) -> None:
        """Mark all messages that were tried as doubtful, whatever the last try said of itself."""
        tried = sa.update(outbox).where(sa.text(UNFINISHED), _c.attempts > 0)
        self._transaction.execute(tried.values(doubtful=True))

    def sent(self, outbox_id: int, message_id: int | None, at: datetime, detail: str = "") -> None:
        """Record the arrival: `SENT`, or `PERHAPS_TWICE` for a doubtful message."""
        once = sa.or_(_c.doubtful.is_(False), _c.reaction != "", _c.strip_buttons)
        state = sa.case((once, Delivery.SENT.value), else_=Delivery.PERHAPS_TWICE.value)
        arrived = {"message_id": message_id, "sent_at": at, "reason": "", "detail": detail}
        gone = {"leased_until": None, "claimed_by": ""}
        here = sa.update(outbox).where(_c.id == outbox_id, _c.sent_at.is_(None)).values(gone)
        self._ended(here.values(state=state, **arrived), at, outbox_id)

    def later(
        self,
        outbox_id: int,
        due_at: datetime,
        reason: str,
        *,
        at: datetime,
        doubtful: bool = False,
        untried: bool = False,
        attempt: int | None = None,
    ) -> None:
        """Retry at `due_at`, as decided `at`; `doubtful` if this try may have arrived."""
        perhaps: dict[str, Any] = {"doubtful": True, "doubts": _c.doubts + 1} if doubtful else {}
        perhaps |= {"attempts": _c.attempts - 1} if untried else {}
        queued = {"state": Delivery.QUEUED.value, "due_at": due_at, "decided_at": at, "reason": reason}
        if self._transaction.execute(_on_its_way(outbox_id, attempt).values(**queued, **perhaps)).rowcount == 0:
            self.get(outbox_id)

    def retry_now(self, reasons: Collection[str], at: datetime, *, most_doubts: int) -> None:
        """Retry at once the messages delayed for one of these reasons with at most `most_doubts` doubtful tries."""
        waiting = (
            _on_the_way,
            _c.state == Delivery.QUEUED.value,
            _c.reason.in_(sorted(reasons)),
            _c.due_at > at,
            _c.doubts <= most_doubts,
        )
        self._transaction.execute(sa.update(outbox).where(*waiting).values(due_at=at, decided_at=at))

    def give_up(
        self, outbox_id: int, state: Delivery, reason: str, detail: str, at: datetime, *, attempt: int | None = None
    ) -> None:
        """Record the end of sending: `FAILED`, `EXPIRED`, or `PERHAPS_TWICE` if the arrival is unknown."""
        ended = _on_its_way(outbox_id, attempt).values(state=state.value, reason=reason, detail=detail)
        self._ended(ended, at, outbox_id)

    def send_again(self, outbox_id: int, at: datetime) -> bool:
        """Queue a failed message again; return False if it is not failed or has no chat."""
        update = (
            sa.update(outbox)
            .where(_c.id == outbox_id, _c.state == Delivery.FAILED.value, _c.chat_id != 0)
            .values(state=Delivery.QUEUED.value, due_at=at, decided_at=at, attempts=0, doubts=0)
            .values(leased_until=None, reason="", detail="")
        )
        if self._transaction.execute(update).rowcount:
            return True
        self.get(outbox_id)
        return False

    def end_failed(self, outbox_id: int, state: Delivery, reason: str, at: datetime) -> bool:
        """End a failed message for good; return False if it is not failed."""
        failed = sa.update(outbox).where(_c.id == outbox_id, _c.state == Delivery.FAILED.value)
        ended = failed.values(state=state.value, reason=reason, decided_at=at)
        row = self._transaction.execute(ended.returning(outbox)).mappings().one_or_none()
        if row is None:
            self.get(outbox_id)
            return False
        self._transaction.facts.append(fact_of_end(item_from_row(row), at, row["salt"]))
        return True

    def recall(self, outbox_ids: Collection[int]) -> bool:
        """Recall messages that were never tried, or that had no chat; all of them or none."""
        lock_claims(self._transaction)
        queued = sa.and_(_c.state == Delivery.QUEUED.value, _c.attempts == 0)
        untouched = sa.or_(queued, sa.and_(_c.state == Delivery.FAILED.value, _c.chat_id == 0))
        theirs = sa.and_(_c.id.in_(sorted(outbox_ids)), untouched)
        if self._transaction.scalar(sa.select(sa.func.count()).select_from(outbox).where(theirs)) != len(outbox_ids):
            return False
        recalled = sa.update(outbox).where(theirs).values(state=Delivery.RECALLED.value, reason="", detail="")
        self._transaction.execute(recalled)
        return True

    def move_chat(self, before: int, after: int) -> None:
        """Move waiting messages to another chat id, without their reply targets: the new chat has new message ids."""
        waiting = sa.update(outbox).where(_c.chat_id == before, sa.text(UNFINISHED))
        update = waiting.values(chat_id=after, reply_to=None)
        self._transaction.execute(update)

    def next_due(self, *, in_hand: Collection[int] = ()) -> datetime | None:
        """Return the next due time or end of a lease, except for those in hand; None if nothing waits."""
        due: datetime | None = self._transaction.scalar(_NEXT_DUE, {"in_hand": sorted(in_hand)})
        return due

    def waiting_since(self) -> datetime | None:
        """Return when the oldest message that has not left was queued; None when all have."""
        since: datetime | None = self._transaction.scalar(_WAITING_SINCE)
        return since

    def get(self, outbox_id: int) -> OutboxItem:
        """Return the row by its id. Raises `NotFound`."""
        row = self._transaction.execute(sa.select(outbox).where(_c.id == outbox_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(what="outbox", name=str(outbox_id))
        return item_from_row(row)

    def of_order(self, order_id: int) -> tuple[OutboxItem, ...]:
        """Return the messages about an order, oldest first."""
        selected = sa.select(outbox).where(_c.order_id == order_id).order_by(_c.id)
        return tuple(map(item_from_row, self._transaction.execute(selected).mappings()))

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the order of a sent message."""
        selected = (
            sa.select(_c.order_id)
            .where(_c.chat_id == chat_id, _c.message_id == message_id, _c.order_id.is_not(None))
            .order_by(_c.id.desc())
            .limit(1)
        )
        order_id: int | None = self._transaction.scalar(selected)
        return order_id

    def topic_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the topic of a sent message."""
        topic: int | None = self._transaction.scalar(_TOPIC, {"chat": chat_id, "message": message_id})
        return topic

    def to_general(self, outbox_id: int, at: datetime, *, attempt: int | None = None) -> None:
        """Retry a message at once in General instead of its topic."""
        self._transaction.execute(_on_its_way(outbox_id, attempt).values(topic=None))
        self.later(outbox_id, at, TOPIC_DELETED, at=at, attempt=attempt)

    def id_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the outbox id of a sent message; None if it is not ours."""
        selected = sa.select(_c.id).where(_c.chat_id == chat_id, _c.message_id == message_id).limit(1)
        outbox_id: int | None = self._transaction.scalar(selected)
        return outbox_id

    def counts_of(self, start: datetime, end: datetime) -> Mapping[Delivery, int]:
        """Return the number of messages in each state: those of the span, and all that are unfinished or failed."""
        found = self._transaction.execute(_COUNTS_OF, {"start": start, "end": end})
        return {Delivery(state): count for state, count in found}

    def counts(self) -> Mapping[Delivery, int]:
        """Return the number of messages in each state."""
        selected = sa.select(_c.state, sa.func.count()).group_by(_c.state)
        found = folded_by_state(self._transaction)
        for state, count in self._transaction.execute(selected):
            found[state] += count
        return {Delivery(state): count for state, count in found.items()}

    def _ended(self, change: Any, at: datetime, outbox_id: int = 0) -> int:
        """Save the end of a message with its fact, unless it had one, and return its id. Raises `NotFound`."""
        row = self._transaction.execute(change.returning(outbox)).mappings().one_or_none()
        if row is None:
            return self.get(outbox_id).id
        item = item_from_row(row)
        self._transaction.facts.append(fact_of_end(item, at, row["salt"]))
        return item.id


def lock_claims(transaction: OpenTransaction) -> None:
    """On PostgreSQL, block other claims of messages until this transaction ends."""
    if not transaction.on_sqlite:
        transaction.scalar(sa.select(sa.func.pg_advisory_xact_lock(_CLAIMS)))


def _on_its_way(outbox_id: int, attempt: int | None) -> sa.Update:
    """Change a message that has no end yet; if a try is named, only while that is the last one that was begun."""
    change = sa.update(outbox).where(_c.id == outbox_id, sa.text(UNFINISHED)).values(leased_until=None, claimed_by="")
    if attempt is None:
        return change
    return change.where(_c.state == Delivery.SENDING.value, _c.attempts == attempt)
