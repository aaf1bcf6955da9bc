"""Send again what an outage left, in portions; what an order has moved past is replaced by its present state.

What is worth sending is decided by `FailedMessages`. A message fails by an outage after nine hours at the earliest, so
whoever waited for an answer in the chat has asked again since: only what stands by itself is sent.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from sikpro.application.ports.failed_messages import FailedMessage, FailedSum, Fate
from sikpro.application.ports.outbox import Delivery
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.messages.notify_technician import notify_after_outage, recipients
from sikpro.domain.people import Permission, Person

PORTION = 100
"""The most messages in one transaction, so that nobody waits for it longer than a second."""

STALE, PRESENT, NEWER = "stale", "present_state", "newer_sent"
"""The reasons of messages that were not sent again: nobody needs them, or what was sent instead."""


@frozen
class FailedPlan:
    """What sending again would do: messages by fate, those that failed for good by reason, the age of the oldest."""

    sums: tuple[FailedSum, ...]

    def count(self, fate: Fate) -> int:
        """Return the number of messages with a fate."""
        return sum(one.count for one in self.sums if one.fate is fate)

    @property
    def by_outage(self) -> int:
        """The number of messages that an outage left."""
        return sum(one.count for one in self.sums if one.fate is not Fate.FOR_GOOD)

    @property
    def oldest(self) -> datetime | None:
        """When the oldest of these was queued."""
        return min((one.oldest for one in self.sums if one.fate is not Fate.FOR_GOOD), default=None)

    @property
    def for_good(self) -> Mapping[str, int]:
        """The messages that would fail again, by reason, the most frequent first."""
        lasting = [one for one in self.sums if one.fate is Fate.FOR_GOOD]
        return {one.reason: one.count for one in sorted(lasting, key=lambda one: (-one.count, one.reason))}


@frozen
class Resent:
    """What a portion did, by fate, and the id after which the next one begins; None when nothing is left."""

    done: Mapping[Fate, int] = field(factory=dict[Fate, int])
    next: int | None = None


def failed_plan(uow: UnitOfWork, by: Person) -> FailedPlan:
    """Return what would become of all failed messages. Raises `NotPermitted`."""
    by.must(Permission.LEAD)
    return FailedPlan(uow.failed_messages.sums())


def resend_failed(
    uow: UnitOfWork, by: Person, now: datetime, *, after: int = 0, limit: int = PORTION, zone: str
) -> Resent:
    """Send again the next messages that an outage left, of those with an id above `after`.

    Each is taken once, whoever else does the same: it is failed before, and not after. Raises `NotPermitted`.
    """
    by.must(Permission.LEAD)
    failed = uow.failed_messages.portion(after, limit)
    done: Counter[Fate] = Counter()
    touched: list[int] = []
    for message in failed:
        fate, ids = _resend(uow, message, now, zone)
        done.update([fate] if ids else [])
        touched += ids
    if touched:
        data = {fate.value: str(count) for fate, count in sorted(done.items())}
        uow.journal.note("failed_sent_again", "", by.id, now, data)
        uow.announce(Hint(Kind.OUTBOX, tuple(touched)))
    return Resent(dict(done), failed[-1].id if len(failed) == limit else None)


def _resend(uow: UnitOfWork, message: FailedMessage, now: datetime, zone: str) -> tuple[Fate, list[int]]:
    """Return what became of a message, and the ids that changed: none if somebody else had it."""
    outbox, own = uow.outbox, [message.id]
    match message.fate:
        case Fate.AGAIN:
            return Fate.AGAIN, own if outbox.send_again(message.id, now) else []
        case Fate.NEWER:
            return Fate.NEWER, own if outbox.end_failed(message.id, Delivery.REPLACED, NEWER, now) else []
        case Fate.PRESENT if message.order_id is not None:
            order = uow.orders.get(message.order_id)
            recipient = next((one for one in recipients(uow, order) if one.chat_id == message.chat_id), None)
            if recipient is not None:
                if not outbox.end_failed(message.id, Delivery.REPLACED, PRESENT, now):
                    return Fate.PRESENT, []
                return Fate.PRESENT, [*own, notify_after_outage(uow, order, recipient, now, zone=zone)]
    return Fate.STALE, own if outbox.end_failed(message.id, Delivery.EXPIRED, STALE, now) else []
