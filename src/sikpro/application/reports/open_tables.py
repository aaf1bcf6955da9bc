"""The two tables that other tools read, as views of the database and as CSV: their columns and what these mean."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.ports.facts import KEPT, Dimension, TimeBasis
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.catalogue import Status
from sikpro.domain.order_data import TEXTS
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase

Value = str | int | float | None
"""What a column holds."""


@frozen
class OpenCells:
    """What the cells of an order need beside its row: the catalogue, and the zone of its days."""

    statuses: Mapping[str, Status]
    zone: ZoneInfo

    @classmethod
    def of(cls, uow: UnitOfWork, zone: str) -> "OpenCells":
        """Return it with the present catalogue."""
        return cls({status.code: status for status in uow.catalogue.statuses()}, ZoneInfo(zone))

    def day(self, moment: datetime | None) -> str | None:
        """Return the local day of a time."""
        return None if moment is None else moment.astimezone(self.zone).date().isoformat()


@frozen
class OpenColumn:
    """A column of the orders: its name, what it means, and its value for an order."""

    name: str
    said: str
    value: Callable[[OrderRow, OpenCells], Value]


def _hours(row: OrderRow) -> float | None:
    if row.finished_at is None:
        return None
    took = row.finished_at.replace(microsecond=0) - row.received_at.replace(microsecond=0)
    return round(took / timedelta(hours=1), 4)


def _text(name: str) -> OpenColumn:
    return OpenColumn(name, f"what the technician wrote as {name}; empty without it", lambda row, _: row.texts[name])


ORDER_COLUMNS: tuple[OpenColumn, ...] = (
    OpenColumn("id", "the order's number inside SIKPRO; it never changes", lambda row, _: row.id),
    OpenColumn("number", "registration number (SC)", lambda row, _: row.number),
    OpenColumn("type", "order type, a code", lambda row, _: row.type),
    OpenColumn("sto", "STO, a code", lambda row, _: row.sto),
    OpenColumn("site_operation", "Site Operation of the STO; empty without one", lambda row, _: row.site_operation),
    OpenColumn("odp", "name of the ODP", lambda row, _: row.odp),
    OpenColumn("serial", "serial number of the modem", lambda row, _: row.serial),
    OpenColumn("technician", "technician's code", lambda row, _: row.technician),
    OpenColumn("technician_name", "technician's name; empty for an unknown code", lambda row, _: row.technician_name),
    OpenColumn("channel", "by which door it came: `telegram`, `web`, `import`, …", lambda row, _: row.channel),
    OpenColumn(
        "phase", "`waiting`, `in_progress`, `held_up`, `completed` or `cancelled`", lambda row, _: row.phase.value
    ),
    OpenColumn("status", "status within the phase, a code", lambda row, _: row.status),
    OpenColumn("status_id", "the status in Indonesian", lambda row, cells: cells.statuses[row.status].label.id),
    OpenColumn("status_en", "the status in English", lambda row, cells: cells.statuses[row.status].label.en),
    OpenColumn("turn", "whose turn it is", lambda row, _: row.turn.value),
    OpenColumn("helpdesk", "who worked on it last; empty before", lambda row, _: row.helpdesk_name),
    OpenColumn("received_at", "when it came in, UTC", lambda row, _: utc(row.received_at)),
    OpenColumn("received_day", "the local day of that", lambda row, cells: cells.day(row.received_at)),
    OpenColumn("first_action_at", "the helpdesk's first action, UTC", lambda row, _: utc(row.first_action_at)),
    OpenColumn("finished_at", "when it was completed or cancelled, UTC", lambda row, _: utc(row.finished_at)),
    OpenColumn("finished_day", "the local day of that", lambda row, cells: cells.day(row.finished_at)),
    OpenColumn("hours", "from receipt to the end, in hours", lambda row, _: _hours(row)),
    OpenColumn("resubmissions", "how often its data were corrected and sent again", lambda row, _: row.resubmissions),
    OpenColumn("last_feedback", "the helpdesk's words at the present status", lambda row, _: row.last_feedback),
    *map(_text, TEXTS),
)
"""Orders that are not deleted, one a row. Names may be added at the end; none changes its meaning or goes."""

DAILY_COLUMNS: Mapping[str, str] = {
    "day": "a local day",
    "type": "order type, a code",
    "sto": "STO, a code",
    "received": "orders received on the day",
    "completed": "orders completed on the day, whenever they came in",
    "cancelled": "orders cancelled on the day, whenever they came in",
    "completed_in_time": "of the completed ones, those within 72 hours of their receipt",
}
"""Sums by day, type and STO; a row where something happened."""


def utc(moment: datetime | None) -> str | None:
    """Return a time as text, in whole seconds: `2026-11-02T12:00:00Z`."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def order_cells(row: OrderRow, cells: OpenCells) -> tuple[Value, ...]:
    """Return an order under `ORDER_COLUMNS`."""
    return tuple(column.value(row, cells) for column in ORDER_COLUMNS)


def daily_rows(uow: UnitOfWork, query: RecapQuery, by: Person, zone: str) -> Iterator[tuple[Value, ...]]:
    """Yield the sums of a period under `DAILY_COLUMNS`, by day, type and STO. Raises `NotPermitted`."""
    by.must(Permission.VIEW_REPORTS)
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    place = (Dimension.DAY, Dimension.TYPE, Dimension.STO)
    received = query.which(ZoneInfo(zone), TimeBasis.RECEIVED)
    for (day, kind, sto), count in uow.order_facts.counts(received, place, zone).items():
        sums[day, kind, sto][0] += count
    ended = query.which(ZoneInfo(zone), TimeBasis.FINISHED)
    fates = (*place, Dimension.PHASE, Dimension.PROMISE)
    for key, count in uow.order_facts.counts(ended, fates, zone, TimeBasis.FINISHED).items():
        day, kind, sto, phase, promise = key
        row = sums[day, kind, sto]
        row[1] += count if phase == Phase.COMPLETED else 0
        row[2] += count if phase == Phase.CANCELLED else 0
        row[3] += count if phase == Phase.COMPLETED and promise == KEPT else 0
    for key in sorted(sums):
        yield (*key, *sums[key])
