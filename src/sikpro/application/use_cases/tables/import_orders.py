"""Import orders from a table: judge every row first, then write the good ones in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

from sikpro.application.fields import FIELDS
from sikpro.application.ports.devices import KnownOrder
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.orders.record_change import record_new
from sikpro.application.use_cases.orders.understand_request import Slips, understand_request
from sikpro.application.use_cases.tables import headings
from sikpro.application.use_cases.tables.order_plan import JudgedRow, OrderPlan, RowVerdict
from sikpro.application.use_cases.tables.table_columns import (
    TableColumn,
    bare_name,
    damaged_cells,
    header_place,
    read_moment,
    rule_named,
    texts_of,
    whole_number,
)
from sikpro.application.use_cases.tables.take_back import ORDERS, record_made
from sikpro.domain.catalogue import Status
from sikpro.domain.dates import DateRule
from sikpro.domain.duplicates import STANDING, DuplicateMode, key_of
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.order import Change, Order, place
from sikpro.domain.order_data import Channel, OrderData
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, allowed

COLUMNS: tuple[TableColumn, ...] = (
    *(
        TableColumn(
            name=one.name,
            heading=f"field.{one.name}",
            labels=one.labels,
            required=one.required,
            multiline=one.multiline,
        )
        for one in FIELDS
    ),
    TableColumn(
        name="received_at",
        heading="column.received_at",
        labels=headings.RECEIVED,
        date=True,
    ),
    TableColumn(name="status", heading="column.status", labels=headings.STATUS),
)
"""The columns of a table of orders. An order without a status waits.

