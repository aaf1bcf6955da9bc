"""Queue the events of a change for the webhooks that want them, in the transaction of the change."""

from collections.abc import Sequence
from typing import Any

import msgspec

from sikpro.application.as_json import fact_json, kind_of, order_json
from sikpro.application.ports.journal import JournalEntry
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.domain.events import EVENTS, OrderEvent, OrderRemarked

NOT_SENT: frozenset[type[OrderEvent]] = frozenset({OrderRemarked})
"""What is between colleagues."""


def type_of(event: type[OrderEvent]) -> str:
    """Return the type of an event as webhooks have it.

    >>> from sikpro.domain.events import OrderTaken, StatusChanged
    >>> type_of(OrderTaken), type_of(StatusChanged)
    ('order.taken', 'order.status_changed')
    """
    return f"order.{kind_of(event).removeprefix('order_')}"


TYPES = tuple(type_of(event) for event in EVENTS if event not in NOT_SENT)
"""The types of events that a webhook can want."""

TEST = "test"
"""The type of the event that an admin sends to try a webhook."""


def tell_webhooks(uow: UnitOfWork, order_id: int, events: Sequence[OrderEvent], actor: int | None) -> None:
    """Queue each event for each webhook that wants it, with the order as it is after the change."""
    queued = False
    for event in events:
        kind = type_of(type(event))
        wanting = () if type(event) in NOT_SENT else uow.webhooks.wanting(kind)
        if not wanting:
            continue
        body = _body(uow, kind, order_id, event, actor)
        for webhook in wanting:
            uow.webhooks.queue(webhook.id, kind, body, event.at, order_id=order_id)
        queued = True
    if queued:
        uow.announce(Hint(Kind.WEBHOOK))


def _body(uow: UnitOfWork, kind: str, order_id: int, event: OrderEvent, actor: int | None) -> str:
    row = uow.order_queries.row(order_id)
    if row is None:  # an order that was just saved
        raise LookupError(f"order {order_id} is not there")
    fact: dict[str, Any] = msgspec.to_builtins(
        fact_json(JournalEntry(0, event, actor), lambda person: uow.people.get(person).name)
    )
    del fact["id"]
    data = {"order": order_json(row), "event": fact}
    return msgspec.json.encode({"type": kind, "timestamp": event.at, "data": data}).decode()
