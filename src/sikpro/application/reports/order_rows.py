"""The orders behind a recap, row by row, and the columns of every export."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from attrs import frozen

from sikpro.application.fields import BY_NAME, FIELDS
from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Cell
from sikpro.application.reports.counted_orders import CountedOrders
from sikpro.application.reports.counting import Counting
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.use_cases.orders.list_orders import AGES, age_span
from sikpro.domain.catalogue import Status
from sikpro.domain.order_data import TEXTS, Channel
from sikpro.domain.people import Permission, Person
from sikpro.domain.period import Period
from sikpro.domain.phase import Phase, Stage, Turn

T = TypeVar("T")


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
    groups: Mapping[str, str]
    phases: Mapping[Phase, str]
    channels: Mapping[str, str]
    turns: Mapping[Turn, str]
    helpdesks: Mapping[int, str]
    ages: tuple[tuple[Period, str], ...]
    """The receipt times of orders of each age, and what it is called."""

    @classmethod
    def of(cls, uow: UnitOfWork, words: Words, now: datetime) -> "Cells":
        """Return the data with the present catalogue."""
        statuses = {status.code: status for status in uow.catalogue.statuses()}
        return cls(
            words=words,
            statuses=statuses,
            labels=_distinct({code: (words.text(status.label), code) for code, status in statuses.items()}),
            groups={code: words.text(status.group_label) for code, status in statuses.items()},
            phases={phase: words(f"phase.{phase}") for phase in Phase},
            channels={channel.value: words(f"channel.{channel}") for channel in Channel},
            turns={turn: words(f"turn.{turn}") for turn in Turn},
            helpdesks=_distinct(
                {person.id: (person.name, person.username or "") for person in uow.people.all() if person.username}
            ),
            ages=tuple((age_span(age, now), words(f"recap.age.{age}")) for age in AGES),
        )

    def local(self, moment: datetime | None) -> datetime | None:
        """Return the time in the installation's zone, without a zone, as Excel needs it."""
        return None if moment is None else moment.astimezone(self.words.zone).replace(tzinfo=None, microsecond=0)


def _distinct(names: Mapping[T, tuple[str, str]]) -> dict[T, str]:
    """Return the name of each; one that another has too gets its own code behind it."""
    count = Counter(name.casefold() for name, _ in names.values())
    return {key: f"{name} ({code})" if count[name.casefold()] > 1 else name for key, (name, code) in names.items()}


def _field(name: str) -> Column:
    attribute = {"registration_number": "number"}.get(name, name)
    return Column(f"field.{name}", _WIDTHS.get(name, 16), lambda row, _: getattr(row, attribute))


def _text(name: str) -> Column:
    def cell(row: OrderRow, _: Cells) -> Cell:
        text = row.texts[name]
        return int(text) if name == "port" and text.isdecimal() else text

    return Column(f"field.{name}", 40 if BY_NAME[name].multiline else 16, cell)


def _spent(turn: Turn) -> Column:
    def cell(row: OrderRow, _: Cells) -> Cell:
        spent = row.spent.get(turn)
        return None if spent is None else timedelta(seconds=spent // timedelta(seconds=1))

    return Column(f"column.spent.{turn}", 11, cell)


def _turn(row: OrderRow, cells: Cells) -> Cell:
    return cells.turns[row.turn] if row.phase.live else ""


def _turn_since(row: OrderRow, cells: Cells) -> Cell:
    return cells.local(row.turn_since) if row.phase.live else None


_WIDTHS = {"type": 10, "sto": 7, "technician": 12}
_DATA = {field.name: _field(field.name) for field in FIELDS if field.name not in TEXTS}

# The durations are those of the turns that are over, as in the recap; the present turn has its beginning beside them.
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
    Column("column.reason_group", 18, lambda row, cells: cells.groups[row.status]),
    Column("column.helpdesk", 18, lambda row, cells: cells.helpdesks.get(row.helpdesk or 0, row.helpdesk_name)),
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
    Column("column.turn", 12, _turn),
    Column("column.turn_since", 16, _turn_since),
)


@frozen
class PeriodColumn:
    """A column that says what an order is in the recap's period: its heading's code, its width, and its cell."""

    code: str
    width: int
    cell: Callable[[OrderRow, CountedOrders, Cells], Cell]


