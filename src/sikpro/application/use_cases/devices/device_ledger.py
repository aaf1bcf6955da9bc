"""The device ledger: a modem, an ODP, an STO or a technician with the whole history of their orders."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import evolve, frozen

from sikpro.application.ports.archives import Archive
from sikpro.application.ports.devices import OdpSummary
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.archived import archive_of
from sikpro.domain.errors import InvalidValue
from sikpro.domain.events import OrderEvent, OrderReopened, StatusChanged, StatusUndone
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Stage
from sikpro.domain.text import one_line
from sikpro.domain.values import OdpName, SerialNumber, StoCode, TechnicianCode

PAGE = 25
BOXES = 40
MOST_MODEMS = 64
"""The most modems shown for one ODP. The largest splitters have fewer ports."""

COUNT_CAP = 999


class Subject(StrEnum):
    """What a text may name, in the order of the attempts."""

    ODP = "odp"
    SERIAL = "serial"
    STO = "sto"
    TECHNICIAN = "technician"


_PARSERS: Mapping[Subject, Callable[[str], object]] = {
    Subject.SERIAL: SerialNumber.parse,
    Subject.STO: StoCode.parse,
    Subject.TECHNICIAN: TechnicianCode.parse,
}


@frozen
class DeviceQuery:
    """A query: its kind, and its value in stored form."""

    subject: Subject
    value: str

    def which(self) -> OrderFilter:
        """Return the filter for its orders."""
        return OrderFilter(**{self.subject.value: self.value})  # type: ignore[arg-type]  # each subject names a text


@frozen
class HoldUp:
    """A time in which an order was held up: the status, the start, and the end (None while it lasts)."""

    status: str
    since: datetime
    until: datetime | None

    def lasted(self, now: datetime) -> timedelta:
        """Return how long it lasted, up to `now` while it lasts."""
        return max((self.until or now) - self.since, timedelta())


@frozen(kw_only=True)
class OrderHistory:
    """An order with its hold-ups, the first one first. Those of an archived order are in its `archive`."""

    row: OrderRow
    hold_ups: Sequence[HoldUp]
    archive: Archive | None = None


@frozen(kw_only=True)
class DevicePage:
    """A device, ODP, STO or technician: a page of its orders, newest first, and their number by phase.

    `installed` is the place of a modem, or the modems at an ODP; `boxes` are an STO's ODPs. `more` and `more_boxes` say
    whether others follow.
    """

    query: DeviceQuery
    name: str
    orders: Sequence[OrderHistory]
    more: bool
    counts: Mapping[Phase, int]
    installed: Sequence[OrderRow] = ()
    boxes: Sequence[OdpSummary] = ()
    more_boxes: bool = False


def understand_device(text: str, box: Callable[[str], object] = OdpName.parse) -> DeviceQuery:
    """Parse a text: an ODP, a serial in either notation, an STO or a technician's code, tried in this order.

    `box` parses an ODP by an installation's patterns. Raises `InvalidValue` (`device.unknown`), with a
    suggestion where there is one.
    """
    typed, meant = one_line(text), None
    for subject, parse in {Subject.ODP: box, **_PARSERS}.items():
        if meant and subject is Subject.TECHNICIAN:
            break  # nearly any text fits a technician's code: a typing error in a serial is likelier
        try:
            return DeviceQuery(subject, str(parse(typed)))
        except InvalidValue as error:
            meant = meant or error.suggestion
    raise InvalidValue("device.unknown", typed, meant)


def look_up_device(
    uow: UnitOfWork, query: DeviceQuery, by: Person, *, after: Key | None = None, after_box: str = ""
) -> DevicePage:
    """Return a page about a query's subject, after a place among its orders or its ODPs. Raises `NotPermitted`."""
    by.must(Permission.VIEW_ALL)
    which = query.which()
    rows = uow.order_queries.page(which, sort=Sort.NEWEST, after=after, limit=PAGE + 1)
    installed: tuple[OrderRow, ...] = ()
    boxes: tuple[OdpSummary, ...] = ()
    if query.subject is Subject.ODP:
        installed = uow.devices.installed_at(query.value, MOST_MODEMS)
    elif query.subject is Subject.SERIAL:
        installed = _last_place(uow, which)
    elif query.subject is Subject.STO:
        boxes = uow.devices.boxes(query.value, after_box, BOXES + 1)
    return DevicePage(
        query=query,
        name=_name(uow, query),
        orders=histories(uow, rows[:PAGE]),
        more=len(rows) > PAGE,
        counts=_counts(uow, query),
        installed=installed,
        boxes=boxes[:BOXES],
        more_boxes=len(boxes) > BOXES,
    )


def histories(uow: UnitOfWork, rows: Iterable[OrderRow]) -> tuple[OrderHistory, ...]:
    """Return orders with their hold-ups, read from the journal."""
    return tuple(
        OrderHistory(
            row=row,
            hold_ups=hold_ups([entry.event for entry in uow.journal.of_order(row.id)]),
            archive=archive_of(uow, row.id),
        )
        for row in rows
    )


def hold_ups(events: Iterable[OrderEvent]) -> tuple[HoldUp, ...]:
    """Return the times in which an order was held up, without statuses that were undone."""
    spells: tuple[HoldUp, ...] = ()
    before = spells
    for event in events:
        if isinstance(event, StatusUndone):
            spells = before
            continue
        if isinstance(event, StatusChanged | OrderReopened):
            before = spells
        running = spells[-1] if spells and spells[-1].until is None else None
        held = event.state.phase.held_up
        if running and (not held or running.status != event.state.status):
            spells = (*spells[:-1], evolve(running, until=event.at))
            running = None
        if held and running is None:
            spells = (*spells, HoldUp(event.state.status, event.at, None))
    return spells


def _counts(uow: UnitOfWork, query: DeviceQuery) -> dict[Phase, int]:
    """Count the orders by phase: for an STO from the saved totals, for others up to `COUNT_CAP` + 1."""
    if query.subject is not Subject.STO:
        which, most = query.which(), COUNT_CAP + 1
        return {phase: uow.order_queries.count(evolve(which, phases=frozenset({phase})), most) for phase in Phase}
    counts = dict.fromkeys(Phase, 0)
    for total in uow.order_queries.totals():
        if total.sto == query.value:
            counts[total.phase] += total.count
    return counts


def _last_place(uow: UnitOfWork, which: OrderFilter) -> tuple[OrderRow, ...]:
    """Return the modem's last completed order: it is installed there."""
    done = uow.order_queries.page(
        evolve(which, phases=Stage.COMPLETED.phases), sort=Sort.NEWEST, after=None, limit=PAGE
    )
    latest = max(done, key=lambda row: (row.finished_at or row.received_at, row.id), default=None)
    return () if latest is None else (latest,)


def _name(uow: UnitOfWork, query: DeviceQuery) -> str:
    """Return the name of an STO or a technician, "" when it is unknown."""
    if query.subject is Subject.STO:
        return next((sto.name for sto in uow.catalogue.stos() if sto.code == query.value), "")
    if query.subject is Subject.TECHNICIAN:
        person = uow.people.by_code(query.value)
        return person.name if person else ""
    return ""
