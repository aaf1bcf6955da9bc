"""The chat network: the asynchronous ports to it, and how they fail."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import evolve, field, frozen

from sikpro.application.ports.chat import Enclosure, Incoming, MenuEntry, Outgoing


@frozen
class Batch:
    """The result of one long poll: the updates in order, and the cursor to commit with them.

    `fetched` counts the raw updates, also those that translate to nothing. `addresses` is what the transport needs to
    write to a chat again, besides its id; store it with the updates. `gap` describes updates that the network can no
    longer deliver, "" when none are missing.
    """

    updates: tuple[Incoming, ...]
    cursor: str
    fetched: int = 0
    addresses: Mapping[int, str] = field(factory=dict[int, str])
    gap: str = ""


@frozen
class Identity:
    """The identity of a bot account."""

    bot_id: int
    username: str


class Trouble(StrEnum):
    """Why the chat network does not serve us. A person can act on each of these."""

    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    CONFLICT = "conflict"
    WEBHOOK = "webhook"
    SLOW_DOWN = "slow_down"
    SERVER = "server"
    API_ID = "api_id"
    CLOCK = "clock"
    DATA_CENTRE = "data_centre"
    LAYER = "layer"


class SourceError(Exception):
    """The network did not deliver updates: `trouble` says why, `retry_after` (seconds) when to try again."""

    def __init__(self, trouble: Trouble, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{trouble}: {detail}")
        self.trouble = trouble
        self.detail = detail
        self.retry_after = retry_after


class SendError(Exception):
    """A message was not sent, or perhaps was. Only subclasses are raised."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class RetryAfter(SendError):
    """The network wants a pause of `seconds`; the message was not sent.

    `everywhere` is False when only this chat has to wait.
    """

    def __init__(self, seconds: float, detail: str = "", *, everywhere: bool = False) -> None:
        super().__init__(detail)
        self.seconds = seconds
        self.everywhere = everywhere


class NotSent(SendError):
    """The message was certainly not sent and can be retried: connection refused, a 5xx answer."""


class PerhapsSent(SendError):
    """The connection broke after the request was written. The message may have been sent."""


class GatewayAnswered(PerhapsSent):
    """A gateway before the network answered with an error of its own: most likely the message was not sent."""


class NeverSent(SendError):
    """The message cannot be sent, and a retry does not help; `reason` is a code for people.

    Codes: `blocked`, `chat_gone`, `deactivated`, `press_expired`, `rejected`, `file_gone`.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class ChatMoved(SendError):
    """The chat has a new id (a group became a supergroup); send the message there."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(f"moved to {chat_id}")
        self.chat_id = chat_id


@frozen(kw_only=True)
class RemoteFile:
    """A file on the chat network: its message, and the transport's own reference to it."""

    transport: str
    chat_id: int
    message_id: int
    reference: str


class FileGone(Exception):
    """The network will not deliver the file, and a retry does not help.

    Codes of `reason`: `gone`, `too_big`.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


class UpdateSource(Protocol):
    """A source of updates by long polling. It delivers updates again until the cursor has moved."""

    @property
    def transport(self) -> str:
        """The name of this source's transport; each has its own cursor."""

    async def identify(self) -> Identity:
        """Return the bot's identity. Raises `SourceError`."""

    async def fetch(self, cursor: str) -> Batch:
        """Wait for updates after `cursor` ("" at the first time) and return them; empty after the poll's time.

        A fetch with a cursor acknowledges everything before it. Raises `SourceError`.
        """

    async def aclose(self) -> None:
        """Close the connections."""


class FileSource(Protocol):
    """Fetches the files that people sent."""

    @property
    def understands(self) -> frozenset[str]:
        """The transports from whose messages it can fetch files."""

    async def download(self, file: RemoteFile, limit: int) -> bytes:
        """Return the file's content, at most `limit` bytes.

        Raises `FileGone`, or `SourceError` when a later retry may work.
        """


class Messenger(Protocol):
    """Sends one thing at a time. It has no queue, does not wait and does not retry: the relay does."""

    @property
    def sends_once(self) -> bool:
        """Whether two sends with the same `random_id` make one message, not two."""

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send, and return the new message's id (None for the answer to a press and for a gesture). Raises `SendError`.

        Removing buttons that are gone already succeeds. A gesture that the network does not know or does not accept
        is `rejected`.

        `enclosure` is the file of a message with a `document`. A messenger that `sends_once` may return None for a
        message that had already arrived, if it cannot find its id.
        """

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set the command menu of a language ("" for all other languages), or of one chat with `chat_id`.

        Without entries the menu is removed. Raises `SendError`.
        """

    async def aclose(self) -> None:
        """Close the connections."""


@frozen
class BotState:
    """The state of the bot loop: connected, or since when and why not.

    `changed` is the same moment by a monotonic clock, in seconds.
    """

    connected: bool
    since: datetime
    trouble: str = ""
    detail: str = field(default="", repr=False)
    username: str = ""
    transport: str = ""
    changed: float = 0.0

    def as_shown_at(self, now: datetime, count: float) -> "BotState":
        """Return the state with its `since` by the clock as it is now: it may have been set meanwhile."""
        return evolve(self, since=now - timedelta(seconds=count - self.changed))