def _age(row: OrderRow, cells: Cells) -> Cell:
    if not row.open:
        return None
    return next((called for span, called in cells.ages if row.received_at in span), cells.ages[0][1])


def _hours(row: OrderRow) -> Cell:
    done = row.phase.ends_well and row.finished_at is not None
    if not done or row.finished_at is None:
        return None
    return (row.finished_at.replace(microsecond=0) - row.received_at.replace(microsecond=0)) / timedelta(hours=1)


def _comply(row: OrderRow, counted: CountedOrders) -> Cell:
    in_time = counted.in_time(row)
    return None if in_time is None else int(in_time)


PERIOD_COLUMNS: tuple[PeriodColumn, ...] = (
    PeriodColumn("column.in_period.received", 10, lambda row, counted, _: int(counted.received(row))),
    PeriodColumn("column.in_period.completed", 10, lambda row, counted, _: int(counted.ended(row, Stage.COMPLETED))),
    PeriodColumn("column.in_period.cancelled", 10, lambda row, counted, _: int(counted.ended(row, Stage.CANCELLED))),
    PeriodColumn("column.in_period.due", 10, lambda row, counted, _: int(counted.in_time(row) is not None)),
    PeriodColumn("column.comply", 10, lambda row, counted, _: _comply(row, counted)),
    PeriodColumn("column.tti_hours", 10, lambda row, counted, _: _hours(row)),
    PeriodColumn("column.age", 22, lambda row, counted, cells: _age(row, cells)),
)
"""What makes a pivot of the orders give the recap's figures: 1 or 0 (sums count), hours, and the age of open orders.

*Comply* is empty for an order that did not fall due in the period, so its average is the TTI comply.
"""

_CODES = (*(column.code for column in COLUMNS), *(column.code for column in PERIOD_COLUMNS))
_PRINTED = frozenset(
    {
        *("column.received_at", "field.type", "field.registration_number", "field.serial", "field.sto", "field.odp"),
        *("field.technician", "column.status", "column.helpdesk", "column.finished_at", "column.tti_hours"),
        *("column.comply", "field.note"),
    }
)


def folded_columns() -> tuple[int, ...]:
    """Return the places of the columns, counted from 0, that are folded: they are not printed until unfolded."""
    return tuple(place for place, code in enumerate(_CODES) if code not in _PRINTED)


def column_widths() -> tuple[int, ...]:
    """Return the widths of the orders' columns in characters."""
    return (*(column.width for column in COLUMNS), *(column.width for column in PERIOD_COLUMNS))


def fixed_words(words: Words) -> Words:
    """Return the texts for tables in files: always Indonesian, so that work built on last month's file still fits."""
    return words_in("id", str(words.zone))


def order_header(words: Words) -> tuple[str, ...]:
    """Return the headings of the orders' columns."""
    fixed = fixed_words(words)
    return tuple(map(fixed, _CODES))


def counted_orders(uow: UnitOfWork, query: RecapQuery, by: Person, words: Words, now: datetime) -> CountedOrders:
    """Return the orders that the recap's figures count; a helpdesk gets only their own. Raises `NotPermitted`."""
    own = None if by.may(Permission.VIEW_REPORTS) else by.id
    return CountedOrders.of(Counting(uow, query, own, now, str(words.zone)), by)


def order_rows(
    uow: UnitOfWork,
    query: RecapQuery,
    by: Person,
    words: Words,
    now: datetime,
    report: Callable[[int], None] = lambda _: None,
) -> Iterator[tuple[Cell, ...]]:
    """Yield the counted orders as cells under `COLUMNS` and `PERIOD_COLUMNS`, oldest first.

    `report` is called with the number of rows written so far. Raises `NotPermitted`.
    """
    counted, cells = counted_orders(uow, query, by, words, now), Cells.of(uow, fixed_words(words), now)
    makers, in_period = [column.cell for column in COLUMNS], [column.cell for column in PERIOD_COLUMNS]
    for row in counted.rows(report):
        yield (*(make(row, cells) for make in makers), *(make(row, counted, cells) for make in in_period))
