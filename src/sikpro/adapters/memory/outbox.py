"""The outbox in memory."""

import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.store import Sending, Sequences, State
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.runtime import CLOCK_STEP
from sikpro.domain.errors import NotFound

_NO_TELEGRAM = "no_telegram"
_ON_THE_WAY = frozenset({Delivery.QUEUED, Delivery.SENDING})


class MemoryOutbox:
    """Every message to the chat; `unfinished` of the state is the index of what is still on its way."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def put(
        self,
        message: Outgoing,
        at: datetime,
        *,
        order_id: int | None = None,
        due_at: datetime | None = None,
        failed: str = "",
    ) -> int:
        """Queue a message (due at once unless said), or store it as failed for a reason; returns its id."""
        self._state.must_have_order(order_id)
        reason = failed or ("" if message.chat_id or message.press_id else _NO_TELEGRAM)
        if not message.random_id:
            message = evolve(message, random_id=secrets.randbelow(2**63 - 1) + 1)
        item = OutboxItem(
            id=self._sequences.next("outbox"),
            message=message,
            state=Delivery.FAILED if reason else Delivery.QUEUED,
            created_at=at,
            due_at=due_at or at,
            order_id=order_id,
            reason=reason,
        )
        self._keep(Sending(item, at))
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
        """Take what is due, one a chat at most: the oldest unfinished one of its chat, if it is due."""
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
            self._keep(Sending(taken, now, now + lease))
            claimed.append(taken)
        return tuple(claimed)

    def release_all(self) -> None:
        """Nobody has anything in hand any more: what was being sent can be claimed at once."""
        for sending in self._unfinished():
            self._keep(evolve(sending, leased_until=None))

    def mark_tried_doubtful(self) -> None:
        """What was tried and did not surely arrive is doubtful."""
        for sending in self._unfinished():
            item = sending.item
            if item.state is Delivery.SENDING or item.reason == "ambiguous":
                self._keep(evolve(sending, item=evolve(item, doubtful=True)))

    def sent(self, outbox_id: int, message_id: int | None, at: datetime) -> None:
        """It arrived: `SENT`, or `PERHAPS_TWICE` when it was doubtful."""
        item = self.get(outbox_id)
        state = Delivery.PERHAPS_TWICE if item.doubtful else Delivery.SENT
        self._keep(Sending(evolve(item, state=state, message_id=message_id, sent_at=at, reason="", detail=""), at))

    def later(self, outbox_id: int, due_at: datetime, reason: str, *, at: datetime, doubtful: bool = False) -> None:
        """Try it again from `due_at` on, as was decided `at`; `doubtful` when this try may have arrived."""
        item = self.get(outbox_id)
        queued = evolve(item, state=Delivery.QUEUED, due_at=due_at, reason=reason)
        if doubtful:
            queued = evolve(queued, doubtful=True, doubts=item.doubts + 1)
        self._keep(Sending(queued, at))

    def retry_now(self, reasons: Collection[str], at: datetime, *, most_doubts: int) -> None:
        """Try at once what is queued for later for one of these reasons and has no more doubts than so many."""
        for sending in self._unfinished():
            item = sending.item
            waits = item.state is Delivery.QUEUED and item.due_at > at
            if waits and item.reason in reasons and item.doubts <= most_doubts:
                self._keep(Sending(evolve(item, due_at=at), at))

    def give_up(self, outbox_id: int, state: Delivery, reason: str, detail: str, at: datetime) -> None:
        """It will not be sent: `FAILED`, `EXPIRED`, or `PERHAPS_TWICE` when nobody can tell."""
        self._keep(Sending(evolve(self.get(outbox_id), state=state, reason=reason, detail=detail), at))

    def send_again(self, outbox_id: int, at: datetime) -> bool:
        """Queue a failed message again; False when it is not failed or has no chat."""
        item = self.get(outbox_id)
        if item.state is not Delivery.FAILED or not item.message.chat_id:
            return False
        anew = evolve(item, state=Delivery.QUEUED, due_at=at, attempts=0, doubts=0, reason="", detail="")
        self._keep(Sending(anew, at))
        return True

    def recall(self, outbox_ids: Collection[int]) -> bool:
        """Take messages back that nobody has begun to send, or that had no chat; all of them or none."""
        items = [self.get(outbox_id) for outbox_id in outbox_ids]
        if not all(_untouched(item) for item in items):
            return False
        for item in items:
            self._keep(Sending(evolve(item, state=Delivery.RECALLED, reason="", detail=""), item.created_at))
        return True

    def move_chat(self, before: int, after: int) -> None:
        """Send what waits for one chat id to another, as replies to nothing: message ids start anew there."""
        for sending in self._unfinished():
            message = sending.item.message
            if message.chat_id == before:
                item = evolve(sending.item, message=evolve(message, chat_id=after, reply_to=None))
                self._keep(evolve(sending, item=item))

    def next_due(self, *, in_hand: Collection[int] = ()) -> datetime | None:
        """When the next message is due or its lease runs out, but for those in hand; None when nothing waits."""
        others = (sending for sending in self._candidates() if sending.item.id not in in_hand)
        return min(map(_ready_at, others), default=None)

    def get(self, outbox_id: int) -> OutboxItem:
        """Raises `NotFound`."""
        sending = self._state.outbox.get(outbox_id)
        if sending is None:
            raise NotFound(what="outbox", name=str(outbox_id))
        return sending.item

    def of_order(self, order_id: int) -> tuple[OutboxItem, ...]:
        """The messages about an order, oldest first."""
        return tuple(s.item for s in self._state.outbox.values() if s.item.order_id == order_id)

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """The order that a sent message was about."""
        orders = [
            sending.item.order_id
            for sending in self._state.outbox.values()
            if sending.item.message_id == message_id
            and sending.item.message.chat_id == chat_id
            and sending.item.order_id is not None
        ]
        return orders[-1] if orders else None

    def text_of(self, chat_id: int, message_id: int) -> str | None:
        """The text of a message that was sent; None when it is none of ours."""
        for sending in self._state.outbox.values():
            if sending.item.message_id == message_id and sending.item.message.chat_id == chat_id:
                return sending.item.message.text
        return None

    def counts(self) -> Mapping[Delivery, int]:
        """How many messages are in each state."""
        return dict(Counter(sending.item.state for sending in self._state.outbox.values()))

    def _unfinished(self) -> Iterator[Sending]:
        for outbox_id in sorted(self._state.unfinished):
            sending = self._state.outbox.get(outbox_id)
            if sending is not None:
                yield sending

    def _candidates(self) -> list[Sending]:
        """The answers to presses, then the oldest other message of each chat."""
        presses: list[Sending] = []
        heads: dict[int, Sending] = {}
        for sending in self._unfinished():
            if sending.item.message.press_id is not None:
                presses.append(sending)
            else:
                heads.setdefault(sending.item.message.chat_id, sending)
        return presses + list(heads.values())

    def _keep(self, sending: Sending) -> None:
        outbox_id = sending.item.id
        self._state.outbox.put(outbox_id, sending)
        if sending.item.state in _ON_THE_WAY:
            if outbox_id not in self._state.unfinished:
                self._state.unfinished.put(outbox_id, None)
        elif outbox_id in self._state.unfinished:
            self._state.unfinished.drop(outbox_id)


def _untouched(item: OutboxItem) -> bool:
    queued = item.state is Delivery.QUEUED and item.attempts == 0
    return queued or (item.state is Delivery.FAILED and item.message.chat_id == 0)


def _ready_at(sending: Sending) -> datetime:
    return sending.leased_until or sending.item.due_at


def _is_due(sending: Sending, now: datetime) -> bool:
    return _ready_at(sending) <= now or sending.decided_at > now + CLOCK_STEP
