"""How long texts and photos are kept: from which month on, and what is left of an older order, event and person."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from attrs import evolve, fields

from sikpro.domain.events import FieldChange, MessageJoined, OrderCorrected, OrderEvent
from sikpro.domain.order import Order
from sikpro.domain.order_data import TEXTS, OrderData
from sikpro.domain.people import Person
from sikpro.domain.period import Period

REMOVED = "…"
"""Stands where a text was that is kept no longer."""

SHORTEST, LONGEST = 3, 120
"""The least and the most months that can be kept."""

WORDS = ("text", "reason", "feedback", "name", "helpdesk_name")
"""The fields of events that people wrote."""

PLAIN_TEXTS = frozenset({"port"})
"""The texts of an order that say nothing of a person."""


def kept_from(
    now: datetime, months: int, zone: ZoneInfo, began: datetime | None, closed: Collection[str]
) -> datetime | None:
    """Return from when on everything is kept: `months` whole months before this one, and each month that is not closed.

    `began` is when the first order was recorded, `closed` has the closed months (`2026-11`). None: all is kept.
    """
    if months < SHORTEST or began is None:
        return None
    today, month = now.astimezone(zone).date(), began.astimezone(zone).date().replace(day=1)
    count = today.year * 12 + today.month - 1 - months
    first = date(count // 12, count % 12 + 1, 1)
    while month < first and f"{month:%Y-%m}" in closed:
        month = (Period.of_month(month, zone).end.astimezone(zone)).date()
    return Period.of_month(min(month, first), zone).start


def is_over(order: Order, before: datetime) -> bool:
    """Return whether an order is finished or deleted, and nothing has changed it since a time."""
    return not order.open and order.changed_at < before


def without_texts(order: Order) -> Order:
    """Return an order without what people wrote in it, the customer's place, and the message that it came from."""
    texts = order.data.texts.items()
    gone = {name: REMOVED for name, text in texts if text and name not in PLAIN_TEXTS}
    data: Callable[..., OrderData] = evolve
    return evolve(
        order,
        data=data(order.data, **gone),
        last_feedback=REMOVED if order.last_feedback else "",
        place=None,
        origin=None,
    )


def tells_of_people(order: Order) -> bool:
    """Return whether the data of an order have a text that is not removed: the hashes of its facts can be guessed."""
    return any(text not in {"", REMOVED} for name, text in order.data.texts.items() if name not in PLAIN_TEXTS)


def without_words(event: OrderEvent) -> OrderEvent:
    """Return an event without what people wrote. What moved the order stays, and so does who did it: a number."""
    names = {one.name for one in fields(type(event))}
    gone: dict[str, object] = {name: REMOVED for name in WORDS if name in names and getattr(event, name)}
    if isinstance(event, MessageJoined):
        gone |= {"chat_id": 0, "message_id": None, "photo": "", "place": None}
    if isinstance(event, OrderCorrected):
        gone["changes"] = tuple(map(_without_values, event.changes))
    changed: Callable[..., OrderEvent] = evolve
    return changed(event, **gone)


def has_words(event: OrderEvent) -> bool:
    """Return whether an event has something that people wrote or sent."""
    written = any(getattr(event, name, "") not in {"", REMOVED} for name in WORDS)
    return written or any(getattr(event, name, None) for name in ("photo", "place")) or corrected_texts(event)


def corrected_texts(event: OrderEvent) -> bool:
    """Return whether an event changed a text of the order that may tell of people."""
    return isinstance(event, OrderCorrected) and any(_is_personal(one) for one in event.changes)


def pseudonym(person: Person) -> Person:
    """Return a person who left, without name, phone, chat and login. The number and the technician code stay.

    >>> pseudonym(Person(id=12, name="Budi", phone="0812", active=False)).name
    '#12'
    """
    return evolve(
        person,
        name=f"#{person.id}",
        username=f"former{person.id}" if person.username else None,
        password_hash=None,
        telegram_id=None,
        phone="",
    )


def _is_personal(change: FieldChange) -> bool:
    named = change.field in TEXTS and change.field not in PLAIN_TEXTS
    return named and not {change.before, change.after} <= {"", REMOVED}


def _without_values(change: FieldChange) -> FieldChange:
    if not _is_personal(change):
        return change
    return evolve(change, before=REMOVED if change.before else "", after=REMOVED if change.after else "")
