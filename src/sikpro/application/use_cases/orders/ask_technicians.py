"""Ask technicians about the orders that have waited for them for long: one message each, once a day."""

from datetime import UTC, date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.i18n import words_in
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.messages.message_about_orders import LISTED, put_about_orders, reachable
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Turn

STUCK = "stuck"
"""The kind of the reminders."""

DETAILED = 50
"""The most technicians whose orders are listed; of the others there is the number."""

_LONG_AGO, _NEVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


class Asking(StrEnum):
    """Whether a technician gets a message now, got one today already, or cannot be reached."""

    NOW = "now"
    TODAY = "today"
    UNREACHABLE = "unreachable"


@frozen(kw_only=True)
class StuckOrders:
    """The stuck orders of one technician. `name` is the code when the person is unknown.

    `count` counts them all; `rows` has the oldest ones, as many as were asked for.
    """

    technician: str
    name: str
    count: int
    asking: Asking
    rows: tuple[OrderRow, ...] = ()


def stuck(uow: UnitOfWork, now: datetime, *, sto: str = "") -> OrderFilter:
    """Return the filter for open orders that have waited for their technician for `Installation.stuck_after`."""
    until = now - uow.installation.get().stuck_after
    return OrderFilter(phases=OPEN, turn=Turn.TECHNICIAN, turn_began=Period(_LONG_AGO, until), sto=sto)


def not_stuck(uow: UnitOfWork, now: datetime, *, sto: str = "") -> OrderFilter:
    """Return the filter for the other open orders that wait for their technician."""
    since = now - uow.installation.get().stuck_after
    return OrderFilter(phases=OPEN, turn=Turn.TECHNICIAN, turn_began=Period(since, _NEVER), sto=sto)


def stuck_orders(
    uow: UnitOfWork, by: Person, now: datetime, *, sto: str = "", zone: str, listed: int = 0
) -> tuple[StuckOrders, ...]:
    """Return the technicians who have stuck orders, those with most first.

    `sto` and the Site Operation of a team leader who has one choose the technicians; each has all their stuck orders.
    The first `DETAILED` technicians have up to `listed` rows. Raises `NotPermitted`.
    """
    by.must(Permission.LEAD)
    which = stuck(uow, now)
    counts = uow.order_queries.technicians(which)
    narrower = evolve(which, sto=sto, site_operation=by.site_operation or "")
    chosen = counts if narrower == which else uow.order_queries.technicians(narrower)
    sent = uow.reminders.sent(STUCK, _day(now, zone))
    found = [_of_technician(uow, code, counts[code], today=code in sent) for code in chosen]
    found.sort(key=lambda one: (-one.count, one.name))
    detailed = [evolve(one, rows=_oldest(uow, which, one, listed)) for one in found[:DETAILED]] if listed else []
    return (*detailed, *found[len(detailed) :])


def _of_technician(uow: UnitOfWork, code: str, count: int, *, today: bool) -> StuckOrders:
    person = uow.people.by_code(code)
    asking = Asking.TODAY if today else Asking.NOW
    if reachable(uow, code) is None:
        asking = Asking.UNREACHABLE
    return StuckOrders(technician=code, name=person.name if person else code, count=count, asking=asking)


def _oldest(uow: UnitOfWork, which: OrderFilter, one: StuckOrders, limit: int) -> tuple[OrderRow, ...]:
    theirs = evolve(which, technician=one.technician)
    return uow.order_queries.page(theirs, sort=Sort.OLDEST, after=None, limit=limit)


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
        data = {"technicians": str(len(sent)), "orders": str(sum(one.count for one in sent))}
        uow.journal.note("technicians_asked", sto, by.id, now, data)
    return sent


def _ask(uow: UnitOfWork, stuck_ones: StuckOrders, by: Person, now: datetime, zone: str) -> None:
    person = reachable(uow, stuck_ones.technician)
    if person is None or person.telegram_id is None:
        return
    words, days = words_in(person.language, zone), uow.installation.get().stuck_after.days
    head = [words("stuck.ask", count=stuck_ones.count, days=days, by=by.name)]
    put_about_orders(
        uow,
        person.telegram_id,
        head,
        _oldest(uow, stuck(uow, now), stuck_ones, LISTED),
        words,
        now,
        foot=[words("stuck.what_now")],
        since=lambda row: row.turn_since,
        total=stuck_ones.count,
    )


def _day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
