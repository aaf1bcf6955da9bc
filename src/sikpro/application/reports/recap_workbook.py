"""The recap as an Excel file: a summary sheet and the orders behind it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sikpro.application.i18n import Words
from sikpro.application.ports.queries import Clocked
from sikpro.application.ports.runtime import Cell, Sheet, WorkbookWriter
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.order_rows import COLUMNS, order_rows
from sikpro.application.reports.recap import Recap, Span, recap
from sikpro.domain.people import Person
from sikpro.domain.period import Period
from sikpro.domain.phase import Phase


def write_recap(
    uow: UnitOfWork,
    writer: WorkbookWriter,
    path: Path,
    *,
    period: Period,
    span: Span,
    title: str,
    by: Person,
    words: Words,
    now: datetime,
) -> Recap:
    """Write a period's recap to `path`, figures and rows from one view of the data. Raises `NotPermitted`."""
    figures = recap(uow, period, span, by, str(words.zone))
    rows = order_rows(uow, period, Clocked.RECEIVED, by, words, now)
    writer.write(path, (_summary(figures, title, words, now), _orders(rows, words)))
    return figures


def _summary(figures: Recap, title: str, words: Words, now: datetime) -> Sheet:
    phases = [words(f"phase.{phase}") for phase in Phase]
    intro: Sequence[Sequence[Cell]] = (
        (title,),
        (words("recap.made_at"), words.local(now).replace(tzinfo=None, microsecond=0)),
        (words("recap.received"), figures.total),
        (words("recap.completed"), figures.completed),
        (words("recap.cancelled"), figures.cancelled),
        (words("recap.open_now"), figures.open_now),
        (),
    )
    return Sheet(
        name=words("sheet.summary"),
        intro=intro,
        header=(words("recap.split_by"), words("recap.value"), words("recap.total"), *phases),
        rows=_split(figures, words),
        widths=(20, 32, 10, *(12 for _ in phases)),
    )


def _split(figures: Recap, words: Words) -> Iterator[Sequence[Cell]]:
    for table in figures.tables:
        for row in table.rows:
            label = row.label or words("recap.unknown")
            yield (words(f"by.{table.dimension}"), label, row.total, *(row.by_phase[phase] for phase in Phase))
    phases: Sequence[Cell] = [figures.received[phase] for phase in Phase]
    yield (words("recap.total"), "", figures.total, *phases)


def _orders(rows: Iterator[tuple[Cell, ...]], words: Words) -> Sheet:
    return Sheet(
        name=words("sheet.orders"),
        header=tuple(words(column.code) for column in COLUMNS),
        rows=rows,
        widths=tuple(column.width for column in COLUMNS),
        table="tblOrder",
    )
