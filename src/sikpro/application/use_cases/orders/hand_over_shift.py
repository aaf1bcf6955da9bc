"""End a shift: hand all one's orders to a colleague, or back to the queue, with a note."""

from datetime import datetime

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.shift_handovers import ShiftHandover
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.application.use_cases.orders.work_order import give_back_order
from sikpro.domain.errors import InvalidFields, InvalidValue, NotFound
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase
from sikpro.domain.text import storable

NOTE_LIMIT = 2000
"""The longest note, in characters."""

MOST_HELD = 500
LISTED = 10
"""How many orders the message to the colleague names."""


def held_by(uow: UnitOfWork, person: Person) -> tuple[OrderRow, ...]:
    """Return the orders that a person has, oldest first: those that a handover moves."""
    return uow.order_queries.page(OrderFilter(holder=person.id), sort=Sort.OLDEST, after=None, limit=MOST_HELD)


def hand_over_shift(uow: UnitOfWork, to: int | None, typed: str, by: Person, now: datetime, zone: str) -> ShiftHandover:
    """Hand over all orders that the person has; to the queue if `to` is None.

    The colleague hears of it in Telegram, if connected. Raises `NotPermitted`, `NotFound` when `to` is nobody who works
    orders or the person themselves, `InvalidFields` for a note that is too long or a shift without orders and note.
    """
    by.must(Permission.WORK)
    text = storable(typed).strip()
    if len(text) > NOTE_LIMIT:
        raise InvalidFields({"text": InvalidValue("note.too_long", text)})
    colleague = uow.people.get(to) if to is not None else None
    if colleague and (colleague.id == by.id or not colleague.may(Permission.WORK)):
        raise NotFound(what="helpdesk", name=colleague.name)
    rows = held_by(uow, by)
    if not rows and not text:
        raise InvalidFields({"text": InvalidValue("note.nothing", "")})
    claim = uow.installation.get().claim
    for row in rows:
        if colleague is None:
            give_back_order(uow, row.id, by, now)
        else:
            change = uow.orders.get(row.id).assign(colleague.id, first_status(uow, Phase.IN_PROGRESS), now, claim)
            record_change(uow, change, by.id)
    handover = uow.shift_handovers.add(
        ShiftHandover(by=by.id, to=to, at=now, text=text, orders=tuple(row.id for row in rows))
    )
    if colleague and colleague.telegram_id:
        words = words_in(colleague.language, zone)
        lines = [words("shift.received", name=by.name, count=len(rows)), *([f"“{text}”"] if text else [])]
        buttons = tuple((Button(row.number, f"cek:{row.id}"),) for row in rows[:LISTED])
        number = uow.outbox.put(Outgoing(chat_id=colleague.telegram_id, text="\n".join(lines), buttons=buttons), now)
        uow.announce(Hint(Kind.OUTBOX, (number,)))
    return handover
