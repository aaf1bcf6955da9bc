"""The orders behind a recap, row by row: the columns of every export."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from attrs import frozen

from sikpro.application.fields import FIELDS
from sikpro.application.i18n import Words
from sikpro.application.ports.queries import Clocked, OrderRow
from sikpro.application.ports.runtime import Cell
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.catalogue import Status
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import Turn

PAGE = 1000


@frozen
class Column:
    """A column: its heading's code, its width in characters, and the cell it makes of an order."""

    code: str
    width: int
    cell: Callable[[OrderRow, "Cells"], Cell]


@frozen(kw_only=True)
class Cells:
    """What the cells of one export need to know: words, statuses by code, and the present time."""

    words: Words
    statuses: Mapping[str, Status]
    now: datetime

    def local(self, moment: datetime | None) -> datetime | None:
        """The time on the installation's clocks, without a zone, as Excel has it."""
        return None if moment is None else self.words.local(moment).replace(tzinfo=None, microsecond=0)

    def status(self, row: OrderRow) -> Status:
        """The row's status."""
        return self.statuses[row.status]


def _field(name: str) -> Column:
    return Column(f"field.{name}", 18, lambda row, _: getattr(row, _ROW_NAMES.get(name, name)))


def _spent(turn: Turn) -> Column:
    def cell(row: OrderRow, cells: Cells) -> Cell:
        spent = row.spent.get(turn)
        if row.turn is turn:
            running = max(cells.now - row.turn_since, timedelta())
            spent = running if spent is None else spent + running
        return spent

    return Column(f"column.spent.{turn}", 14, cell)


_ROW_NAMES = {"registration_number": "number"}
_DATA = {field.name: _field(field.name) for field in FIELDS}

COLUMNS: tuple[Column, ...] = (
    Column("column.received_at", 18, lambda row, cells: cells.local(row.received_at)),
    _DATA["type"],
    _DATA["registration_number"],
    _DATA["serial"],
    _DATA["sto"],
    Column("column.site_operation", 16, lambda row, _: row.site_operation),
    _DATA["odp"],
    _DATA["technician"],
    Column("column.technician_name", 24, lambda row, _: row.technician_name),
    Column("column.channel", 10, lambda row, cells: cells.words(f"channel.{row.channel}")),
    Column("column.status", 24, lambda row, cells: cells.words.text(cells.status(row).label)),
    Column("column.phase", 14, lambda row, cells: cells.words(f"phase.{row.phase}")),
    Column("column.reason_group", 18, lambda row, cells: cells.status(row).group),
    Column("column.helpdesk", 24, lambda row, _: row.helpdesk_name),
    Column("column.first_action_at", 18, lambda row, cells: cells.local(row.first_action_at)),
    Column("column.finished_at", 18, lambda row, cells: cells.local(row.finished_at)),
    _spent(Turn.HELPDESK),
    _spent(Turn.TECHNICIAN),
    _spent(Turn.CUSTOMER),
    _spent(Turn.SYSTEM),
    Column("column.resubmissions", 10, lambda row, _: row.resubmissions),
    Column("column.last_feedback", 40, lambda row, _: row.last_feedback),
    Column("field.note", 40, lambda row, _: row.note),
)


def order_rows(
    uow: UnitOfWork, period: Period, clocked: Clocked, by: Person, words: Words, now: datetime
) -> Iterator[tuple[Cell, ...]]:
    """The period's orders as cells under `COLUMNS`, oldest first; a helpdesk's own only. Raises `NotPermitted`."""
    by.must(Permission.SEE_OWN_REPORT)
    cells = Cells(words=words, statuses={status.code: status for status in uow.catalogue.statuses()}, now=now)
    after = None
    while rows := uow.order_facts.rows(period, clocked, after=after, limit=PAGE):
        for row in rows:
            if by.may(Permission.SEE_REPORTS) or row.helpdesk == by.id:
                yield tuple(column.cell(row, cells) for column in COLUMNS)
        after = rows[-1].key
