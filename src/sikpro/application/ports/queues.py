"""What came in, what is to go out, what is being talked about and what is due: the tables that have workers."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.chat import Attachment, Incoming, Outgoing
from sikpro.domain.period import Period


class Outcome(StrEnum):
    """What became of a received update; each has exactly one."""

    ORDER = "order"
    CHANGE = "change"
    REFUSAL = "refusal"
    DIALOGUE = "dialogue"
    COMMAND = "command"
    JOINED = "joined"
    IGNORED = "ignored"
    FAILED = "failed"


@frozen(kw_only=True)
class LedgerRow:
    """A received update and what became of it; `detail` is a code (the refusal's, the command's, the error's)."""

    id: int
    received_at: datetime
    sent_at: datetime
    chat_id: int
    sender_name: str
    kind: str
    text: str
    outcome: Outcome
    detail: str
    order_id: int | None
    number: str | None


@frozen(kw_only=True)
class ReceivedFile:
    """A file that came with a received message."""

    chat_id: int
    message_id: int
    transport: str
    attachment: Attachment


@frozen(kw_only=True)
class KnownGroup:
    """A group that the bot heard from and was not put out of since: its name ("" when none was told), and when last."""

    chat_id: int
    title: str
    heard_at: datetime


class Inbox(Protocol):
    """Every update that came in, once, with its outcome."""

    def receive(self, incoming: Incoming, at: datetime) -> int | None:
        """Store it and return the row's id, or None when its key is already there; the unit stays usable."""

    def finish(self, inbox_id: int, outcome: Outcome, detail: str = "", order_id: int | None = None) -> None:
        """Give a received update its outcome."""

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """The order that a received message made, changed or joined."""

    def files_of(self, chat_id: int, message_id: int) -> tuple[ReceivedFile, ...]:
        """The files that came with a message."""

    def album(self, chat_id: int, album: str) -> tuple[ReceivedFile, ...]:
        """The files of an album that came so far, in the order in which they came."""

    def order_of_album(self, chat_id: int, album: str) -> int | None:
        """The order that a message of the album made or joined."""

    def totals(self, start: datetime, end: datetime) -> Mapping[Outcome, int]:
        """How many updates received in the span have each outcome; together they are all that came in."""

    def how_many(self, start: datetime, end: datetime, outcome: Outcome, detail: str) -> int:
        """How many updates received in the span have this outcome with this detail."""

    def groups(self) -> tuple[KnownGroup, ...]:
        """The groups that the bot is in as far as is known, the one heard from last first."""

    def page(
        self,
        *,
        before: int | None,
        limit: int,
        outcome: Outcome | None = None,
        detail: str = "",
        received: Period | None = None,
    ) -> tuple[LedgerRow, ...]:
        """Rows with ids under `before`, newest first; of an outcome, a detail, received in a span."""


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

    def let_go(self) -> None:
        """Nobody has anything in hand any more: what was being sent can be claimed at once, as doubtful."""

    def doubt_tried(self) -> None:
        """What was tried and did not surely arrive is doubtful: another messenger cannot tell."""

    def sent(self, outbox_id: int, message_id: int | None, at: datetime) -> None:
        """It arrived: `SENT`, or `PERHAPS_TWICE` when it was doubtful."""

    def later(self, outbox_id: int, due_at: datetime, reason: str, *, at: datetime, doubtful: bool = False) -> None:
        """Try it again from `due_at` on, as was decided `at`; one doubt more when this try may have arrived."""

    def hurry(self, reasons: Collection[str], at: datetime, *, most_doubts: int) -> None:
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


@frozen(kw_only=True)
class Conversation:
    """A dialogue somebody is in: `step` says where, `data` what was understood so far.

    `token` marks the moment: a button of another moment is stale. `language` is that of a person SIKPRO does
    not know yet. `reminded_at` is when the person was told that it is still open.
    """

    chat_id: int
    telegram_id: int
    step: str = ""
    data: Mapping[str, str] = {}
    token: str = ""
    language: str = ""
    updated_at: datetime
    reminded_at: datetime | None = None


class ConversationStore(Protocol):
    """The open dialogues, one for each person and chat."""

    def get(self, chat_id: int, telegram_id: int) -> Conversation | None: ...
    def put(self, conversation: Conversation) -> None: ...
    def drop(self, chat_id: int, telegram_id: int) -> None: ...
    def open(self, step_prefix: str) -> tuple[Conversation, ...]:
        """Dialogues whose step begins so, oldest first."""


@frozen(kw_only=True)
class Job:
    """Something due; `key` makes one of a kind unique."""

    id: int
    kind: str
    key: str
    due_at: datetime
    attempts: int = 0
    error: str = ""


class Jobs(Protocol):
    """What is to be done at a time, by whoever claims it first."""

    def schedule(self, kind: str, key: str, due_at: datetime) -> None:
        """Note a job, unless one of this kind and key is there."""

    def claim(self, now: datetime, lease: timedelta) -> Job | None:
        """Take the job longest due that nobody has under a lease; its `attempts` one higher.

        A lease that ends more than `CLOCK_STEP` after `now + lease` is over: the clock has been set back since.
        """

    def again(self, job_id: int, due_at: datetime, error: str = "") -> None:
        """Do it again at a time; without an error `attempts` begins anew."""

    def done(self, job_id: int) -> None:
        """Forget it."""

    def all(self) -> tuple[Job, ...]:
        """All jobs, soonest first."""


class Alerts(Protocol):
    """Which alert was given about which order, so that each is given once."""

    def first(self, order_id: int, step: str, at: datetime) -> bool:
        """Note an alert; False when this step of this order was noted before."""
