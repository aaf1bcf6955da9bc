"""What becomes of a message after a try: its fate, and the write that records it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from attrs import frozen

from sikpro.application.ports.network import GatewayAnswered, PerhapsSent
from sikpro.application.ports.outbox import TOPIC_DELETED, Delivery, OutboxItem
from sikpro.application.ports.storage import UnitOfWork

LATER = "later"
"""The fate of a message that is tried again."""

Write = Callable[[UnitOfWork], None]


@frozen
class Fate:
    """`name` is `LATER` or the state in which the message ended; `reason` is a code."""

    name: str
    reason: str
    write: Write

    @property
    def ended(self) -> bool:
        """Whether no other try follows."""
        return self.name != LATER


def arrived(item: OutboxItem, message_id: int | None, at: datetime, detail: str | None = None) -> Fate:
    """Return the fate of a message that arrived. One that went to General instead of its topic says so for good."""
    said = (item.reason if item.reason == TOPIC_DELETED else "") if detail is None else detail
    twice = item.doubtful and not item.message.is_gesture
    state = Delivery.PERHAPS_TWICE if twice else Delivery.SENT
    return Fate(state, said, lambda uow: uow.outbox.sent(item.id, message_id, at, said))


def later(item: OutboxItem, due_at: datetime, reason: str, at: datetime, *, doubtful: bool = False) -> Fate:
    """Return the fate of a message that is tried again at a time."""
    return Fate(
        LATER,
        reason,
        lambda uow: uow.outbox.later(item.id, due_at, reason, at=at, doubtful=doubtful, attempt=item.attempts),
    )


def given_up(item: OutboxItem, state: Delivery, reason: str, detail: str, at: datetime) -> Fate:
    """Return the fate of a message that ends without having arrived, unless another process has claimed it since."""
    return Fate(
        state, reason, lambda uow: uow.outbox.give_up(item.id, state, reason, detail, at, attempt=item.attempts)
    )


def tell(log: Any, item: OutboxItem, fate: Fate, seconds: float) -> None:
    """Log the end of a message by ids and codes. Tries that are repeated, and small signs, are no lines by default."""
    small = item.message.is_gesture or bool(item.message.press_id)
    say = log.info if fate.ended and not small else log.debug
    arrived = fate.name in {Delivery.SENT, Delivery.PERHAPS_TWICE}
    event = "message sent" if arrived else "message not sent" if fate.ended else "message waits"
    about = {"order": item.order_id, "reason": fate.reason}
    known = {name: value for name, value in about.items() if value}
    say(event, fate=str(fate.name), attempts=item.attempts, seconds=round(seconds, 3), **known)


def uncertain(error: PerhapsSent) -> str:
    """Return what is known about a message that may have arrived, as a reason."""
    return "gateway" if isinstance(error, GatewayAnswered) else "ambiguous"
