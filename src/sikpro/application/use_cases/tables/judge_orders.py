"""Judge the rows of a table of orders, all of them or a portion: new, double or wrong, and why."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

from sikpro.application.fields import FIELDS
from sikpro.application.ports.devices import KnownOrder
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.orders.understand_request import CONFIRMED, Slips, understand_request
from sikpro.application.use_cases.tables import headings
from sikpro.application.use_cases.tables.history_cells import (
    HISTORY_COLUMNS,
    SPENT_TURNS,
    Dictionary,
    ReadHistory,
    has_only_days,
    has_time,
    read_history,
    without_midnight,
)
from sikpro.application.use_cases.tables.order_plan import JudgedRow, RowNote, RowVerdict
from sikpro.application.use_cases.tables.table_columns import (
    TableColumn,
    damaged_cells,
    header_place,
    read_moment,
    rule_named,
    texts_of,
    whole_number,
)
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.domain.catalogue import Status
from sikpro.domain.dates import DateRule
from sikpro.domain.duplicates import STANDING, DuplicateMode, key_of
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.history import History
from sikpro.domain.order_data import Channel, OrderData
from sikpro.domain.people import Permission
from sikpro.domain.phase import Phase
from sikpro.domain.promise import due_at
from sikpro.domain.text import one_line

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
    *HISTORY_COLUMNS,
)
"""The columns of a table of orders. An order without a status waits. What a table does not tell is unknown.

The time of receipt is never guessed. Either a column gives it in every row, or the importer declares that all orders
arrived now.
"""

IDENTIFYING = tuple(one.name for one in FIELDS if one.required)
"""The columns in which values that a spreadsheet changed are refused."""


@frozen(kw_only=True)
class Decisions:
    """What a person decided about a table: nobody is guessed, no month changes without a yes.

    `helpdesks` are people by the names in the table that belong to nobody here, `other_sto` accepts ODPs of another
    STO, `closed_months` accepts changes of closed months.
    """

    received_now: bool = False
    helpdesks: Mapping[str, int] = field(factory=dict[str, int])
    other_sto: bool = False
    closed_months: bool = False


UNDECIDED = Decisions()


@frozen(kw_only=True)
class Understood:
    """The parsed data of a good row. `timed` says that it tells a time of day of its receipt."""

    data: OrderData
    status: Status
    history: History
    read: ReadHistory
    timed: bool
    notes: tuple[RowNote, ...]


@frozen
class Reading:
    """The filled rows of a table, each by its place with its texts by column, and the rules of its columns of dates."""

    rows: Sequence[tuple[int, Mapping[str, str]]]
    rules: Mapping[str, DateRule]


def read_rows(sheet: TableSheet, columns: Mapping[int, str]) -> Reading:
    """Return what a sheet has under its header. Raises the sheet's own error."""
    if sheet.error:
        raise sheet.error
    start = header_place(sheet) + 1
    filled = [(place, texts_of(cells, columns)) for place, cells in enumerate(sheet.rows[start:], start) if any(cells)]
    if has_only_days([texts for _, texts in filled]):
        filled = [(place, without_midnight(texts)) for place, texts in filled]
    dated = [column.name for column in COLUMNS if column.date]
    rules = {name: rule for name in dated if (rule := rule_named(sheet, columns, name))}
    return Reading(filled, rules)


