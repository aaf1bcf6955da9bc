"""Every update that came in, once, with its one outcome."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from sikpro.application.ports.chat import Attachment, Incoming
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
