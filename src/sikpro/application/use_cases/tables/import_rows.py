"""Import rows into a list: judge every row first, then write all good ones in one transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from sikpro.application.i18n import LANGUAGES, sentences
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenRow, WrittenTable
from sikpro.application.use_cases.tables.headings import LISTS
from sikpro.application.use_cases.tables.row_list import ACTIVE, NO, YES, Judged, RowList
from sikpro.application.use_cases.tables.table_columns import (
    TableColumn,
    damaged_cells,
    find_columns,
    header_of,
    header_place,
    repeated,
    texts_of,
    unused_headings,
    with_header,
)
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.search_text import folded
from sikpro.domain.text import one_line

LONGEST_LIST = 5_000
"""The most rows of an imported list of people or of a catalogue."""


class Verdict(StrEnum):
    """The effect of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@frozen(kw_only=True)
class ImportLine:
    """A row of the file: its number there, its texts by column, its verdict and its errors.

    `replaced` has the present value of each column that would change, `new` its new value.
    """

    number: int
    texts: Mapping[str, str]
    verdict: Verdict
    errors: Mapping[str, DomainError]
    replaced: Mapping[str, str] = field(factory=dict[str, str])
    new: Mapping[str, str] = field(factory=dict[str, str])


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
        said = "\n".join(
            f"{line.number} {line.verdict} {sorted(line.replaced.items())} {sorted(line.new.items())}"
            for line in self.lines
        )
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
    return _judged(uow, rows, table, by, columns)[0]


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
    """Write all good rows of a table, if the verdicts still match the plan's mark.

    Return the present verdicts and what was written, which can be taken back: None if the mark differs. `source` is the
    file's name. Raises as `plan_import`, and `DomainError` where rows conflict with each other; nothing is written.
    """
    plan, good = _judged(uow, rows, table, by, columns)
    if plan.mark != mark:
        return plan, None
    written = [_write(row, by, now) for row in good]
    counts = {verdict.value: str(plan.count(verdict)) for verdict in Verdict}
    uow.journal.note("rows_imported", rows.name, by.id, now, counts)
    added = sum(row.before is None for row in written)
    kept = WrittenTable(kind=rows.name, source=source, by=by.id, at=now, added=added, changed=len(written) - added)
    return plan, uow.written_tables.add(kept, written)


def _write(row: Judged, by: Person, now: datetime) -> WrittenRow:
    subject, version = row.store(by, now)
    return WrittenRow(name=row.name, subject=subject, before=row.before, after=row.after, version=version)


def _judged(
    uow: UnitOfWork, rows: RowList, table: Table, by: Person, columns: Mapping[int, str] | None
) -> tuple[ImportPlan, list[Judged]]:
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
    reader, lines, good = rows.reader(uow, list(found.values())), list[ImportLine](), list[Judged]()
    for number, texts in found.items():
        errors: Mapping[str, DomainError] = damaged_cells(texts, rows.identifying)
        replaced: Mapping[str, str] = {}
        new: Mapping[str, str] = {}
        verdict = Verdict.WRONG
        try:
            if errors:
                raise InvalidFields(dict(errors))
            judged = reader.judge({column: _canonical(column, text) for column, text in texts.items()}, by)
        except InvalidFields as error:
            errors = error.errors
        except DomainError as error:
            errors = {"": error}
        else:
            if judged.before is None:
                verdict = Verdict.NEW
            elif judged.changed:
                verdict = Verdict.CHANGED
                replaced = {column: text for column, text in judged.before.items() if text != judged.after[column]}
                new = {column: judged.after[column] for column in replaced}
            else:
                verdict = Verdict.UNCHANGED
            if verdict is not Verdict.UNCHANGED:
                good.append(judged)
        lines.append(ImportLine(number=number, texts=texts, verdict=verdict, errors=errors, replaced=replaced, new=new))
    shown = [column for column in rows.columns if column in columns.values()]
    unknown = unused_headings(sheet, columns)
    taken = [(header[place] if place < len(header) else "", column) for place, column in columns.items()]
    return ImportPlan(lines=lines, columns=shown, unknown=unknown, taken=taken), good


def heading(column: str, language: str) -> str:
    """Return a column's heading."""
    return sentences(language)[f"lists.column.{column}"]


def shown_value(column: str, text: str, language: str) -> str:
    """Return a value as a list shows it: a choice has its name in the language."""
    code = _named(column, text)
    return sentences(language)[code] if text and code in sentences(language) else text


_LOGICAL = {"1": YES, "true": YES, "benar": YES, "0": NO, "false": NO, "salah": NO}
"""What spreadsheets write for yes and no."""

_CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "role": ("role", ("helpdesk", "team_leader", "supervisor", "admin")),
    "phase": ("phase", tuple(Phase)),
    "turn": ("turn", tuple(Turn)),
    "language": ("language", LANGUAGES),
    ACTIVE: (ACTIVE, (YES, NO)),
}


def _named(column: str, text: str) -> str:
    return f"{_CHOICES[column][0]}.{text}" if column in _CHOICES else ""


def _canonical(column: str, text: str) -> str:
    """Return the code of a choice, from the code or its name in either language."""
    if column not in _CHOICES or not text:
        return text
    wanted = folded(one_line(text))
    if column == ACTIVE and wanted in _LOGICAL:
        return _LOGICAL[wanted]
    for code in _CHOICES[column][1]:
        if wanted in {code, *(folded(sentences(language)[_named(column, code)]) for language in LANGUAGES)}:
            return code
    return text
