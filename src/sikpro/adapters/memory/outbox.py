"""The outbox in memory."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.folded import folded_by_state
from sikpro.adapters.memory.seals import put_fact
from sikpro.adapters.memory.store import Sending, Sequences, State, Table
from sikpro.application.ports.cause import cause
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.outbox import STANDING, TOPIC_DELETED, Delivery, OutboxItem
from sikpro.application.ports.runtime import CLOCK_STEP
from sikpro.application.ports.seals import fact_of_end, new_salt
from sikpro.domain.errors import NotFound

_NO_TELEGRAM = "no_telegram"
_ON_THE_WAY = frozenset({Delivery.QUEUED, Delivery.SENDING})


class MemoryOutbox:
    """Stores every message to a chat; the state's `unfinished` and `failed` are indexes of these messages."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences
        self._new: set[int] = set()

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
        self._state.must_have_order(order_id)
        reason = failed or ("" if message.chat_id or message.press_id else _NO_TELEGRAM)
        if not message.random_id:
            message = evolve(message, random_id=self._sequences.chance.number())
        item = OutboxItem(
            id=self._sequences.next("outbox"),
            message=message,
            state=Delivery.FAILED if reason else Delivery.QUEUED,
            created_at=at,
            due_at=due_at or at,
            order_id=order_id,
            reason=reason,
            cause=cause(),
        )
        self._keep(Sending(item, at, salt=new_salt(self._sequences.chance)))
        if reason:
            self._ended(item.id, at)
        else:
            self._new.add(item.id)
        return item.id

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
        chats: set[int] = set()
        claimed: list[OutboxItem] = []
        for sending in self._candidates():
            item = sending.item
            if len(claimed) == limit:
                break
            if not _is_due(sending, now) or item.id in in_hand or item.message.chat_id in chats:
                continue
            chats.add(item.message.chat_id)
            again = item.state is Delivery.SENDING and not sends_once
            taken = evolve(item, state=Delivery.SENDING, attempts=item.attempts + 1, doubtful=item.doubtful or again)
            self._keep(Sending(taken, now, now + lease, sending.salt))
            claimed.append(taken)
        return tuple(claimed)

    def claim_new(self, now: datetime, lease: timedelta, limit: int) -> tuple[OutboxItem, ...]:
        """Claim messages that this unit of work has queued, by the rules of `claim`."""
        items = [sending.item for sending in self._unfinished()]
        others = {item.id for item in items if item.id not in self._new or item.message.bulk}
        return self.claim(now, lease, limit, in_hand=others)

    def mark_tried_doubtful(self) -> None:
        """Mark all messages that were tried as doubtful, whatever the last try said of itself."""
        for sending in self._unfinished():
            if sending.item.attempts:
                self._keep(evolve(sending, item=evolve(sending.item, doubtful=True)))

    def sent(self, outbox_id: int, message_id: int | None, at: datetime, detail: str = "") -> None:
        """Record the arrival: `SENT`, or `PERHAPS_TWICE` for a doubtful message."""
        item = self.get(outbox_id)
        if item.sent_at is not None:
            return
        twice = item.doubtful and not item.message.is_gesture
        state = Delivery.PERHAPS_TWICE if twice else Delivery.SENT
        arrived = evolve(item, state=state, message_id=message_id, sent_at=at, reason="", detail=detail)
        self._change(arrived, at)
        self._ended(outbox_id, at)

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
        item = self.get(outbox_id)
        if not _is_in_hand(item, attempt):
            return
        queued = evolve(
            item, state=Delivery.QUEUED, due_at=due_at, reason=reason, attempts=item.attempts - int(untried)
        )
        if doubtful:
            queued = evolve(queued, doubtful=True, doubts=item.doubts + 1)
        self._change(queued, at)

    def retry_now(self, reasons: Collection[str], at: datetime, *, most_doubts: int) -> None:
        """Retry at once the messages delayed for one of these reasons with at most `most_doubts` doubtful tries."""
        for sending in self._unfinished():
            item = sending.item
            waits = item.state is Delivery.QUEUED and item.due_at > at
            if waits and item.reason in reasons and item.doubts <= most_doubts:
                self._change(evolve(item, due_at=at), at)

    def give_up(
        self, outbox_id: int, state: Delivery, reason: str, detail: str, at: datetime, *, attempt: int | None = None
    ) -> None:
        """Record the end of sending: `FAILED`, `EXPIRED`, or `PERHAPS_TWICE` if the arrival is unknown."""
        item = self.get(outbox_id)
        if _is_in_hand(item, attempt):
            self._change(evolve(item, state=state, reason=reason, detail=detail), at)
            self._ended(outbox_id, at)

    def send_again(self, outbox_id: int, at: datetime) -> bool:
        """Queue a failed message again; return False if it is not failed or has no chat."""
        item = self.get(outbox_id)
        if item.state is not Delivery.FAILED or not item.message.chat_id:
            return False
        anew = evolve(item, state=Delivery.QUEUED, due_at=at, attempts=0, doubts=0, reason="", detail="")
        self._change(anew, at)
        return True

    def end_failed(self, outbox_id: int, state: Delivery, reason: str, at: datetime) -> bool:
        """End a failed message for good; return False if it is not failed."""
        item = self.get(outbox_id)
        if item.state is not Delivery.FAILED:
            return False
        self._change(evolve(item, state=state, reason=reason), at)
        self._ended(outbox_id, at)
        return True

    def recall(self, outbox_ids: Collection[int]) -> bool:
        """Recall messages that were never tried, or that had no chat; all of them or none."""
        items = [self.get(outbox_id) for outbox_id in outbox_ids]
        if not all(_untouched(item) for item in items):
            return False
        for item in items:
            self._change(evolve(item, state=Delivery.RECALLED, reason="", detail=""), item.created_at)
        return True

    def move_chat(self, before: int, after: int) -> None:
        """Move waiting messages to another chat id, without their reply targets: the new chat has new message ids."""
        for sending in self._unfinished():
            message = sending.item.message
            if message.chat_id == before:
                item = evolve(sending.item, message=evolve(message, chat_id=after, reply_to=None))
                self._keep(evolve(sending, item=item))

    def next_due(self, *, in_hand: Collection[int] = ()) -> datetime | None:
        """Return the next due time or end of a lease, except for those in hand; None if nothing waits."""
        others = (sending for sending in self._candidates() if sending.item.id not in in_hand)
        return min(map(_ready_at, others), default=None)

    def waiting_since(self) -> datetime | None:
        """Return when the oldest message that has not left was queued; None when all have."""
        return min((sending.item.created_at for sending in self._unfinished()), default=None)

    def get(self, outbox_id: int) -> OutboxItem:
        """Return the row by its id. Raises `NotFound`."""
        sending = self._state.outbox.get(outbox_id)
        if sending is None:
            raise NotFound(what="outbox", name=str(outbox_id))
        return sending.item

    def of_order(self, order_id: int) -> tuple[OutboxItem, ...]:
        """Return the messages about an order, oldest first."""
        return tuple(s.item for s in self._state.outbox.values() if s.item.order_id == order_id)

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the order of a sent message."""
        orders = [
            sending.item.order_id
            for sending in self._state.outbox.values()
            if sending.item.message_id == message_id
            and sending.item.message.chat_id == chat_id
            and sending.item.order_id is not None
        ]
        return orders[-1] if orders else None

    def topic_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the topic of a sent message."""
        topics = [
            sending.item.message.topic
            for sending in self._state.outbox.values()
            if sending.item.message_id == message_id and sending.item.message.chat_id == chat_id
        ]
        return topics[-1] if topics else None

    def to_general(self, outbox_id: int, at: datetime, *, attempt: int | None = None) -> None:
        """Retry a message at once in General instead of its topic."""
        sending = self._state.outbox.get(outbox_id)
        if sending is not None and _is_in_hand(sending.item, attempt):
            message = evolve(sending.item.message, topic=None)
            self._keep(evolve(sending, item=evolve(sending.item, message=message)))
        self.later(outbox_id, at, TOPIC_DELETED, at=at, attempt=attempt)

    def id_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the outbox id of a sent message; None if it is not ours."""
        for sending in self._state.outbox.values():
            if sending.item.message_id == message_id and sending.item.message.chat_id == chat_id:
                return sending.item.id
        return None

    def counts_of(self, start: datetime, end: datetime) -> Mapping[Delivery, int]:
        """Return the number of messages in each state: those of the span, and all that are unfinished or failed."""
        items = (sending.item for sending in self._state.outbox.values())
        return dict(Counter(one.state for one in items if one.state in STANDING or start <= one.created_at < end))

    def counts(self) -> Mapping[Delivery, int]:
        """Return the number of messages in each state."""
        found = Counter(sending.item.state for sending in self._state.outbox.values())
        for state, count in folded_by_state(self._state).items():
            found[Delivery(state)] += count
        return dict(found)

    def _unfinished(self) -> Iterator[Sending]:
        for outbox_id in sorted(self._state.unfinished):
            sending = self._state.outbox.get(outbox_id)
            if sending is not None:
                yield sending

    def _candidates(self) -> list[Sending]:
        """Return the answers to button presses, then the oldest other message of each chat."""
        presses: list[Sending] = []
        heads: dict[int, Sending] = {}
        for sending in sorted(self._unfinished(), key=lambda one: one.item.message.bulk):
            if sending.item.message.press_id is not None:
                presses.append(sending)
            else:
                heads.setdefault(sending.item.message.chat_id, sending)
        return presses + list(heads.values())

    def _change(self, item: OutboxItem, decided_at: datetime) -> None:
        self._keep(Sending(item, decided_at, salt=self._salt(item.id)))

    def _ended(self, outbox_id: int, at: datetime) -> None:
        put_fact(self._state, self._sequences, fact_of_end(self.get(outbox_id), at, self._salt(outbox_id)))

    def _salt(self, outbox_id: int) -> str:
        sending = self._state.outbox.get(outbox_id)
        return sending.salt if sending else ""

    def _keep(self, sending: Sending) -> None:
        outbox_id = sending.item.id
        self._state.outbox.put(outbox_id, sending)
        _index(self._state.unfinished, outbox_id, sending.item.state in _ON_THE_WAY)
        _index(self._state.failed, outbox_id, sending.item.state is Delivery.FAILED)


def _index(index: Table[int, None], outbox_id: int, belongs: bool) -> None:
    """Let an index have a message or not; a table that does not change is not written."""
    if belongs and outbox_id not in index:
        index.put(outbox_id, None)
    elif not belongs and outbox_id in index:
        index.drop(outbox_id)


def _is_in_hand(item: OutboxItem, attempt: int | None) -> bool:
    """Return whether a message has no end yet, and whether this try of it is the last one that was begun."""
    if attempt is None:
        return item.state in _ON_THE_WAY
    return item.state is Delivery.SENDING and item.attempts == attempt


def _untouched(item: OutboxItem) -> bool:
    queued = item.state is Delivery.QUEUED and item.attempts == 0
    return queued or (item.state is Delivery.FAILED and item.message.chat_id == 0)


def _ready_at(sending: Sending) -> datetime:
    return sending.leased_until or sending.item.due_at


def _is_due(sending: Sending, now: datetime) -> bool:
    return _ready_at(sending) <= now or sending.decided_at > now + CLOCK_STEP
