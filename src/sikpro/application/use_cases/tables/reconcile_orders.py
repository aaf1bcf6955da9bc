"""Compare an export of the provider's order system with the orders here, and show where they differ."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.fields import BY_NAME, FIELDS
from sikpro.application.ports.devices import KnownOrder
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.catalogue.typed_values import number_meant, number_typed
from sikpro.application.use_cases.tables import headings
from sikpro.application.use_cases.tables.table_columns import (
    TableColumn,
    header_place,
    read_moment,
    rule_named,
    texts_of,
)
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.domain.catalogue import Meaning
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN
from sikpro.domain.spreadsheet_damage import check_unspoilt
from sikpro.domain.text import one_line

COLUMNS: tuple[TableColumn, ...] = (
    TableColumn(
        name="registration_number",
        heading="field.registration_number",
        labels=(*BY_NAME["registration_number"].labels, *headings.PROVIDER_NUMBER),
        required=True,
    ),
    TableColumn(
        name="status",
        heading="column.status",
        labels=headings.PROVIDER_STATUS,
        required=True,
    ),
    TableColumn(
        name="date",
        heading="reconcile.date",
        labels=headings.RECEIVED,
        date=True,
    ),
    TableColumn(
        name="ended_at",
        heading="column.completed_at",
        labels=(*headings.COMPLETED, *headings.FINISHED),
        date=True,
    ),
    *(
        TableColumn(name=one.name, heading=f"field.{one.name}", labels=one.labels, multiline=one.multiline)
        for one in FIELDS
        if one.name != "registration_number"
    ),
)
"""The columns of a table of the provider. The data of an order help to make those that are not here."""

MOST_STATUSES = 60
MOST_OPEN = 2_000
"""The most open orders listed that the file lacks, the oldest first."""

_PAGE = 500


class Agreement(StrEnum):
    """The class of a row of the file; each row has exactly one."""

    TO_COMPLETE = "to_complete"
    NEVER_REQUESTED = "never_requested"
    FINISHED_BOTH = "finished_both"
    OPEN_BOTH = "open_both"
    FINISHED_HERE = "finished_here"
    GONE_HERE = "gone_here"
    LEFT_OUT = "left_out"
    REPEATED = "repeated"
    UNREADABLE = "unreadable"


@frozen(kw_only=True)
class FileLine:
    """A row of the file by its place in the sheet; `number` is the parsed number, "" when `error` says why not.

    `at` is its date, and `ended` the time of its end there; None where the file tells none that can be read.
    """

    place: int
    number: str
    typed: str
    status: str
    at: datetime | None
    ended: datetime | None = None
    error: InvalidValue | None = None


@frozen(kw_only=True)
class Comparison:
    """The result: every row of the file under one agreement, and the open orders here that the file lacks.

    `period` is from the first to the last day in the file. If the file has no day it is None, and all open orders
    count.
    """

    counts: Mapping[Agreement, int]
    to_complete: Sequence[tuple[FileLine, KnownOrder]]
    never_requested: Sequence[FileLine]
    missing: Sequence[OrderRow]
    period: Period | None
    unreadable: Sequence[FileLine] = ()

    @property
    def rows(self) -> int:
        """The number of rows in the file."""
        return sum(self.counts.values())


def statuses_in(sheet: TableSheet, columns: Mapping[int, str]) -> dict[str, int]:
    """Return the distinct statuses of a table with the number of their rows, the most frequent first.

    Raises `InvalidValue` (`reconcile.statuses`) when there are too many: the column holds something else.
    """
    start = header_place(sheet) + 1
    found = Counter(one_line(texts_of(row, columns).get("status", "")) for row in sheet.rows[start:] if any(row))
    if len(found) > MOST_STATUSES:
        raise InvalidValue("reconcile.statuses", str(len(found)))
    return dict(found.most_common())


def compare_orders(
    uow: UnitOfWork,
    sheet: TableSheet,
    columns: Mapping[int, str],
    meanings: Mapping[str, Meaning],
    by: Person,
    zone: ZoneInfo,
) -> Comparison:
    """Compare a table with the present orders. Raises `NotPermitted`, and the sheet's own error."""
    by.must(Permission.LEAD)
    if sheet.error:
        raise sheet.error
    lines = list(_lines(uow, sheet, columns, zone))
    last = {line.number: line for line in lines if line.number}
    known = uow.devices.known(last)
    deleted = {str(order.id) for orders in known.values() for order in orders if order.deleted}
    gone = uow.written_tables.taken_back(ORDERS, deleted)
    to_complete: list[tuple[FileLine, KnownOrder]] = []
    never: list[FileLine] = []
    unreadable: list[FileLine] = []
    counts: Counter[Agreement] = Counter()
    for line in lines:
        orders = [order for order in known.get(line.number, ()) if str(order.id) not in gone]
        agreement = _agreement(line, last, meanings.get(line.status, Meaning.OPEN), orders)
        counts[agreement] += 1
        if agreement is Agreement.TO_COMPLETE:
            to_complete.append((line, next(order for order in orders if order.open)))
        elif agreement is Agreement.NEVER_REQUESTED:
            never.append(line)
        elif agreement is Agreement.UNREADABLE:
            unreadable.append(line)
    period = _period(lines, zone)
    return Comparison(
        counts={one: counts[one] for one in Agreement},
        to_complete=to_complete,
        never_requested=never,
        missing=list(_missing(uow, last, period)),
        period=period,
        unreadable=unreadable,
    )


