"""The chat network: what comes in, what goes out, and the two asynchronous ports that carry it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen


class IncomingKind(StrEnum):
    """What a person did in the chat."""

    MESSAGE = "message"
    EDIT = "edit"
    PRESS = "press"
    MEMBERSHIP = "membership"
    OTHER = "other"


@frozen
class Attachment:
    """A file that came with a message; `kind` is the network's word for it (`photo`, `document`, …)."""

    kind: str
    file_id: str
    size: int | None = None
    name: str = ""


@frozen
class Contact:
    """A phone number that a person shared; `user_id` says whose it is, when the network knows."""

    phone: str
    user_id: int | None
    name: str = ""


@frozen(kw_only=True)
class Incoming:
    """One update of the chat network, in words that no network owns.

    `key` is the inbox key: the same for every delivery of the same thing, on every transport (bot id,
    Bot-API-style chat id, message id; for edits the edit date and a content hash; for presses the query id).
    `chat_id` is 0 and `sender_id` None where the network names none. `sent_at` is UTC, as the network says.
    For a press `message_id` is the message the button hangs on, `press_id` what answers it, `data` the
    button's data (at most 64 bytes).
    """

    key: str
    kind: IncomingKind
    chat_id: int
    message_id: int | None
    sender_id: int | None
    sent_at: datetime
    sender_name: str = ""
    private: bool = True
    text: str = ""
    reply_to: int | None = None
    press_id: str | None = None
    data: str = ""
    contact: Contact | None = None
    attachments: tuple[Attachment, ...] = ()
    album: str | None = None
    blocked: bool | None = None


@frozen
class Button:
    """A button under a message: its label, and either `data` that comes back or a request to share the phone."""

    label: str
    data: str = ""
    asks_phone: bool = False


@frozen(kw_only=True)
class Outgoing:
    """One thing to send: a text with rows of buttons, or the answer to a press when `press_id` is set.

    `text` is plain, never markup. `reply_to` is a message id of the same chat; a reply target that is gone is
    ignored, the text arrives all the same. `random_id` makes a repeated send one message, where the network can.
    `drop_keyboard` takes away a phone-sharing keyboard.
    """

    chat_id: int
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: int | None = None
    press_id: str | None = None
    random_id: int = 0
    drop_keyboard: bool = False


@frozen
class MenuEntry:
    """A line of the chat's command menu: the command without its slash, and what it does."""

    command: str
    description: str


@frozen
class Batch:
    """What one long poll brought: the updates in order, and the cursor to commit with them.

    `fetched` is how many raw updates came, those that translate to nothing included.
    """

    updates: tuple[Incoming, ...]
    cursor: str
    fetched: int = 0


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

    Codes: `blocked`, `chat_gone`, `deactivated`, `press_expired`, `rejected`.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class ChatMoved(SendError):
    """The chat has a new id (a group became a supergroup); send it there."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(f"moved to {chat_id}")
        self.chat_id = chat_id


class UpdateSource(Protocol):
    """Where updates come from: held open until there is one, redelivered until the cursor has moved."""

    async def identify(self) -> Identity:
        """Tell which bot this is. Raises `SourceError`."""

    async def fetch(self, cursor: str) -> Batch:
        """Wait for updates after `cursor` ("" for the first time) and return them; empty after the poll's time.

        Asking with a cursor acknowledges what came before it. Raises `SourceError`.
        """

    async def aclose(self) -> None:
        """Give back the connections."""


class Messenger(Protocol):
    """Sends one thing at a time. It keeps no queue, waits for nothing and repeats nothing: the relay does."""

    async def send(self, message: Outgoing) -> int | None:
        """Send, and return the new message's id (None for the answer to a press). Raises `SendError`."""

    async def set_menu(self, language: str, entries: Sequence[MenuEntry]) -> None:
        """Set the command menu of a language ("" for everybody else). Raises `SendError`."""

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