@define
class Judge:
    """Judges the rows of one table, one after the other. `table_id` is the table that writes them now, 0 before."""

    uow: UnitOfWork
    now: datetime
    zone: ZoneInfo
    decisions: Decisions
    table_id: int = 0
    slips: Slips = field(factory=dict)

    def rows(self, reading: Reading) -> Iterator[tuple[JudgedRow, Understood | None]]:
        """Yield every row, and the parsed data of a good one."""
        words = Dictionary.of(self.uow, self.zone, self.decisions.helpdesks)
        waiting = first_status(self.uow, Phase.WAITING)
        rows: list[tuple[int, Understood | Mapping[str, DomainError]]] = [
            (place, self._understand(texts, words, reading.rules, waiting)) for place, texts in reading.rows
        ]
        good = [found for _, found in rows if isinstance(found, Understood)]
        known = self.uow.devices.known(found.data.registration_number.value for found in good)
        gone = self._left_out(known)
        mode = self.uow.installation.get().duplicate_mode
        places: dict[tuple[str, datetime | None], int] = {}
        for number, found in rows:
            if not isinstance(found, Understood):
                yield JudgedRow(place=number, verdict=RowVerdict.WRONG, errors=found), None
                continue
            value = found.data.registration_number.value
            key = key_of(mode, value, found.data.type)
            there = next(
                (order for order in known.get(value, ()) if order.id not in gone and _same(order, found, mode)), None
            )
            # A cancelled order holds no key: with times, one number may have several of them.
            at = (key, found.history.received_at if found.timed else None)
            standing = found.status.phase in STANDING or not found.timed
            before = places.get((key, None)) if standing else places.get(at)
            before = places.get(at) if before is None else before
            if there or before is not None:
                order_id = there.id if there else None
                row = JudgedRow(place=number, verdict=RowVerdict.DOUBLE, order_id=order_id, duplicate_of=before)
                yield row, None
                continue
            places[at] = number
            if standing:
                places[key, None] = number
            unknown = found.read.helpdesk_name if found.read.helpdesk is None else ""
            months = self._months(found.history)
            yield (
                JudgedRow(place=number, verdict=RowVerdict.NEW, notes=found.notes, helpdesk=unknown, months=months),
                found,
            )

    def _understand(
        self, texts: Mapping[str, str], words: Dictionary, rules: Mapping[str, DateRule], waiting: Status
    ) -> Understood | Mapping[str, DomainError]:
        errors: dict[str, DomainError] = {}
        data: OrderData | None = None
        status: Status | None = None
        received_at: datetime | None = None
        confirmed = {CONFIRMED: "odp.other_sto"} if self.decisions.other_sto else {}
        try:
            typed = whole_number(self.uow, texts) | confirmed
            data = understand_request(self.uow, typed, self.slips, past=not self.decisions.received_now)
        except InvalidFields as error:
            errors |= error.errors
        try:
            received_at = (
                self._moment(texts["received_at"], rules.get("received_at")) if "received_at" in texts else None
            )
        except InvalidValue as error:
            errors["received_at"] = error
        try:
            status = words.status_of(texts)
        except InvalidValue as error:
            errors["status"] = error
        read = read_history(texts, status, words, rules, self.now)
        errors |= read.errors
        errors |= damaged_cells(texts, IDENTIFYING)
        if data is None or errors:
            return errors
        status = status or waiting
        requeued = status.phase.needs_holder and (read.helpdesk is None or not read.helpdesk.may(Permission.WORK))
        if requeued:
            status = waiting
        history = _history(read, received_at or self.now.replace(microsecond=0), requeued=requeued)
        for name, contradiction in history.contradictions(status, self.now).items():
            cell = read.end if name == "finished_at" else name
            errors[cell] = InvalidValue(contradiction.code, one_line(texts.get(cell, "")))
        if errors:
            return errors
        timed = has_time(texts.get("received_at", ""))
        notes = tuple(_notes(history, status, read, requeued=requeued))
        return Understood(data=data, status=status, history=history, read=read, timed=timed, notes=notes)

    def _months(self, history: History) -> tuple[str, ...]:
        """Return the months in which the order counts: of its receipt, its 72 hours and its end."""
        moments = (history.received_at, due_at(history.received_at), history.finished_at)
        local = {moment.astimezone(self.zone) for moment in moments if moment is not None}
        return tuple(sorted({f"{moment:%Y-%m}" for moment in local}))

    def _left_out(self, known: Mapping[str, Sequence[KnownOrder]]) -> frozenset[int]:
        """Return the orders that count for nothing.

        Deleted ones that were taken back with their table may be imported again. Rows of one table were compared with
        each other when all of them were judged.
        """
        deleted = {str(order.id) for orders in known.values() for order in orders if order.deleted}
        gone = self.uow.written_tables.taken_back(ORDERS, deleted)
        if self.table_id:
            gone |= self.uow.written_tables.wrote(
                self.table_id, {str(order.id) for orders in known.values() for order in orders}
            )
        return frozenset(map(int, gone))

    def _moment(self, text: str, rule: DateRule | None) -> datetime:
        if not text.strip():
            raise InvalidValue("moment.missing", "")
        moment = read_moment(text, self.zone, rule)
        if moment > self.now:
            raise InvalidValue("moment.future", text)
        return moment


def _history(read: ReadHistory, received_at: datetime, *, requeued: bool) -> History:
    values = read.values
    return History(
        received_at=received_at,
        channel=values.get("channel", Channel.IMPORT),
        first_action_at=values.get("first_action_at"),
        finished_at=values.get(read.end),
        helpdesk=read.helpdesk.id if read.helpdesk else None,
        turn=None if requeued else values.get("turn"),
        turn_since=values.get("turn_since"),
        spent={turn: values[f"spent.{turn}"] for turn in SPENT_TURNS if f"spent.{turn}" in values},
        resubmissions=values.get("resubmissions", 0),
        last_feedback=values.get("last_feedback", ""),
        place=values.get("place"),
    )


def _notes(history: History, status: Status, read: ReadHistory, *, requeued: bool) -> Iterator[RowNote]:
    if not status.phase.live:
        yield RowNote.FINAL
        if history.finished_at is None:
            yield RowNote.NO_END
        elif read.day_only:
            yield RowNote.DAY_ONLY
    if history.first_action_at is None and (requeued or not (status.phase.waits or status.phase.ends_badly)):
        yield RowNote.NO_ACTION
    if requeued:
        yield RowNote.REQUEUED


def _same(order: KnownOrder, found: Understood, mode: DuplicateMode) -> bool:
    """Whether a row is the same as an existing order.

    Both hold the duplicate key, or both came in at the same second. Where the row tells no time of day: an imported
    order is not imported again, and a cancelled row beside a cancelled order is not new.
    """
    wanted = key_of(mode, order.number, found.data.type)
    if key_of(mode, order.number, order.type) != wanted:
        return False
    standing = found.status.phase in STANDING
    if found.timed:
        same_time = order.received_at.replace(microsecond=0) == found.history.received_at.replace(microsecond=0)
        return same_time or (standing and order.key(mode) == wanted)
    if order.channel == Channel.IMPORT or order.key(mode) == wanted:
        return True
    return not order.deleted and not standing
