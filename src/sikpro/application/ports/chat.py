"""Chat messages in and out, in terms that belong to no network."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from sikpro.domain.place import Place


class Transport(StrEnum):
    """Our transports to the chat network; a plugin has one of its own. File ids and cursors belong to one."""

    BOT_API = "bot_api"
    MTPROTO = "mtproto"


class IncomingKind(StrEnum):
    """What a person did in the chat. `SOURCE` is a note of the connection itself for the ledger."""

    MESSAGE = "message"
    EDIT = "edit"
    PRESS = "press"
    MEMBERSHIP = "membership"
    OTHER = "other"
    SOURCE = "source"


@frozen
class Attachment:
    """A file of a message; `kind` is the network's word for it (`photo`, `document`, …).

    `file_id` is valid only for the transport that delivered it. `media_type` comes from the sender's program.
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
    """A phone number that a person shared; `user_id` is its owner, when the network knows."""

    phone: str
    user_id: int | None
    name: str = ""


@frozen(kw_only=True)
class Incoming:
    """One update of the chat network, in terms that belong to no network.

    `key` is the inbox key: the same for every delivery of the same thing, on every transport (bot id, Bot-API-style
    chat id, message id; for edits the edit date and a content hash; for presses the query id). `chat_id` is 0 and
    `sender_id` None where the network names none. `sent_at` is UTC, from the network. For a press, `message_id` is the
    message with the button, `press_id` is needed to answer the press, and `data` is the button's data (at most 64
    bytes). `album` is the same for all messages of one album. `addressed` is False if a group message names another
    bot. `mentioned` is True if it names this bot (`text` is without the name). `transport` is the one that the ids of
    the attachments belong to. `place` is a pin on the map; the text is then the name of the place, if it has one.
    `live` says that the sender goes on to share their place: edits with newer ones follow. `chat_title` is a group's
    name, "" in a private chat. `topic` is the topic of a group with topics, None outside topics and in *General*;
    `topic_title` is its name, where the update tells it.
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
    place: Place | None = None
    live: bool = False
    attachments: tuple[Attachment, ...] = ()
    album: str | None = None
    blocked: bool | None = None
    forwarded: bool = False
    addressed: bool = True
    mentioned: bool = False
    transport: str = ""
    chat_title: str = ""
    topic: int | None = None
    topic_title: str = ""


@frozen
class Button:
    """A button under a message: its label, and either `data` for the press or a request to share the phone number."""

    label: str
    data: str = ""
    asks_phone: bool = False


@frozen
class Enclosure:
    """A file to send with a message: its name, media type and content."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@frozen(kw_only=True)
class Outgoing:
    """One thing to send: a text with rows of buttons, the answer to a press when `press_id` is set, or a gesture.

    A gesture changes the message `reply_to` and adds none: `reaction` puts an emoji on it, and `strip_buttons` removes
    the buttons of a message of ours. The other fields are then empty. A gesture can be repeated without harm.

    `document` is the id of a blob to send as a file; `text` is then its caption of at most 1,024 characters. `text` is
    plain, never markup. `reply_to` is a message id of the same chat; if that message is gone, the text is sent without
    it. `topic` is the topic of a group to write in; None is *General*, or a chat without topics. `random_id` makes a
    repeated send one message, where the network supports that. `drop_keyboard` removes a keyboard for sharing the phone
    number. Everything else overtakes a `bulk` message: an answer to a stranger, a recap.
    """

    chat_id: int
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: int | None = None
    press_id: str | None = None
    random_id: int = 0
    drop_keyboard: bool = False
    document: int | None = None
    reaction: str = ""
    strip_buttons: bool = False
    bulk: bool = False
    topic: int | None = None

    @property
    def is_gesture(self) -> bool:
        """Whether it only changes a message that is there. Nobody misses one that fails."""
        return bool(self.reaction) or self.strip_buttons


@frozen
class MenuEntry:
    """A line of the chat's command menu: the command without its slash, and what it does."""

    command: str
    description: str
