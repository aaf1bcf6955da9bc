"""The orders behind a recap, row by row, and the columns of every export."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from attrs import frozen

from sikpro.application.fields import BY_NAME, FIELDS
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.queries import OrderFilter, OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Cell
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.catalogue import Status
from sikpro.domain.order_data import TEXTS, Channel
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Turn

PAGE = 2000
"""Orders read at a time."""


@frozen
class Column:
    """A column: its heading's code, its width in characters, and the function from an order to its cell."""

    code: str
    width: int
    cell: Callable[[OrderRow, "Cells"], Cell]


@frozen(kw_only=True)
class Cells:
    """The data that the cells of one export need."""

    words: Words
    statuses: Mapping[str, Status]
    labels: Mapping[str, str]
    phases: Mapping[Phase, str]
    channels: Mapping[str, str]
    now: datetime

    @classmethod
    def of(cls, uow: UnitOfWork, words: Words, now: datetime) -> "Cells":
        """Return the data with the present catalogue."""
        statuses = {status.code: status for status in uow.catalogue.statuses()}
        return cls(
            words=words,
            statuses=statuses,
            labels={code: words.text(status.label) for code, status in statuses.items()},
            phases={phase: words(f"phase.{phase}") for phase in Phase},
            channels={channel.value: words(f"channel.{channel}") for channel in Channel},
            now=now,
        )

    def local(self, moment: datetime | None) -> datetime | None:
        """Return the time in the installation's zone, without a zone, as Excel needs it."""
        return None if moment is None else moment.astimezone(self.words.zone).replace(tzinfo=None, microsecond=0)


def _field(name: str) -> Column:
    attribute = {"registration_number": "number"}.get(name, name)
    return Column(f"field.{name}", _WIDTHS.get(name, 16), lambda row, _: getattr(row, attribute))


def _text(name: str) -> Column:
    return Column(f"field.{name}", 40 if BY_NAME[name].multiline else 16, lambda row, _: row.texts[name])


def _spent(turn: Turn) -> Column:
    def cell(row: OrderRow, cells: Cells) -> Cell:
        spent = row.spent.get(turn)
        if row.turn is turn:
            running = max(cells.now - row.turn_since, timedelta())
            spent = running if spent is None else spent + running
        return spent

    return Column(f"column.spent.{turn}", 11, cell)


_WIDTHS = {"type": 10, "sto": 7, "technician": 12}
_DATA = {field.name: _field(field.name) for field in FIELDS if field.name not in TEXTS}

# *Feedback terakhir* belongs to the status beside it: it is the helpdesk's last text at the order's present status.
# The order's page has the texts at earlier statuses in its history.
COLUMNS: tuple[Column, ...] = (
    Column("column.received_at", 16, lambda row, cells: cells.local(row.received_at)),
    _DATA["type"],
    _DATA["registration_number"],
    _DATA["serial"],
    _DATA["sto"],
    Column("column.site_operation", 16, lambda row, _: row.site_operation),
    _DATA["odp"],
    _DATA["technician"],
    Column("column.technician_name", 20, lambda row, _: row.technician_name),
    Column("column.channel", 10, lambda row, cells: cells.channels[row.channel]),
    Column("column.status", 24, lambda row, cells: cells.labels[row.status]),
    Column("column.phase", 14, lambda row, cells: cells.phases[row.phase]),
    Column("column.reason_group", 18, lambda row, cells: cells.statuses[row.status].group),
    Column("column.helpdesk", 18, lambda row, _: row.helpdesk_name),
    Column("column.first_action_at", 16, lambda row, cells: cells.local(row.first_action_at)),
    Column("column.finished_at", 16, lambda row, cells: cells.local(row.finished_at)),
    _spent(Turn.HELPDESK),
    _spent(Turn.TECHNICIAN),
    _spent(Turn.CUSTOMER),
    _spent(Turn.SYSTEM),
    Column("column.resubmissions", 10, lambda row, _: row.resubmissions),
    Column("column.last_feedback", 40, lambda row, _: row.last_feedback),
    *(_text(name) for name in TEXTS),
    Column("column.place", 22, lambda row, _: str(row.place) if row.place else ""),
)


def fixed_words(words: Words) -> Words:
    """Return the texts for tables in files: always Indonesian, so that work built on last month's file still fits."""
    return words_in("id", str(words.zone))


def order_header(words: Words) -> tuple[str, ...]:
    """Return the headings of the orders' columns."""
    fixed = fixed_words(words)
    return tuple(fixed(column.code) for column in COLUMNS)


def orders_of(query: RecapQuery, by: Person, words: Words) -> OrderFilter:
    """Return the filter for orders received in the period; a helpdesk gets only their own. Raises `NotPermitted`."""
    by.must(Permission.VIEW_OWN_REPORT)
    return query.which(words.zone, own=None if by.may(Permission.VIEW_REPORTS) else by.id)


def order_rows(
    uow: UnitOfWork,
    query: RecapQuery,
    by: Person,
    words: Words,
    now: datetime,
    report: Callable[[int], None] = lambda _: None,
) -> Iterator[tuple[Cell, ...]]:
    """Yield the orders of `orders_of` as cells under `COLUMNS`, oldest first.

    `report` is called with the number of rows written so far. Raises `NotPermitted`.
    """
    which, cells = orders_of(query, by, words), Cells.of(uow, fixed_words(words), now)
    makers = [column.cell for column in COLUMNS]
    done, after = 0, None
    while rows := uow.order_facts.rows(which, after=after, limit=PAGE):
        for row in rows:
            yield tuple([make(row, cells) for make in makers])
        after = rows[-1].key
        done += len(rows)
        report(done)
