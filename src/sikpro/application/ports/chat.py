"""The chat: what comes in and what goes out, in words that no network owns."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen


class Transport(StrEnum):
    """The ways to the chat network; ids of files and cursors belong to one of them."""

    BOT_API = "bot_api"
    MTPROTO = "mtproto"


class IncomingKind(StrEnum):
    """What a person did in the chat; `SOURCE` is what the connection itself has to tell the ledger."""

    MESSAGE = "message"
    EDIT = "edit"
    PRESS = "press"
    MEMBERSHIP = "membership"
    OTHER = "other"
    SOURCE = "source"


@frozen
class Attachment:
    """A file that came with a message; `kind` is the network's word for it (`photo`, `document`, …).

    `file_id` means something to the transport that brought it. `media_type` is what the sender's program says it is.
    """

    kind: str
    file_id: str
    size: int | None = None
    name: str = ""
    media_type: str = ""

    @property
    def is_photo(self) -> bool:
        """Whether it is a picture, sent as a photo or as a file."""
        return self.kind == "photo" or self.media_type.startswith("image/")


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
    button's data (at most 64 bytes). `album` is the same for the messages of one album. `addressed` is False for what
    names another bot in a group, `mentioned` True for what named this one (`text` is without it). `transport` says
    which one the ids of the attachments belong to. `chat_title` is a group's name, "" in a private chat.
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
    forwarded: bool = False
    addressed: bool = True
    mentioned: bool = False
    transport: str = ""
    chat_title: str = ""


@frozen
class Button:
    """A button under a message: its label, and either `data` that comes back or a request to share the phone."""

    label: str
    data: str = ""
    asks_phone: bool = False


@frozen
class Enclosure:
    """A file to send with a message: its name, its media type and what is in it."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@frozen(kw_only=True)
class Outgoing:
    """One thing to send: a text with rows of buttons, or the answer to a press when `press_id` is set.

    `document` is the id of a blob that is sent as a file; `text` is then its caption, of 1,024 characters at most.
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
    document: int | None = None


@frozen
class MenuEntry:
    """A line of the chat's command menu: the command without its slash, and what it does."""

    command: str
    description: str
