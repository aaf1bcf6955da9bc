"""Every message to a chat, from the transaction that decides it until it arrives or fails."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.chat import Outgoing


class Delivery(StrEnum):
    """How far a message to the chat is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PERHAPS_TWICE = "perhaps_twice"
    FAILED = "failed"
    EXPIRED = "expired"
    RECALLED = "recalled"


@frozen(kw_only=True)
class OutboxItem:
    """A message on its way, or arrived; `doubtful` when an earlier try may have arrived already.

    `attempts` counts the tries, `doubts` those of which nobody could tell whether they arrived.

    `chat_id` is 0 when there is no Telegram chat to send to: such a message is stored as failed (`no_telegram`).
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


class Outbox(Protocol):
    """Every message to the chat, from the transaction that decided it until it arrived or failed."""

    def put(
        self,
        message: Outgoing,
        at: datetime,
        *,
        order_id: int | None = None,
        due_at: datetime | None = None,
        failed: str = "",
    ) -> int:
        """Queue a message (due at once unless said), or store it as failed for a reason; returns its id.

        A message without `random_id` gets one.
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
        """Take what is due, one a chat at most: the oldest unfinished one of its chat, if it is due.

        Each is `SENDING` until `now + lease`, `attempts` one higher. One that was being sent when its lease ran out
        is taken again, as `doubtful` unless the messenger `sends_once`; never one of `in_hand`, which the caller is
        sending. Answers to presses (`press_id`) overtake their chat's queue.

        What was put off or leased more than `CLOCK_STEP` after `now` was so by a clock that has been set back since:
        it is due.
        """

    def release_all(self) -> None:
        """Nobody has anything in hand any more: what was being sent can be claimed at once, as doubtful."""

    def mark_tried_doubtful(self) -> None:
        """What was tried and did not surely arrive is doubtful: another messenger cannot tell."""

    def sent(self, outbox_id: int, message_id: int | None, at: datetime) -> None:
        """It arrived: `SENT`, or `PERHAPS_TWICE` when it was doubtful."""

    def later(self, outbox_id: int, due_at: datetime, reason: str, *, at: datetime, doubtful: bool = False) -> None:
        """Try it again from `due_at` on, as was decided `at`; one doubt more when this try may have arrived."""

    def retry_now(self, reasons: Collection[str], at: datetime, *, most_doubts: int) -> None:
        """Try at once what is queued for later for one of these reasons and has no more doubts than so many."""

    def give_up(self, outbox_id: int, state: Delivery, reason: str, detail: str, at: datetime) -> None:
        """It will not be sent: `FAILED`, `EXPIRED`, or `PERHAPS_TWICE` when nobody can tell."""

    def send_again(self, outbox_id: int, at: datetime) -> bool:
        """Queue a failed message again, its tries counted anew; False when it is not failed or has no chat."""

    def recall(self, outbox_ids: Collection[int]) -> bool:
        """Take messages back that nobody has begun to send, or that had no chat: `RECALLED`; all of them or none."""

    def move_chat(self, before: int, after: int) -> None:
        """Send what waits for one chat id to another, as replies to nothing: message ids start anew there."""

    def next_due(self, *, in_hand: Collection[int] = ()) -> datetime | None:
        """When the next message is due or its lease runs out, but for those in hand; None when nothing waits."""

    def get(self, outbox_id: int) -> OutboxItem:
        """Raises `NotFound`."""

    def of_order(self, order_id: int) -> tuple[OutboxItem, ...]:
        """The messages about an order, oldest first."""

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """The order that a sent message was about."""

    def text_of(self, chat_id: int, message_id: int) -> str | None:
        """The text of a message that was sent; None when it is none of ours."""

    def counts(self) -> Mapping[Delivery, int]:
        """How many messages are in each state; states without any may be missing."""