def _lines(uow: UnitOfWork, sheet: TableSheet, columns: Mapping[int, str], zone: ZoneInfo) -> Iterable[FileLine]:
    start = header_place(sheet) + 1
    rules = {name: rule_named(sheet, columns, name) for name in ("date", "ended_at")}

    def moment(texts: Mapping[str, str], name: str) -> datetime | None:
        try:
            return read_moment(texts.get(name, ""), zone, rules[name])
        except InvalidValue:
            return None  # a row without a date still has a status

    for place, row in enumerate(sheet.rows[start:], start):
        if not any(row):
            continue
        texts = texts_of(row, columns)
        at, ended = moment(texts, "date"), moment(texts, "ended_at")
        typed = texts.get("registration_number", "")
        status = one_line(texts.get("status", ""))
        try:
            number, error = _number(uow, typed), None
        except InvalidValue as unread:
            number, error = "", unread
        yield FileLine(place=place, number=number, typed=typed, status=status, at=at, ended=ended, error=error)


def _number(uow: UnitOfWork, text: str) -> str:
    """Return the registration number. The provider also writes it without its prefix. Raises `InvalidValue`."""
    unspoilt = check_unspoilt(text)
    return number_meant(uow, text) if one_line(text).isdecimal() else number_typed(uow, unspoilt).value


def _agreement(
    line: FileLine, last: Mapping[str, FileLine], meaning: Meaning, orders: Sequence[KnownOrder]
) -> Agreement:
    if not line.number:
        return Agreement.UNREADABLE
    if last[line.number] is not line:
        return Agreement.REPEATED
    if meaning is Meaning.LEFT_OUT:
        return Agreement.LEFT_OUT
    if not orders:
        return Agreement.NEVER_REQUESTED
    finished = meaning is Meaning.FINISHED
    if any(order.open for order in orders):
        return Agreement.TO_COMPLETE if finished else Agreement.OPEN_BOTH
    if any(order.phase.ends_well and not order.deleted for order in orders):
        return Agreement.FINISHED_BOTH if finished else Agreement.FINISHED_HERE
    return Agreement.GONE_HERE


def _period(lines: Iterable[FileLine], zone: ZoneInfo) -> Period | None:
    days = [line.at.astimezone(zone).date() for line in lines if line.at]
    if not days:
        return None
    return Period(Period.of_day(min(days), zone).start, Period.of_day(max(days), zone).end)


def _missing(uow: UnitOfWork, numbers: Mapping[str, object], period: Period | None) -> Iterable[OrderRow]:
    which = OrderFilter(phases=OPEN, received=period)
    after: Key | None = None
    listed = 0
    while rows := uow.order_queries.page(which, sort=Sort.OLDEST, after=after, limit=_PAGE):
        for row in rows:
            if row.number not in numbers:
                listed += 1
                yield row
            if listed == MOST_OPEN:
                return
        after = rows[-1].key
