"""Ask technicians about the orders that have waited for them for long: one message each, once a day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.i18n import words_in
from sikpro.application.ports.queries import OrderFilter, OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.message_about_orders import by_technician, put_about_orders, reachable
from sikpro.application.use_cases.orders.list_orders import every_order
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Turn

STUCK = "stuck"
"""The kind of the reminders."""

_LONG_AGO, _NEVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


class Asking(StrEnum):
    """Whether a technician gets a message now, got one today already, or cannot be reached."""

    NOW = "now"
    TODAY = "today"
    UNREACHABLE = "unreachable"


@frozen(kw_only=True)
class StuckOrders:
    """The stuck orders of one technician, oldest first. `name` is the code when the person is unknown."""

    technician: str
    name: str
    rows: tuple[OrderRow, ...]
    asking: Asking


def stuck(uow: UnitOfWork, now: datetime, *, sto: str = "") -> OrderFilter:
    """Return the filter for open orders that have waited for their technician for `Installation.stuck_after`."""
    until = now - uow.installation.get().stuck_after
    return OrderFilter(phases=OPEN, turn=Turn.TECHNICIAN, turn_began=Period(_LONG_AGO, until), sto=sto)


def not_stuck(uow: UnitOfWork, now: datetime, *, sto: str = "") -> OrderFilter:
    """Return the filter for the other open orders that wait for their technician."""
    since = now - uow.installation.get().stuck_after
    return OrderFilter(phases=OPEN, turn=Turn.TECHNICIAN, turn_began=Period(since, _NEVER), sto=sto)


def stuck_orders(uow: UnitOfWork, by: Person, now: datetime, *, sto: str = "", zone: str) -> tuple[StuckOrders, ...]:
    """Return the technicians who have stuck orders, those with most first.

    `sto` and the Site Operation of a team leader who has one choose the technicians; each has all their stuck orders.
    Raises `NotPermitted`.
    """
    by.must(Permission.LEAD)
    found = by_technician(every_order(uow, stuck(uow, now)))
    sent = uow.reminders.sent(STUCK, _day(now, zone))

    def chosen(rows: Iterable[OrderRow]) -> bool:
        return any((not sto or row.sto == sto) and by.site_operation in {None, "", row.site_operation} for row in rows)

    stuck_ones = [
        StuckOrders(
            technician=code,
            name=rows[0].technician_name or code,
            rows=tuple(rows),
            asking=Asking.UNREACHABLE if reachable(uow, code) is None else Asking.TODAY if code in sent else Asking.NOW,
        )
        for code, rows in found.items()
        if chosen(rows)
    ]
    return tuple(sorted(stuck_ones, key=lambda one: (-len(one.rows), one.name)))


def ask_technicians(
    uow: UnitOfWork,
    by: Person,
    now: datetime,
    *,
    sto: str = "",
    shown: frozenset[str] | None = None,
    zone: str,
) -> tuple[StuckOrders, ...]:
    """Send each technician of `stuck_orders` one message with their orders, and return those who got one.

    A technician gets at most one a local day, whoever asks. With `shown` only the technicians with these codes are
    asked: those that the person was shown. Raises `NotPermitted`.
    """
    found = [one for one in stuck_orders(uow, by, now, sto=sto, zone=zone) if one.asking is Asking.NOW]
    day = _day(now, zone)
    # Two who ask at the same moment record the technicians in the same order, so that neither waits for the other.
    sent = tuple(
        one
        for one in sorted(found, key=lambda one: one.technician)
        if (shown is None or one.technician in shown) and uow.reminders.first(STUCK, one.technician, day, now)
    )
    for one in sent:
        _ask(uow, one, by, now, zone)
    if sent:
        data = {"technicians": str(len(sent)), "orders": str(sum(len(one.rows) for one in sent))}
        uow.journal.note("technicians_asked", sto, by.id, now, data)
    return sent


def _ask(uow: UnitOfWork, stuck_ones: StuckOrders, by: Person, now: datetime, zone: str) -> None:
    person = reachable(uow, stuck_ones.technician)
    if person is None or person.telegram_id is None:
        return
    words, days = words_in(person.language, zone), uow.installation.get().stuck_after.days
    head = [words("stuck.ask", count=len(stuck_ones.rows), days=days, by=by.name)]
    put_about_orders(
        uow,
        person.telegram_id,
        head,
        stuck_ones.rows,
        words,
        now,
        foot=[words("stuck.what_now")],
        since=lambda row: row.turn_since,
    )


def _day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
