"""Facts about an order, in the past tense: what the journal keeps and the timeline tells."""

from datetime import datetime

from attrs import frozen

from sikpro.domain.phase import Phase, Turn


@frozen
class State:
    """Where an order stands after a fact: its phase, its status' code and whose turn it is."""

    phase: Phase
    status: str
    turn: Turn


@frozen(kw_only=True)
class OrderEvent:
    """What happened to an order, when (UTC), and where it stood afterwards."""

    order_id: int
    at: datetime
    state: State


@frozen(kw_only=True)
class OrderPlaced(OrderEvent):
    """A request became an order."""

    channel: str


@frozen(kw_only=True)
class OrderTaken(OrderEvent):
    """A helpdesk took it."""

    holder: int


@frozen(kw_only=True)
class OrderGivenBack(OrderEvent):
    """It went back to the queue; `lapsed` when its claim ran out by itself."""

    holder: int
    lapsed: bool = False


@frozen(kw_only=True)
class OrderAssigned(OrderEvent):
    """A team leader gave it to a helpdesk, or took it over."""

    holder: int
    previous: int | None = None


@frozen(kw_only=True)
class StatusChanged(OrderEvent):
    """A new status was set, perhaps with a reason and words for the technician."""

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
    """Its data were corrected; `resubmitted` when that brought a held-up order back to the queue."""

    changes: tuple[FieldChange, ...]
    resubmitted: bool = False


@frozen(kw_only=True)
class MessageJoined(OrderEvent):
    """Words or a photo about it came from the chat."""

    text: str
    chat_id: int
    message_id: int | None = None
    photo: str = ""


@frozen(kw_only=True)
class OrderNudged(OrderEvent):
    """Its sender asked the helpdesk to look at it."""


@frozen(kw_only=True)
class OrderReopened(OrderEvent):
    """A finished order is worked on again, perhaps with words for the technician."""

    before: str
    reason: str
    feedback: str = ""


@frozen(kw_only=True)
class StatusUndone(OrderEvent):
    """Whoever set the status `undone` took it back before its message left; the order is as it was before."""

    undone: str


@frozen(kw_only=True)
class OrderWithdrawn(OrderEvent):
    """Its sender took it back while nobody had it."""

    before: str


@frozen(kw_only=True)
class OrderDeleted(OrderEvent):
    """It was deleted, for a reason."""

    reason: str


@frozen(kw_only=True)
class OrderRestored(OrderEvent):
    """An admin brought a deleted order back."""


@frozen(kw_only=True)
class WordsSent(OrderEvent):
    """A helpdesk wrote to the technician and left the status as it was."""

    text: str


EVENTS: tuple[type[OrderEvent], ...] = (
    OrderPlaced,
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
)
"""Every kind of fact; a journal row names one by its class."""
