"""Every update that came in, once, with its one outcome."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.chat import Attachment, Incoming
from sikpro.domain.period import Period
from sikpro.domain.place import Place


class Outcome(StrEnum):
    """The result of a received update; each has exactly one."""

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
    """A received update and its outcome; `detail` is a code of the refusal, the command or the error."""

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


@frozen
class ReceivedPin:
    """A pin that came with a received message, and the name of its place."""

    place: Place
    text: str


@frozen
class KnownTopic:
    """A topic of a group, by its number there; `title` is "" if unknown."""

    number: int
    title: str


@frozen(kw_only=True)
class KnownGroup:
    """A group that the bot heard from and was not removed from since, when it last heard, and the topics seen there.

    `title` is "" if unknown. The topics are in the order of their numbers, which is that of their creation.
    """

    chat_id: int
    title: str
    heard_at: datetime
    topics: tuple[KnownTopic, ...] = ()


class Inbox(Protocol):
    """Every update that came in, once, with its outcome."""

    def receive(self, incoming: Incoming, at: datetime) -> int | None:
        """Store an update with its fact (`Seals`), and return the row's id, or None if its key already exists.

        The unit stays usable. A topic becomes known: by the name of an update of kind `OTHER`, which tells of a new
        name, else by the name of the first message that has one.
        """

    def finish(self, inbox_id: int, outcome: Outcome, detail: str = "", order_id: int | None = None) -> None:
        """Store the outcome of a received update, and the fact of it."""

    def order_of(self, chat_id: int, message_id: int) -> int | None:
        """Return the order that a received message created, changed or joined."""

    def files_of(self, chat_id: int, message_id: int) -> tuple[ReceivedFile, ...]:
        """Return the files of a message."""

    def topic_of(self, chat_id: int, message_id: int | None) -> int | None:
        """Return the topic in which a message was received; None without a message."""

    def forget_topic(self, chat_id: int, topic: int) -> None:
        """Leave a topic out of `groups` until something is received from it: it was deleted."""

    def place_of(self, chat_id: int, message_id: int) -> ReceivedPin | None:
        """Return the pin of a message, as it was sent first; None when it has none."""

    def album(self, chat_id: int, album: str) -> tuple[ReceivedFile, ...]:
        """Return the files of an album received so far, in the order of receipt."""

    def order_of_album(self, chat_id: int, album: str) -> int | None:
        """Return the order that a message of the album created or joined."""

    def totals(self, start: datetime, end: datetime) -> Mapping[Outcome, int]:
        """Count the updates received in the span by outcome. Together they are all received updates."""

    def how_many(self, start: datetime, end: datetime, outcome: Outcome, detail: str) -> int:
        """Count the updates received in the span with this outcome and detail."""

    def groups(self) -> tuple[KnownGroup, ...]:
        """Return the groups that the bot is in, as far as known, the last heard from first."""

    def page(
        self,
        *,
        before: int | None,
        limit: int,
        outcome: Outcome | None = None,
        detail: str = "",
        received: Period | None = None,
    ) -> tuple[LedgerRow, ...]:
        """Return rows with ids below `before`, newest first; with an outcome, a detail, or received in a span."""
