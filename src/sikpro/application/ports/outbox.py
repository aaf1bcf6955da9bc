"""Every message to a chat, from the transaction that decides it until it arrives or fails."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.chat import Outgoing


class Delivery(StrEnum):
    """The state of a message to the chat."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PERHAPS_TWICE = "perhaps_twice"
    FAILED = "failed"
    EXPIRED = "expired"
    RECALLED = "recalled"
    REPLACED = "replaced"


STANDING = (Delivery.QUEUED, Delivery.SENDING, Delivery.FAILED)
"""The states of messages that have not left, or that somebody can still send again."""

UNCERTAIN = frozenset({"ambiguous", "gateway"})
"""The reasons of a wait after a try that may have arrived."""

OUTAGE = UNCERTAIN | {"unreachable"}
"""The reasons that concern the connection, not the message: what failed for one of them can be sent again."""

TOPIC_DELETED = "topic_deleted"
"""The reason of a message whose topic was deleted; it is sent to *General* then, and keeps this as its `detail`."""


@frozen(kw_only=True)
class OutboxItem:
    """A message on its way, or sent; `doubtful` when an earlier try may have arrived.

    `attempts` counts the tries, `doubts` the tries that may or may not have arrived.

    `cause` is what it was queued for (`caused_by`), as `kind=name`, "" if nobody named it.

    `chat_id` is 0 when there is no Telegram chat. Such a message is saved as failed (`no_telegram`).
    """

    id: int
    message: Outgoing
    state: Delivery
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    doubtful: bool = False
    doubts: int = 0
    order_id: int | None = None
    reason: str = ""
    detail: str = ""
    sent_at: datetime | None = None
    message_id: int | None = None
    cause: str = ""


class Outbox(Protocol):
    """Every message to the chat, until it arrives or fails."""

    def put(
        self,
        message: Outgoing,
        at: datetime,
        *,
        order_id: int | None = None,
        due_at: datetime | None = None,
        failed: str = "",
    ) -> int:
        """Queue a message (due at once by default), or save it as failed for a reason. Return its id.

        A message without `random_id` gets one. It keeps its `cause`. Every end of a message (here, `sent`, `give_up`,
        `end_failed`) has its fact (`Seals`).
        """

    def claim(
        self,
        now: datetime,
        lease: timedelta,
        limit: int,
        *,
        sends_once: bool = False,
        in_hand: Collection[int] = (),
    ) -> tuple[OutboxItem, ...]:
        """Claim due messages, at most one for each chat: the chat's oldest unfinished message, if it is due.

        A `bulk` message counts as newer than all others, in its chat and among the chats.

        Each becomes `SENDING` until `now + lease`, and its `attempts` rises by one. A `SENDING` message with an expired
        lease is claimed again, as `doubtful` unless the messenger `sends_once`; never one of `in_hand`, which the
        caller is sending now. Answers to presses (`press_id`) overtake their chat's queue.

        A delay or lease that was decided more than `CLOCK_STEP` after `now` comes from a clock that has been set back
        since: the message is due.
        """

    def claim_new(self, now: datetime, lease: timedelta, limit: int) -> tuple[OutboxItem, ...]:
        """Claim messages that this unit of work has queued, by the rules of `claim`; nobody else can have them yet.

        None that is sent in bulk: it waits for `claim`, which sees what else waits.
        """

    def mark_tried_doubtful(self) -> None:
        """Mark tried messages as doubtful: another messenger cannot recognise them, and an earlier try than the last,
        of which nothing is known any more, may have arrived."""

    def sent(self, outbox_id: int, message_id: int | None, at: datetime, detail: str = "") -> None:
        """Record that it arrived: `SENT`, or `PERHAPS_TWICE` when it was doubtful.

        An arrival is a fact, whoever tells of it: also of one who lost the claim. A second arrival changes nothing: a
        process that hung may tell of it after another one that took over did.
        A gesture is never doubtful; for one that was refused `detail` says why. `TOPIC_DELETED` as `detail` says that
        it went to *General* instead of its topic.
        """

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
        """Retry from `due_at` on, as decided at `at`. With `doubtful` add one doubt: this try may have arrived.

        With `untried` the claim counts as no try: nothing was called since.

        Nothing changes for a message that has ended meanwhile: another process sent it. `attempt` is the number of the
        caller's try (`OutboxItem.attempts`): if another claim was made since, nothing changes. That claim has made the
        message doubtful.
        """

    def retry_now(self, reasons: Collection[str], at: datetime, *, most_doubts: int) -> None:
        """Make messages due now that wait for a retry for one of these reasons, with at most `most_doubts` doubts."""

    def give_up(
        self, outbox_id: int, state: Delivery, reason: str, detail: str, at: datetime, *, attempt: int | None = None
    ) -> None:
        """End the message, once: `FAILED`, `EXPIRED`, or `PERHAPS_TWICE` when its arrival is unknown.

        `attempt` as for `later`: whoever lost the claim ends nothing.
        """

    def send_again(self, outbox_id: int, at: datetime) -> bool:
        """Queue a failed message again with no tries counted. Return False if it is not failed or has no chat."""

    def end_failed(self, outbox_id: int, state: Delivery, reason: str, at: datetime) -> bool:
        """End a failed message for good: `REPLACED` by a newer one about its order, or `EXPIRED`. False if not failed.

        Of several who do so, one gets True. It keeps its `detail`.
        """

    def recall(self, outbox_ids: Collection[int]) -> bool:
        """Mark messages as `RECALLED` that nobody began to send, or that had no chat. Recall all of them or none."""

    def move_chat(self, before: int, after: int) -> None:
        """Send messages waiting for one chat id to another, not as replies: message ids start anew there."""

    def next_due(self, *, in_hand: Collection[int] = ()) -> datetime | None:
        """Return when the next message is due or its lease ends, without those in hand; None when nothing waits."""

    def waiting_since(self) -> datetime | None:
        """Return when the oldest message that has not left was queued; None when all have."""

    def get(self, outbox_id: int) -> OutboxItem:
        """Return the message. Raises `NotFound`."""

    def of_order(self, order_id: int) -> tuple[OutboxItem, ...]:
        """Return the messages about an order, oldest first."""

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the order of a sent message."""

    def topic_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the topic of a sent message."""

    def to_general(self, outbox_id: int, at: datetime, *, attempt: int | None = None) -> None:
        """Retry a message at once in *General* instead of its topic, for the reason `topic_deleted`.

        Nothing changes for a message that has ended meanwhile. `attempt` as for `later`.
        """

    def id_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the outbox id of a sent message; None when we did not send it."""

    def counts_of(self, start: datetime, end: datetime) -> Mapping[Delivery, int]:
        """Count the messages in each state: `STANDING` of all time, of the other states those queued in the span.

        Folded messages are not counted: they are months old.
        """

    def counts(self) -> Mapping[Delivery, int]:
        """Count the messages in each state. States without messages may be missing."""
