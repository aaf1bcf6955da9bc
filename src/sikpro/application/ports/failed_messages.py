"""The messages that failed, and what can still be done about each."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import frozen


class Fate(StrEnum):
    """What becomes of a failed message when all that an outage left is sent again.

    `AGAIN`: it is sent as it is. `PRESENT`: its order has moved past it, so the order's present state is sent instead.
    `NEWER`: its order has moved past it, and a newer message about the order is there for the chat. `STALE`: nobody
    needs it any more. `FOR_GOOD`: an outage is not why it failed, so it would fail again.
    """

    AGAIN = "again"
    PRESENT = "present"
    NEWER = "newer"
    STALE = "stale"
    FOR_GOOD = "for_good"


@frozen(kw_only=True)
class FailedMessage:
    """A failed message by its outbox id, with its chat, its order and its fate."""

    id: int
    chat_id: int
    order_id: int | None
    fate: Fate


@frozen(kw_only=True)
class FailedSum:
    """How many failed messages have a fate and a reason, and when the oldest of them was queued."""

    fate: Fate
    reason: str
    count: int
    oldest: datetime


class FailedMessages(Protocol):
    """The failed messages of the outbox.

    A message failed by an outage if its reason is in `OUTAGE`. Of these:

    - A gesture, the answer to a press, and an answer to what a person wrote that is about no order are `STALE`: the
      person asked again meanwhile, or did something else.
    - What is about no order otherwise (a recap, a card, what was handed over) is sent `AGAIN`, unless the chat's
      person is kept out now: then it is `STALE`.
    - What is about an order goes to a chat that still belongs to somebody: a group, or the private chat of an active
      person; else it is `STALE`.
    - An order has moved past a message that was queued before the order last changed. Then the message is `NEWER` if a
      newer message about the order is on its way to the same chat, arrived there, or failed by an outage too. If there
      is none, it is `PRESENT` for the chat that the order came from and the chats of its sender and its technician
      (unless the order is deleted), and `STALE` for others. Where the order has not moved past it, it is sent `AGAIN`.
    """

    def sums(self) -> tuple[FailedSum, ...]:
        """Count all failed messages, by fate and reason."""

    def left_by_outage(self) -> tuple[int, datetime | None]:
        """Count those that failed by an outage, with the time when the oldest was queued: cheaper than `sums`."""

    def portion(self, after: int, limit: int) -> tuple[FailedMessage, ...]:
        """Return those that failed by an outage and have an id above `after`, by id.

        Until this transaction ends, nobody else changes their orders or gets the same portion.
        """
