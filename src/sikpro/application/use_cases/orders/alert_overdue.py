"""Alert team leaders about orders past a limit of their type: once for each limit, in working hours."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from attrs import frozen

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.orders.list_orders import past_limits
from sikpro.domain.catalogue import OrderType
from sikpro.domain.installation import Installation
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Turn
from sikpro.domain.working_time import is_working_time, working_time

LISTED_AT_ONCE = 10
"""The most orders that one alert names. It gives the number of the others."""

_PAGE = 200


class Step(StrEnum):
    """The limit of its type that an order passed."""

    FIRST_ACTION = "first_action"
    COMPLETION = "completion"


@frozen
class Overdue:
    """An order past a limit, and the working time since its receipt."""

    row: OrderRow
    step: Step
    worked: timedelta


def overdue_step(
    row: OrderRow, order_type: OrderType | None, installation: Installation, now: datetime, zone: str
) -> Overdue | None:
    """Return the limit that an open order has passed during the helpdesk's turn, None if there is none.

    An order that waits for the technician, the customer or a system never counts: the helpdesk has already acted.
    """
    if order_type is None or not row.open or row.turn is not Turn.HELPDESK:
        return None
    worked = working_time(row.received_at, now, installation, zone)
    if worked > order_type.completion_limit:
        return Overdue(row, Step.COMPLETION, worked)
    if row.first_action_at is None and worked > order_type.first_action_limit:
        return Overdue(row, Step.FIRST_ACTION, worked)
    return None


def alert_overdue(uow: UnitOfWork, now: datetime, zone: str) -> int:
    """Queue alerts to the team leaders about newly overdue orders, and return the number of orders.

    Outside working hours no alert is queued. An order on which somebody acts before working hours begin gets none. A
    team leader with a Site Operation gets its orders, one without gets all orders.
    """
    alerts = 0
    while following := next_alerts(uow, now, zone):
        alerts += following(uow)
    return alerts


def next_alerts(uow: UnitOfWork, now: datetime, zone: str) -> Callable[[UnitOfWork], int] | None:
    """Find newly overdue orders, and return what queues the alerts about them; None without any.

    All of them are one message, also thousands after an outage. An order that changed since is judged again then: one
    on which somebody acted meanwhile is left out.
    """
    installation = uow.installation.get()
    if not _leaders(uow) or not is_working_time(now, installation, zone):
        return None
    passed = _passed(uow, installation, now, zone)
    new = tuple(one for one in passed if not uow.alerts.is_recorded(one.row.id, one.step))
    return partial(_alert, found=new, now=now, zone=zone) if new else None


def _alert(uow: UnitOfWork, found: Sequence[Overdue], now: datetime, zone: str) -> int:
    installation = uow.installation.get()
    types = {order_type.code: order_type for order_type in uow.catalogue.order_types()}
    versions = uow.order_queries.versions([one.row.id for one in found])
    still = list[Overdue]()
    for one in found:
        same = versions.get(one.row.id) == one.row.version
        row = one.row if same else uow.order_queries.row(one.row.id)
        overdue = one if same else row and overdue_step(row, types.get(row.type), installation, now, zone)
        if overdue:
            still.append(overdue)
    recorded = uow.alerts.record([(one.row.id, one.step) for one in still], now)
    still = [one for one in still if (one.row.id, one.step) in recorded]
    for leader in _leaders(uow):
        theirs = [one for one in still if leader.site_operation in {None, "", one.row.site_operation}]
        if theirs:
            _send(uow, leader, theirs, now, zone)
    return len(still)


def _leaders(uow: UnitOfWork) -> Sequence[Person]:
    return [person for person in uow.people.all() if person.may(Permission.LEAD) and person.telegram_id]


def _passed(uow: UnitOfWork, installation: Installation, now: datetime, zone: str) -> Iterator[Overdue]:
    types = {order_type.code: order_type for order_type in uow.catalogue.order_types()}
    which = OrderFilter(overdue=past_limits(uow, now, zone))
    after: Key | None = None
    while rows := uow.order_queries.page(which, sort=Sort.OLDEST, after=after, limit=_PAGE):
        for row in rows:
            overdue = overdue_step(row, types.get(row.type), installation, now, zone)
            if overdue:
                yield overdue
        after = rows[-1].key


def _send(uow: UnitOfWork, leader: Person, overdue: Sequence[Overdue], now: datetime, zone: str) -> None:
    words = words_in(leader.language, zone)
    shown = overdue[:LISTED_AT_ONCE]
    lines = [words("alert.head", count=len(overdue))]
    for one in shown:
        row = one.row
        status = words.text(any_status(uow, row.status).label)
        who = row.holder_name or words("alert.nobody")
        age = words.duration(one.worked)
        lines.append(words(f"alert.{one.step}", number=row.number, sto=row.sto, status=status, who=who, age=age))
    if len(overdue) > len(shown):
        lines.append(words("alert.more", count=len(overdue) - len(shown)))
    buttons = tuple((Button(one.row.number, f"cek:{one.row.id}"),) for one in shown)
    message = Outgoing(chat_id=leader.telegram_id or 0, text="\n".join(lines), buttons=buttons)
    number = uow.outbox.put(message, now, order_id=overdue[0].row.id if len(overdue) == 1 else None)
    uow.announce(Hint(Kind.OUTBOX, (number,)))
