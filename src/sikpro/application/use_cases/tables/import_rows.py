"""Import rows into a list: judge every row first, then write the good ones, now or in portions."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from sikpro.application.i18n import sentences
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.tables.headings import LISTS
from sikpro.application.use_cases.tables.judge_list import ImportLine, Verdict, judge_line
from sikpro.application.use_cases.tables.list_work import ListWork
from sikpro.application.use_cases.tables.portions import write_whole
from sikpro.application.use_cases.tables.row_list import RowList
from sikpro.application.use_cases.tables.table_columns import (
    TableColumn,
    find_columns,
    header_of,
    header_place,
    repeated,
    texts_of,
    unused_headings,
    with_header,
)
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Person
from sikpro.domain.text import one_line

LONGEST_LIST = 5_000
"""The most rows of an imported list of people or of a catalogue."""


@frozen(kw_only=True)
class ImportPlan:
    """Every row's verdict, the list's columns found in the file, and the unknown headings.

    `taken` has the recognised headings, each with its column.
    """

    lines: Sequence[ImportLine]
    columns: Sequence[str]
    unknown: Sequence[str]
    taken: Sequence[tuple[str, str]]

    def count(self, verdict: Verdict | str) -> int:
        """Count the rows with this verdict."""
        return sum(line.verdict == verdict for line in self.lines)

    def replacing(self, columns: Sequence[str]) -> int:
        """Count the rows that would replace a value in one of these columns."""
        return sum(any(line.replaced.get(column) for column in columns) for line in self.lines)

    @property
    def mark(self) -> str:
        """A short mark of all verdicts and changes. A different mark shows that the list changed meanwhile."""
        said = "\n".join(f"{line.number} {line.said}" for line in self.lines)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def list_columns(rows: RowList) -> tuple[TableColumn, ...]:
    """Return the possible columns of a list in a file."""
    labels = LISTS.get(rows.name, {})
    return tuple(
        TableColumn(name=column, heading=f"lists.column.{column}", labels=labels.get(column, ()))
        for column in rows.columns
    )


Table = Sequence[Sequence[str]] | TableSheet
"""Rows with a header somewhere at their top, or a sheet whose header is decided."""


def plan_import(
    uow: UnitOfWork, rows: RowList, table: Table, by: Person, columns: Mapping[int, str] | None = None
) -> ImportPlan:
    """Judge a table with its header near the top, in either language and any order; write nothing.

    `columns` are the columns that a person chose, by place. Raises `NotPermitted`, the sheet's own error, and
    `InvalidValue` for a header without any key column.
    """
    by.must(rows.permission)
    possible = list_columns(rows)
    sheet = table if isinstance(table, TableSheet) else with_header(TableSheet(name="", rows=table), possible)
    if sheet.error:
        raise sheet.error
    header = header_of(sheet)
    if columns is None:
        columns = find_columns(sheet, possible)
        if repeated(header, possible):
            raise InvalidValue("file.header_twice", one_line(", ".join(header)))
    if not set(columns.values()) & set(rows.keys):
        raise InvalidValue("file.header", one_line(", ".join(header)))
    start = header_place(sheet) + 1
    if len(sheet.rows) - start > LONGEST_LIST:
        raise InvalidValue("file.too_long", str(LONGEST_LIST))
    found = {
        number: texts_of(cells, columns) for number, cells in enumerate(sheet.rows[start:], start + 1) if any(cells)
    }
    reader = rows.reader(uow, list(found.values()))
    lines = [judge_line(rows, reader, number, texts, by)[0] for number, texts in found.items()]
    shown = [column for column in rows.columns if column in columns.values()]
    unknown = unused_headings(sheet, columns)
    taken = [(header[place] if place < len(header) else "", column) for place, column in columns.items()]
    return ImportPlan(lines=lines, columns=shown, unknown=unknown, taken=taken)


def list_work(
    uow: UnitOfWork,
    rows: RowList,
    table: Table,
    mark: str,
    by: Person,
    columns: Mapping[int, str] | None = None,
) -> tuple[ImportPlan, ListWork | None]:
    """Return the present verdicts, and the good rows to write; None if the mark of the plan differs. Write nothing.

    Raises as `plan_import`.
    """
    plan = plan_import(uow, rows, table, by, columns)
    return plan, ListWork.of(rows.name, plan.lines) if plan.mark == mark else None


def import_rows(
    uow: UnitOfWork,
    rows: RowList,
    table: Table,
    mark: str,
    by: Person,
    now: datetime,
    source: str = "",
    columns: Mapping[int, str] | None = None,
) -> tuple[ImportPlan, WrittenTable | None]:
    """Write all good rows of a table in this transaction, if the verdicts still match the plan's mark.

    Return the present verdicts and what was written, which can be taken back: None if the mark differs. `source` is the
    file's name. A large table holds up all other writers: write it in portions (`list_work`, `Prepared`). Raises as
    `plan_import`, and `DomainError` where rows conflict with each other; then nothing may be saved.
    """
    plan, work = list_work(uow, rows, table, mark, by, columns)
    return plan, write_whole(uow, rows.name, source, by, now, work) if work else None


def heading(column: str, language: str) -> str:
    """Return a column's heading."""
    return sentences(language)[f"lists.column.{column}"]
