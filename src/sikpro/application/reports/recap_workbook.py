"""The recap as an Excel file: a summary with charts, the orders, and a sheet for each table of the recap."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sikpro.application.i18n import Words
from sikpro.application.ports.facts import Interval
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.workbooks import Cell, Chart, ChartKind, Sheet, WorkbookWriter
from sikpro.application.reports.explain import explained, sentences
from sikpro.application.reports.figures import FIGURES, Figure, Kind, Value
from sikpro.application.reports.notes import notes_of
from sikpro.application.reports.order_rows import (
    column_widths,
    counted_orders,
    folded_columns,
    order_header,
    order_rows,
)
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_data import Headline, Recap
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.application.reports.sheets import (
    COMPLETED,
    CUMULATIVE,
    NAME,
    REASON,
    RECEIVED,
    View,
    cell_of,
    sheets_of,
)
from sikpro.application.reports.wording import before_text
from sikpro.domain.people import Person

_BEFORE: dict[str, Callable[[Headline], Value]] = {
    "received": lambda before: before.received,
    "completed": lambda before: before.completed,
    "cancelled": lambda before: before.cancelled,
    "due_within": lambda before: before.due.within if before.due else None,
    "due_late": lambda before: before.due.late if before.due else None,
    "due_share": lambda before: before.due.share if before.due else None,
    "tti_within": lambda before: before.promise.within,
    "tti_late": lambda before: before.promise.late,
    "tti_share": lambda before: before.promise.share,
}
"""The numbers that the period before also has. It has all durations."""

NAMES = {"Periode": "B2", "Dibuat": "B3", "Saringan": "B4"}
"""Cells of the summary under names that formulas in other files may use."""


def write_recap(
    uow: UnitOfWork,
    writer: WorkbookWriter,
    path: Path,
    *,
    query: RecapQuery,
    by: Person,
    words: Words,
    now: datetime,
    report: Callable[[int], None] = lambda _: None,
) -> Recap:
    """Write a period's recap to `path` from one view of the data.

    `report` is called with the number of rows written so far. Raises `NotPermitted`.
    """
    figures = recap(uow, query, by, now, str(words.zone))
    many = how_many(uow, query, by, words, now)
    statuses = {status.code: status for status in uow.catalogue.statuses()}
    people = {person.id: person.name for person in uow.people.all()}
    view = View(
        recap=figures,
        statuses=statuses,
        words=words,
        said=sentences(explained(uow, figures, by, now, str(words.zone)), words),
        notes=[(note, people.get(note.by, "")) for note in notes_of(uow, query)],
    )

    def sheets() -> Iterator[Sheet]:
        yield _summary(view, now, many, writer.most_rows)
        yield Sheet(
            name="Order",
            table="tblOrder",
            header=order_header(words),
            rows=order_rows(uow, query, by, words, now, report),
            widths=column_widths(),
            folded=folded_columns(),
        )
        yield from sheets_of(view)

    writer.write(path, sheets())
    return figures


def how_many(uow: UnitOfWork, query: RecapQuery, by: Person, words: Words, now: datetime) -> int:
    """Count the orders of an export. Raises `NotPermitted`."""
    return counted_orders(uow, query, by, words, now).how_many()


def _summary(view: View, now: datetime, many: int, most_rows: int) -> Sheet:
    recap, words, fixed = view.recap, view.words, view.fixed
    intro: Sequence[Sequence[Cell]] = (
        (recap.query.title(words),),
        ("Periode", recap.query.text),
        ("Dibuat", words.local(now).replace(tzinfo=None, microsecond=0)),
        ("Saringan", _filters(recap.query, words)),
        ("Catatan", _notes(recap, words, many, most_rows)),
        (),
    )
    return Sheet(
        name="Ringkasan",
        table="tblRingkasan",
        intro=intro,
        header=("Angka", "Periode ini", "Periode sebelumnya", "Selisih", "Kode"),
        rows=[(figure.name_in(recap, fixed), *_compared(figure, recap), figure.code) for figure in FIGURES],
        widths=(44, 18, 20, 12, 22, 3),
        charts=_charts(recap.query, words),
        names=NAMES,
    )


def _compared(figure: Figure, recap: Recap) -> tuple[Cell, Cell, Cell]:
    """Return a figure now, in the period before, and the difference; durations as their medians."""
    now, before = cell_of(figure, figure.of(recap)), None
    if recap.before and figure.kind is Kind.TIMES:
        before = cell_of(figure, recap.before.times.get(Interval(figure.code)))
    elif recap.before and figure.code in _BEFORE:
        before = cell_of(figure, _BEFORE[figure.code](recap.before))
    if isinstance(now, int | float) and isinstance(before, int | float):
        return now, before, type(now)(now - before)
    return now, before, None  # Excel cannot show a negative time


def _filters(query: RecapQuery, words: Words) -> str:
    if not query.filters:
        return words("excel.no_filter")
    return "; ".join(f"{words(f'by.{name}')}: {value}" for name, value in query.filters.items())


def _notes(recap: Recap, words: Words, many: int, most_rows: int) -> str:
    notes = []
    if recap.own:
        notes.append(words("excel.own"))
    if recap.closed:
        notes.append(words("excel.closed", date=words.long_date(words.local(recap.closed.at).date())))
    if recap.before and recap.before.until:
        notes.append(words("excel.running", before=before_text(recap.before, words)))
    if sheets := max(many - 1, 0) // (most_rows - 1):
        last = f"Order {sheets + 1}"
        notes.append(words("excel.goes_on", last=last, count=words.number(many)))
    return " ".join(notes)


def _charts(query: RecapQuery, words: Words) -> tuple[Chart, ...]:
    by_day = query.span is not Span.DAY
    return (
        Chart(
            kind=ChartKind.COLUMNS,
            title=words("excel.chart.days" if by_day else "excel.chart.hours"),
            table="tblHari" if by_day else "tblJam",
            labels=NAME,
            values=(RECEIVED, COMPLETED),
            at="G2",
        ),
        Chart(
            kind=ChartKind.PARETO,
            title=words("excel.chart.reasons"),
            table="tblKendala",
            labels=REASON,
            values=("Order", CUMULATIVE),
            at="G19",
        ),
        Chart(
            kind=ChartKind.COLUMNS,
            title=words("excel.chart.stos"),
            table="tblSto",
            labels="Kode",
            values=(RECEIVED, COMPLETED),
            at="G36",
        ),
    )
