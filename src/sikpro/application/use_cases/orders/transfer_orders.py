"""Transfer all open orders of a technician who is ill or has moved to another, and tell all chats once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from sikpro.application.i18n import words_in
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.queries import OrderFilter, OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.message_about_orders import Reader, put_about_orders, reachable
from sikpro.application.use_cases.orders.change_status import checked_text
from sikpro.application.use_cases.orders.list_orders import every_order
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.errors import ConcurrencyConflict, InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import OPEN, Phase
from sikpro.domain.text import one_line
from sikpro.domain.values import TechnicianCode

DRAFTS = "reg:"
"""How the step of an unfinished order in the chat begins."""


@frozen(kw_only=True)
class OpenOrders:
    """The open orders of a technician, oldest first."""

    rows: tuple[OrderRow, ...]

    @property
    def by_phase(self) -> Mapping[Phase, int]:
        """The number of orders in each phase that has some, in the table's order."""
        phases = [row.phase for row in self.rows]
        return {phase: phases.count(phase) for phase in Phase if phase in phases}

    @property
    def newest(self) -> int:
        """The id of the order added last, 0 when there is none: what a person has looked at before they confirm."""
        return max((row.id for row in self.rows), default=0)


def open_orders_of(uow: UnitOfWork, technician: Person) -> OpenOrders:
    """Return the open orders with a technician's code."""
    code = technician.technician_code
    return OpenOrders(rows=tuple(every_order(uow, OrderFilter(phases=OPEN, technician=code))) if code else ())


def drafts_of(uow: UnitOfWork, technician: Person) -> tuple[Conversation, ...]:
    """Return a technician's unfinished orders in the chat. They stay there: only who began them can answer."""
    mine = technician.telegram_id
    return tuple(one for one in uow.conversations.open(DRAFTS) if mine is not None and one.telegram_id == mine)


def possible_receivers(uow: UnitOfWork, technician: Person) -> tuple[Person, ...]:
    """Return the technicians who can receive the orders: those of the same Site Operation first, then by name."""
    others = [
        person
        for person in uow.people.all()
        if person.technician_code and person.id != technician.id and reachable(uow, person.technician_code)
    ]
    return tuple(sorted(others, key=lambda person: person.site_operation != technician.site_operation))


def transfer_orders(
    uow: UnitOfWork,
    technician_id: int,
    to: int,
    by: Person,
    now: datetime,
    *,
    shown: tuple[int, int],
    reason: str = "",
    zone: str,
) -> int:
    """Give all open orders of a technician to another, all or none, and return their number.

    `shown` is the number of orders that the person was shown and the id of the newest. Each technician's chat gets one
    message, and each group that an order came from. Raises `NotPermitted`; `InvalidFields` for a receiver who cannot
    have them; `InvalidValue` for a reason that is too long; `ConcurrencyConflict` when the orders are no longer those
    that were shown, or when one changes meanwhile.
    """
    by.must(Permission.LEAD)
    reason = checked_text(one_line(reason))
    technician, receiver = uow.people.get(technician_id), uow.people.get(to) if to else None
    code = technician.technician_code or ""
    if receiver is None or receiver not in possible_receivers(uow, technician):
        error = "technician.no_telegram" if receiver else "field.missing"
        raise InvalidFields({"to": InvalidValue(error, receiver.name if receiver else "")})
    found = open_orders_of(uow, technician)
    if (len(found.rows), found.newest) != shown or not found.rows:
        raise ConcurrencyConflict(number=code)
    taker = TechnicianCode.parse(receiver.technician_code or "")
    groups: dict[Reader, list[OrderRow]] = {}
    for row in found.rows:
        order = uow.orders.get(row.id)
        if order.origin and order.origin.chat_id < 0:
            topic = uow.inbox.topic_of(order.origin.chat_id, order.origin.message_id)
            groups.setdefault(Reader(order.origin.chat_id, "id", topic), []).append(row)
        sender = receiver.id if order.sender == technician.id else order.sender
        record_change(uow, order.transfer(taker, now, sender=sender, reason=reason), by.id)
    data = {"to": taker.value, "orders": str(len(found.rows)), "reason": reason}
    uow.journal.note("orders_transferred", code, by.id, now, data)
    _tell(uow, technician, receiver, by, found.rows, groups, now, reason=reason, zone=zone)
    return len(found.rows)


def _tell(
    uow: UnitOfWork,
    technician: Person,
    receiver: Person,
    by: Person,
    rows: Sequence[OrderRow],
    groups: Mapping[Reader, Sequence[OrderRow]],
    now: datetime,
    *,
    reason: str,
    zone: str,
) -> None:
    drafts = len(drafts_of(uow, technician))
    names = {"before": technician.name, "after": receiver.name, "by": by.name}

    def put(code: str, chat: Reader, some: Sequence[OrderRow], *, foot: bool = False) -> None:
        words = words_in(chat.language, zone)
        head = [words(f"transfer.{code}", count=len(some), **names)]
        if reason:
            head.append(words("transfer.reason", reason=reason))
        last = [words("transfer.what_now")] if foot else []
        if drafts and code == "technician":
            last.append(words("transfer.drafts", count=drafts))
        put_about_orders(uow, chat.chat_id, head, some, words, now, foot=last, order_buttons=foot, topic=chat.topic)

    put("receiver", Reader(receiver.telegram_id or 0, receiver.language), rows, foot=True)
    if reachable(uow, technician.technician_code or ""):
        put("technician", Reader(technician.telegram_id or 0, technician.language), rows)
    for group, some in groups.items():
        put("group", group, some)
