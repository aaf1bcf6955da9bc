"""Events of an order, in the past tense: the journal saves them and the timeline shows them."""

from datetime import datetime

from attrs import frozen

from sikpro.domain.phase import Phase, Turn
from sikpro.domain.place import Place


@frozen
class State:
    """An order's state after an event: its phase, its status code and whose turn it is."""

    phase: Phase
    status: str
    turn: Turn


@frozen(kw_only=True)
class OrderEvent:
    """An event of an order, its time (UTC), and the state after it."""

    order_id: int
    at: datetime
    state: State


@frozen(kw_only=True)
class OrderPlaced(OrderEvent):
    """A request became an order."""

    channel: str


@frozen(kw_only=True)
class OrderImported(OrderEvent):
    """It came in from a table, with what is known of its life until then.

    `helpdesk_name` is a name in the table that belongs to nobody here.
    """

    source: str
    helpdesk_name: str = ""


@frozen(kw_only=True)
class OrderTaken(OrderEvent):
    """A helpdesk took it."""

    holder: int


@frozen(kw_only=True)
class OrderGivenBack(OrderEvent):
    """It went back to the queue; `lapsed` when its claim ran out."""

    holder: int
    lapsed: bool = False


@frozen(kw_only=True)
class OrderAssigned(OrderEvent):
    """A team leader gave it to a helpdesk, or took it over."""

    holder: int
    previous: int | None = None


@frozen(kw_only=True)
class StatusChanged(OrderEvent):
    """A new status was set, with a reason and feedback if there are any."""

    before: str
    reason: str = ""
    feedback: str = ""


@frozen
class FieldChange:
    """One field of the order's data before and after a correction."""

    field: str
    before: str
    after: str


@frozen(kw_only=True)
class OrderCorrected(OrderEvent):
    """Its data were corrected; `resubmitted` when a held-up order went back to the queue."""

    changes: tuple[FieldChange, ...]
    resubmitted: bool = False


@frozen(kw_only=True)
class MessageJoined(OrderEvent):
    """A text, a photo or the customer's place was added from the chat."""

    text: str
    chat_id: int
    message_id: int | None = None
    photo: str = ""
    place: Place | None = None


@frozen(kw_only=True)
class OrderNudged(OrderEvent):
    """Its sender asked the helpdesk to look at it."""


@frozen(kw_only=True)
class OrderReopened(OrderEvent):
    """A finished order was reopened, with feedback for the technician if there is any."""

    before: str
    reason: str
    feedback: str = ""


@frozen(kw_only=True)
class StatusUndone(OrderEvent):
    """The person who set the status `undone` undid it before its message was sent. The order is as before."""

    undone: str


@frozen(kw_only=True)
class OrderWithdrawn(OrderEvent):
    """Its sender cancelled it while nobody had it."""

    before: str


@frozen(kw_only=True)
class OrderDeleted(OrderEvent):
    """It was deleted with a reason."""

    reason: str


@frozen(kw_only=True)
class OrderRestored(OrderEvent):
    """An admin restored a deleted order."""


@frozen(kw_only=True)
class WordsSent(OrderEvent):
    """A helpdesk wrote to the technician without a new status."""

    text: str


@frozen(kw_only=True)
class OrderTransferred(OrderEvent):
    """It went to another technician; `before` and `after` are their codes."""

    before: str
    after: str
    reason: str = ""


@frozen(kw_only=True)
class HoldUpCleared(OrderEvent):
    """What held it up (the status `before`) is no more, and it went back to the queue.

    `name` is who said so, when that is not a person known here.
    """

    before: str
    text: str = ""
    name: str = ""


@frozen(kw_only=True)
class OrderRemarked(OrderEvent):
    """A colleague wrote a note to the others. No technician reads it."""

    text: str


EVENTS: tuple[type[OrderEvent], ...] = (
    OrderPlaced,
    OrderImported,
    OrderTaken,
    OrderGivenBack,
    OrderAssigned,
    StatusChanged,
    OrderCorrected,
    MessageJoined,
    OrderNudged,
    OrderReopened,
    StatusUndone,
    OrderWithdrawn,
    OrderDeleted,
    OrderRestored,
    WordsSent,
    OrderTransferred,
    HoldUpCleared,
    OrderRemarked,
)
"""Every kind of event. A journal row names its kind by the class."""
