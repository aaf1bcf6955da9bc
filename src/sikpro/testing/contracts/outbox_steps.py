"""The steps that tests of the outbox are made of."""

from datetime import datetime, timedelta

from sikpro.application.ports.outbox import OutboxItem
from sikpro.application.ports.storage import Transactions
from sikpro.testing.builders import after, an_outgoing

LEASE = timedelta(minutes=1)


def put(store: Transactions, text: str, chat_id: int = 700, minute: float = 0, **more: object) -> int:
    message = an_outgoing(text, chat_id, **more)
    return store.write(lambda unit: unit.outbox.put(message, after(minute)))


def claim(store: Transactions, minute: float, limit: int = 10) -> list[OutboxItem]:
    return list(store.write(lambda unit: unit.outbox.claim(after(minute), LEASE, limit)))


def texts(items: list[OutboxItem]) -> list[str]:
    return [item.message.text for item in items]


def get(store: Transactions, outbox_id: int) -> OutboxItem:
    return store.read(lambda unit: unit.outbox.get(outbox_id))


def sent(store: Transactions, outbox_id: int, message_id: int | None = 1, minute: float = 1) -> None:
    store.write(lambda unit: unit.outbox.sent(outbox_id, message_id, after(minute)))


def later(store: Transactions, outbox_id: int, minute: float, *, doubtful: bool = False) -> None:
    at = after(minute) - LEASE
    store.write(lambda unit: unit.outbox.later(outbox_id, after(minute), "slow_down", at=at, doubtful=doubtful))


def put_off(store: Transactions, outbox_id: int, until: float, reason: str = "ambiguous", *, minute: float) -> None:
    store.write(lambda unit: unit.outbox.later(outbox_id, after(until), reason, at=after(minute)))


def next_due(store: Transactions) -> datetime | None:
    return store.read(lambda unit: unit.outbox.next_due())
