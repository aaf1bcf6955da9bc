"""The chat network: the asynchronous ports that carry the chat, and how they fail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from sikpro.application.ports.chat import Enclosure, Incoming, MenuEntry, Outgoing, Transport


@frozen
class Batch:
    """What one long poll brought: the updates in order, and the cursor to commit with them.

    `fetched` is how many raw updates came, those that translate to nothing included. `addresses` is what the transport
    needs beyond a chat's id to write to it again, to be kept with the updates. `gap` says what the network can no
    longer give, "" when nothing is missing.
    """

    updates: tuple[Incoming, ...]
    cursor: str
    fetched: int = 0
    addresses: Mapping[int, str] = field(factory=dict[int, str])
    gap: str = ""


@frozen
class Identity:
    """Which bot account this is."""

    bot_id: int
    username: str


class Trouble(StrEnum):
    """Why the chat network does not serve us, as states that a person can act on."""

    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    CONFLICT = "conflict"
    WEBHOOK = "webhook"
    SLOW_DOWN = "slow_down"
    SERVER = "server"
    API_ID = "api_id"
    CLOCK = "clock"
    DATA_CENTRE = "data_centre"


class SourceError(Exception):
    """The network did not give updates: `trouble` says why, `retry_after` (seconds) when to ask again."""

    def __init__(self, trouble: Trouble, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{trouble}: {detail}")
        self.trouble = trouble
        self.detail = detail
        self.retry_after = retry_after


class SendError(Exception):
    """A message was not sent, or perhaps was. Only its subclasses are raised."""

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
    """It surely was not sent, and can be tried again: connection refused, a 5xx answer."""


class PerhapsSent(SendError):
    """The line broke after the request was written: it may have been sent."""


class NeverSent(SendError):
    """It will not be sent, however often one tries; `reason` is a code for people.

    Codes: `blocked`, `chat_gone`, `deactivated`, `press_expired`, `rejected`, `file_gone`.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class ChatMoved(SendError):
    """The chat has a new id (a group became a supergroup); send it there."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(f"moved to {chat_id}")
        self.chat_id = chat_id


@frozen(kw_only=True)
class RemoteFile:
    """A file that lies with the chat network: the message it came with, and the transport's own reference to it."""

    transport: str
    chat_id: int
    message_id: int
    reference: str


class FileGone(Exception):
    """The network will not give the file, however often one asks.

    Codes of `reason`: `gone`, `too_big`.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


class UpdateSource(Protocol):
    """Where updates come from: held open until there is one, redelivered until the cursor has moved."""

    @property
    def transport(self) -> Transport:
        """Which way this is; each has a cursor of its own."""

    async def identify(self) -> Identity:
        """Tell which bot this is. Raises `SourceError`."""

    async def fetch(self, cursor: str) -> Batch:
        """Wait for updates after `cursor` ("" for the first time) and return them; empty after the poll's time.

        Asking with a cursor acknowledges what came before it. Raises `SourceError`.
        """

    async def aclose(self) -> None:
        """Give back the connections."""


class FileSource(Protocol):
    """Brings the files that people sent."""

    @property
    def understands(self) -> frozenset[Transport]:
        """From which transports' messages it can fetch files."""

    async def download(self, file: RemoteFile, limit: int) -> bytes:
        """The file's content, at most `limit` bytes. Raises `FileGone`, and `SourceError` when to ask again later."""


class Messenger(Protocol):
    """Sends one thing at a time. It keeps no queue, waits for nothing and repeats nothing: the relay does."""

    @property
    def sends_once(self) -> bool:
        """Whether a message sent again with the same `random_id` is one message, not two."""

    async def send(self, message: Outgoing, enclosure: Enclosure | None = None) -> int | None:
        """Send, and return the new message's id (None for the answer to a press). Raises `SendError`.

        `enclosure` is the file that a message with a `document` carries. A messenger that `sends_once` may return None
        for a message that had arrived before, when its id is not found again.
        """

    async def set_menu(self, language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> None:
        """Set the command menu of a language ("" for everybody else), of one chat when `chat_id` is given.

        Without entries that menu is taken away. Raises `SendError`.
        """

    async def aclose(self) -> None:
        """Give back the connections."""


@frozen
class BotState:
    """How the bot loop is: connected, or since when and why not."""

    connected: bool
    since: datetime
    trouble: str = ""
    detail: str = field(default="", repr=False)
    username: str = ""
    transport: str = ""
