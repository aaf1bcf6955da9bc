"""Anomalies of devices and orders, as lists with the orders behind them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import evolve, frozen

from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.list_orders import past_limits
from sikpro.domain.duplicates import STANDING
from sikpro.domain.people import Permission, Person

PAGE = 20
BEHIND = 8
"""The most orders shown for one modem or ODP. Its own page shows all."""

MANY_HOLD_UPS = 3
SPAN = timedelta(days=30)
"""An ODP is listed when its orders received in this span were held up `MANY_HOLD_UPS` times or more."""

COUNT_CAP = 99


class Anomaly(StrEnum):
    """The lists of anomalies."""

    SERIAL = "serial"
    ODP = "odp"
    REOPENED = "reopened"
    UNTOUCHED = "untouched"


@frozen(kw_only=True)
class AnomalyEntry:
    """One entry: the device or the order's number, how often it happened, and its orders with their total number.

    `times` counts registration numbers, hold-ups or reopenings; it is 0 for an untouched order. `place` is where the
    page after this entry begins.
    """

    name: str
    times: int
    orders: Sequence[OrderRow]
    total: int
    place: str


@frozen(kw_only=True)
class AnomalyPage:
    """A page of one list, whether more follows, and the number of entries of each list, up to `COUNT_CAP` + 1."""

    entries: Sequence[AnomalyEntry]
    more: bool
    counts: Mapping[Anomaly, int]


def list_anomalies(
    uow: UnitOfWork, kind: Anomaly, by: Person, now: datetime, zone: str, after: str = ""
) -> AnomalyPage:
    """Return a page of a list, after the `place` of an entry. An unreadable place means the beginning.

    The two lists of devices are counted up to the cap, over their own index. Raises `NotPermitted`.
    """
    by.must(Permission.VIEW_REPORTS)
    entries = anomaly_entries(uow, kind, now, zone, after, PAGE + 1)
    whole = not after and len(entries) <= PAGE
    counts = {one: len(entries if whole and one is kind else _counted(uow, one, now, zone)) for one in Anomaly}
    return AnomalyPage(entries=entries[:PAGE], more=len(entries) > PAGE, counts=counts)


def anomaly_entries(
    uow: UnitOfWork, kind: Anomaly, now: datetime, zone: str, after: str, limit: int, *, behind: int = BEHIND
) -> Sequence[AnomalyEntry]:
    """Return the next entries of a list after a place, with their orders."""
    since = now - SPAN
    match kind:
        case Anomaly.SERIAL:
            return [
                AnomalyEntry(
                    name=one.serial,
                    times=one.numbers,
                    orders=_newest(uow, OrderFilter(serial=one.serial, phases=STANDING), behind),
                    total=one.orders,
                    place=one.serial,
                )
                for one in uow.devices.shared_serials(after, limit)
            ]
        case Anomaly.ODP:
            return [
                AnomalyEntry(
                    name=box.odp,
                    times=box.hold_ups,
                    orders=[one.row for one in uow.devices.held_up_orders(box.odp, since, behind)],
                    total=box.orders,
                    place=f"{box.hold_ups}~{box.odp}",
                )
                for box in uow.devices.held_up_odps(since, MANY_HOLD_UPS, _box_place(after), limit)
            ]
        case Anomaly.REOPENED:
            return [_of(one.row, one.times) for one in uow.devices.reopened(Key.read(after), limit)]
        case Anomaly.UNTOUCHED:
            which = untouched(uow, now, zone)
            rows = uow.order_queries.page(which, sort=Sort.OLDEST, after=Key.read(after), limit=limit)
            return [_of(row, 0) for row in rows]


def untouched(uow: UnitOfWork, now: datetime, zone: str) -> OrderFilter:
    """Return the filter for open orders without a helpdesk's action past the limit for the first action."""
    limits = tuple(evolve(limit, completion=None) for limit in past_limits(uow, now, zone))
    return OrderFilter(overdue=limits)


def _counted(uow: UnitOfWork, kind: Anomaly, now: datetime, zone: str) -> Sequence[object]:
    most = COUNT_CAP + 1
    match kind:
        case Anomaly.SERIAL:
            return uow.devices.shared_serials("", most)
        case Anomaly.ODP:
            return uow.devices.held_up_odps(now - SPAN, MANY_HOLD_UPS, None, most)
        case Anomaly.REOPENED:
            return uow.devices.reopened(None, most)
        case Anomaly.UNTOUCHED:
            return range(uow.order_queries.count(untouched(uow, now, zone), most))


def _newest(uow: UnitOfWork, which: OrderFilter, limit: int) -> tuple[OrderRow, ...]:
    return uow.order_queries.page(which, sort=Sort.NEWEST, after=None, limit=limit)


def _of(row: OrderRow, times: int) -> AnomalyEntry:
    return AnomalyEntry(name=row.number, times=times, orders=(row,), total=1, place=str(row.key))


def _box_place(place: str) -> tuple[int, str] | None:
    times, _, name = place.partition("~")
    return (int(times), name) if times.isascii() and times.isdecimal() and len(times) <= 15 else None
