"""Write a note to colleagues on an order; `@username` in it tells that colleague. No technician reads any of it."""

import re
from collections.abc import Sequence
from datetime import datetime

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.mentions import Mention
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.orders.change_status import FEEDBACK_LIMIT
from sikpro.application.use_cases.orders.record_change import record_remark
from sikpro.domain.errors import InvalidFields, InvalidValue, NotPermitted
from sikpro.domain.events import OrderRemarked
from sikpro.domain.order import Order
from sikpro.domain.people import Permission, Person
from sikpro.domain.text import storable

MOST_MENTIONS = 5
"""How many mentions the list of orders shows."""

_MENTION = re.compile(r"(?<![\w@.-])@([A-Za-z][A-Za-z0-9._-]*)")


def may_remark(person: Person) -> bool:
    """Return whether a person may write notes: all who work on orders or lead those who do."""
    return person.may(Permission.WORK) or person.may(Permission.LEAD)


def may_read_remarks(person: Person) -> bool:
    """Return whether a person may read notes: the office, never somebody who is only a technician."""
    return person.may(Permission.VIEW_ALL)


def remark_order(
    uow: UnitOfWork, order_id: int, by: Person, now: datetime, *, text: str, last_event: int | None = None, zone: str
) -> None:
    """Save a note to colleagues. The order keeps its status, turn, holder and version.

    Each colleague named with `@` has a mention until they open the order, and gets a message if connected. The same
    note since `last_event` counts once. Raises `NotPermitted`, `ForbiddenMove` for a deleted order, `NotFound`,
    `InvalidFields` for a text that is empty, over `FEEDBACK_LIMIT` or names nobody (`remark.nobody`).
    """
    if not may_remark(by):
        raise NotPermitted(permission=Permission.WORK)
    text = _checked(text)
    named = _named(text, colleagues(uow))
    order = uow.orders.get(order_id)
    if last_event is not None and _written_since(uow, order_id, by, text, last_event):
        return
    record_remark(uow, order.remark(text, now), by.id)
    for person in named:
        if person.id != by.id:
            uow.mentions.add(Mention(order_id=order_id, person=person.id, by=by.id, at=now))
            _tell(uow, order, person, by, now, text, zone)


def colleagues(uow: UnitOfWork) -> tuple[Person, ...]:
    """Return the people who can be named in a note, by user name: all accounts that read notes."""
    found = [person for person in uow.people.all() if person.username and may_read_remarks(person)]
    return tuple(sorted(found, key=lambda person: person.username or ""))


def unread_mentions(uow: UnitOfWork, person: Person) -> tuple[tuple[Mention, Order, str], ...]:
    """Return where a person was named and what they have not opened since: the mention, the order, and by whom."""
    if not may_read_remarks(person):
        return ()
    found = [(one, uow.orders.get(one.order_id)) for one in uow.mentions.unread(person.id, MOST_MENTIONS)]
    return tuple((one, order, uow.people.get(one.by).name) for one, order in found if order.deleted_at is None)


def read_mentions(uow: UnitOfWork, order_id: int, person: Person, now: datetime) -> None:
    """Record that a person opened an order: what named them there is read."""
    if uow.mentions.read(person.id, order_id, now):
        uow.announce(Hint(Kind.ORDER, (order_id,)))


def _checked(text: str) -> str:
    text = storable(text).strip()
    if not text:
        raise InvalidFields({"remark": InvalidValue("remark.missing", text)})
    if len(text) > FEEDBACK_LIMIT:
        raise InvalidFields({"remark": InvalidValue("feedback.too_long", text)})
    return text


def _named(text: str, people: Sequence[Person]) -> tuple[Person, ...]:
    """Return the people named in a text, each once. Raises `InvalidFields` for a name that nobody has."""
    by_name = {person.username: person for person in people}
    found: dict[int, Person] = {}
    for match in _MENTION.finditer(text):
        typed = match[1].lower()
        person = by_name.get(typed) or by_name.get(typed.rstrip("._-"))  # the end of a sentence is no part of a name
        if person is None:
            raise InvalidFields({"remark": InvalidValue("remark.nobody", f"@{match[1]}")})
        found[person.id] = person
    return tuple(found.values())


def _written_since(uow: UnitOfWork, order_id: int, by: Person, text: str, last_event: int) -> bool:
    return any(
        entry.id > last_event
        and entry.actor == by.id
        and isinstance(entry.event, OrderRemarked)
        and entry.event.text == text
        for entry in uow.journal.of_order(order_id)
    )


def _tell(uow: UnitOfWork, order: Order, to: Person, by: Person, now: datetime, text: str, zone: str) -> None:
    if to.telegram_id is None:
        return
    words = words_in(to.language, zone)
    # The message does not belong to the order: an answer to it in the chat must not become a text of the order.
    message = Outgoing(
        chat_id=to.telegram_id,
        text=words("remark.told", name=by.name, number=order.number, text=text),
        buttons=((Button(order.number, f"cek:{order.id}"),),),
    )
    uow.announce(Hint(Kind.OUTBOX, (uow.outbox.put(message, now),)))
