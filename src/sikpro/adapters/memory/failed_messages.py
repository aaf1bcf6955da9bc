"""The failed messages in memory, each with its fate."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sikpro.adapters.memory.store import State
from sikpro.application.ports.failed_messages import FailedMessage, FailedSum, Fate
from sikpro.application.ports.outbox import OUTAGE, Delivery, OutboxItem
from sikpro.domain.order import Order

_GOES_OUT = frozenset({Delivery.QUEUED, Delivery.SENDING, Delivery.SENT, Delivery.PERHAPS_TWICE})


class MemoryFailedMessages:
    """Reads the failed messages of the outbox."""

    def __init__(self, state: State) -> None:
        self._state = state

    def sums(self) -> tuple[FailedSum, ...]:
        """Count all failed messages, by fate and reason."""
        found: dict[tuple[Fate, str], list[datetime]] = defaultdict(list)
        fates = _Fates(self._state)
        for item in self._failed():
            found[fates.of(item), item.reason].append(item.created_at)
        return tuple(
            FailedSum(fate=fate, reason=reason, count=len(times), oldest=min(times))
            for (fate, reason), times in sorted(found.items())
        )

    def left_by_outage(self) -> tuple[int, datetime | None]:
        """Count those that failed by an outage, with the time when the oldest was queued."""
        times = [item.created_at for item in self._failed() if item.reason in OUTAGE]
        return len(times), min(times, default=None)

    def portion(self, after: int, limit: int) -> tuple[FailedMessage, ...]:
        """Return those that failed by an outage and have an id above `after`, by id."""
        fates = _Fates(self._state)
        found = sorted(
            (item for item in self._failed() if item.reason in OUTAGE and item.id > after), key=lambda item: item.id
        )
        return tuple(
            FailedMessage(id=item.id, chat_id=item.message.chat_id, order_id=item.order_id, fate=fates.of(item))
            for item in found[:limit]
        )

    def _failed(self) -> Iterator[OutboxItem]:
        found = (self._state.outbox.get(outbox_id) for outbox_id in self._state.failed)
        return (one.item for one in found if one)


class _Fates:
    """What every fate is found by: the newest standing message of each order in each chat, and the people's chats."""

    def __init__(self, state: State) -> None:
        self._orders = state.orders
        self._people = [person for person in state.people.values() if person.telegram_id is not None]
        self._active = {person.telegram_id for person in self._people if person.active}
        self._kept_out = {person.telegram_id for person in self._people if not person.active}
        self._newest: dict[tuple[int, int], int] = {}
        for item in (one.item for one in state.outbox.values()):
            stands = item.state in _GOES_OUT or (item.state is Delivery.FAILED and item.reason in OUTAGE)
            if stands and item.order_id is not None and not item.message.is_gesture:
                place = item.order_id, item.message.chat_id
                self._newest[place] = max(item.id, self._newest.get(place, 0))

    def of(self, item: OutboxItem) -> Fate:
        message = item.message
        if item.reason not in OUTAGE:
            return Fate.FOR_GOOD
        if message.press_id is not None or message.is_gesture:
            return Fate.STALE
        order = None if item.order_id is None else self._orders.get(item.order_id)
        if order is None:
            nobodys = message.reply_to is not None or message.chat_id in self._kept_out
            return Fate.STALE if nobodys else Fate.AGAIN
        return self._about(order, item)

    def _about(self, order: Order, item: OutboxItem) -> Fate:
        chat_id = item.message.chat_id
        if chat_id >= 0 and chat_id not in self._active:
            return Fate.STALE
        if item.created_at >= order.changed_at:
            return Fate.AGAIN
        if self._newest.get((order.id, chat_id), 0) > item.id:
            return Fate.NEWER
        return Fate.PRESENT if order.deleted_at is None and self._is_technicians(chat_id, order) else Fate.STALE

    def _is_technicians(self, chat_id: int, order: Order) -> bool:
        if order.origin and order.origin.chat_id == chat_id:
            return True
        return any(
            person.telegram_id == chat_id
            and (person.id == order.sender or person.technician_code == order.data.technician.value)
            for person in self._people
        )