The time of receipt is never guessed. Either a column gives it in every row, or the importer declares that all orders
arrived now.
"""

IDENTIFYING = tuple(one.name for one in FIELDS if one.required)
"""The columns in which values that a spreadsheet changed are refused."""


@frozen(kw_only=True)
class _Understood:
    data: OrderData
    status: Status | None
    received_at: datetime | None


def plan_orders(
    uow: UnitOfWork,
    sheet: TableSheet,
    columns: Mapping[int, str],
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    *,
    received_now: bool = False,
) -> OrderPlan:
    """Judge every row under the header; write nothing.

    Raises `NotPermitted`, the sheet's own error, and `InvalidValue`: `import.no_date` without a date column or
    `received_now`, `import.two_dates` with both.
    """
    by.must(Permission.ADMINISTER)
    check_date(columns, received_now)
    return OrderPlan(rows=[row for row, _ in _Judge(uow, now, zone).rows(sheet, columns)])


def import_orders(
    uow: UnitOfWork,
    sheet: TableSheet,
    columns: Mapping[int, str],
    mark: str,
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    source: str,
    *,
    received_now: bool = False,
) -> tuple[OrderPlan, WrittenTable | None]:
    """Write every new row as an order, if the verdicts still match the plan's mark. Nobody gets a message.

    Return the present verdicts and what was written, which can be taken back: None if the mark differs. Each order gets
    its status by the domain's own moves; `source` is the reason for a cancelled one. Raises as `plan_orders`, and
    `DomainError` where a row cannot be saved; then nothing is saved.
    """
    by.must(Permission.ADMINISTER)
    check_date(columns, received_now)
    judged = list(_Judge(uow, now, zone).rows(sheet, columns))
    plan = OrderPlan(rows=[row for row, _ in judged])
    if plan.mark != mark:
        return plan, None
    waiting = first_status(uow, Phase.WAITING)
    made = [
        _store(uow, understood, waiting, by, now, source)
        for row, understood in judged
        if row.verdict is RowVerdict.NEW and understood
    ]
    counts = {verdict.value: str(plan.count(verdict)) for verdict in RowVerdict}
    uow.journal.note("orders_imported", source, by.id, now, counts)
    return plan, record_made(uow, source, by, now, made)


def check_date(columns: Mapping[int, str], received_now: bool) -> None:
    """Refuse a table without a decision on the time of receipt. Raises `InvalidValue`."""
    dated = "received_at" in columns.values()
    if dated and received_now:
        raise InvalidValue("import.two_dates", "")
    if not dated and not received_now:
        raise InvalidValue("import.no_date", "")


def _store(uow: UnitOfWork, understood: _Understood, waiting: Status, by: Person, now: datetime, source: str) -> Order:
    status = understood.status or waiting
    placed = place(
        order_id=uow.orders.next_id(),
        data=understood.data,
        channel=Channel.IMPORT,
        status=status if status.phase.waits else waiting,
        received_at=understood.received_at or now,
        now=now,
    )
    if not status.phase.waits:
        moved = placed.order.move_to(status, by.id, now, reason=source)
        placed = Change.of(moved.order, *placed.events, *moved.events)
    return record_new(uow, placed, by.id)


@define
class _Judge:
    """Judges the rows of one table, one after the other."""

    uow: UnitOfWork
    now: datetime
    zone: ZoneInfo
    slips: Slips = field(factory=dict)

    def rows(self, sheet: TableSheet, columns: Mapping[int, str]) -> Iterator[tuple[JudgedRow, _Understood | None]]:
        """Yield every row that is not empty, and the parsed data of a good one."""
        if sheet.error:
            raise sheet.error
        start = header_place(sheet) + 1
        statuses, rule = self._statuses(), rule_named(sheet, columns, "received_at")
        rows: list[tuple[int, _Understood | Mapping[str, DomainError]]] = [
            (number, self._understand(texts_of(cells, columns), statuses, rule))
            for number, cells in enumerate(sheet.rows[start:], start)
            if any(cells)
        ]
        good = [found for _, found in rows if isinstance(found, _Understood)]
        known = self.uow.devices.known(found.data.registration_number.value for found in good)
        gone = self._taken_back(known)
        mode = self.uow.installation.get().duplicate_mode
        places: dict[str, int] = {}
        for number, found in rows:
            if not isinstance(found, _Understood):
                yield JudgedRow(place=number, verdict=RowVerdict.WRONG, errors=found), None
                continue
            value = found.data.registration_number.value
            key = key_of(mode, value, found.data.type)
            there = next(
                (order for order in known.get(value, ()) if order.id not in gone and _same(order, found, mode)), None
            )
            if there or key in places:
                order_id = there.id if there else None
                row = JudgedRow(
                    place=number, verdict=RowVerdict.DOUBLE, order_id=order_id, duplicate_of=places.get(key)
                )
                yield row, None
                continue
            places[key] = number
            final = found.status is not None and not found.status.phase.live
            yield JudgedRow(place=number, verdict=RowVerdict.NEW, final=final), found

    def _understand(
        self, texts: Mapping[str, str], statuses: Mapping[str, Status], rule: DateRule | None
    ) -> _Understood | Mapping[str, DomainError]:
        errors: dict[str, DomainError] = {}
        data: OrderData | None = None
        status: Status | None = None
        received_at: datetime | None = None
        try:
            data = understand_request(self.uow, whole_number(self.uow, texts), self.slips)
        except InvalidFields as error:
            errors |= error.errors
        try:
            received_at = self._moment(texts["received_at"], rule) if "received_at" in texts else None
        except InvalidValue as error:
            errors["received_at"] = error
        try:
            status = _status(texts.get("status", ""), statuses)
        except InvalidValue as error:
            errors["status"] = error
        errors |= damaged_cells(texts, IDENTIFYING)
        if data is None or errors:
            return errors
        return _Understood(data=data, status=status, received_at=received_at)

    def _taken_back(self, known: Mapping[str, Sequence[KnownOrder]]) -> frozenset[int]:
        """Return the deleted orders that were taken back with their table: they may be imported again."""
        deleted = {str(order.id) for orders in known.values() for order in orders if order.deleted}
        return frozenset(map(int, self.uow.written_tables.taken_back(ORDERS, deleted)))

    def _moment(self, text: str, rule: DateRule | None) -> datetime:
        if not text.strip():
            raise InvalidValue("moment.missing", "")
        moment = read_moment(text, self.zone, rule)
        if moment > self.now:
            raise InvalidValue("moment.future", text)
        return moment

    def _statuses(self) -> dict[str, Status]:
        """Return the active statuses by code and by label in either language, normalised for comparison."""
        active = [status for status in self.uow.catalogue.statuses() if status.active]
        return {
            bare_name(name): status
            for status in reversed(active)
            for name in (status.label.en, status.label.id, status.code)
        }


def _status(text: str, statuses: Mapping[str, Status]) -> Status | None:
    if not text.strip():
        return None
    status = statuses.get(bare_name(text))
    if status is None:
        raise InvalidValue("status.unknown", text)
    if status.phase.needs_holder:
        raise InvalidValue("status.in_progress", text)  # this phase needs a holder, and an import has none
    if not status.phase.waits and not allowed(Phase.WAITING, status.phase):
        raise InvalidValue("status.later", text)  # an order cannot begin in this status
    return status


def _same(order: KnownOrder, found: _Understood, mode: DuplicateMode) -> bool:
    """Whether a row is the same as an existing order.

    A cancelled or deleted order holds no key. But an imported order is not imported again, and a cancelled row beside a
    cancelled order is not new.
    """
    wanted = key_of(mode, order.number, found.data.type)
    if key_of(mode, order.number, order.type) != wanted:
        return False
    if order.channel == Channel.IMPORT or order.key(mode) == wanted:
        return True
    return not order.deleted and found.status is not None and found.status.phase not in STANDING
