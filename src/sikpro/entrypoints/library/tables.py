"""Tables that a script imports: read from a path, with their columns found by the headings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TypedDict

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.tables.portions import Prepared, TableWork, write_portion
from sikpro.application.use_cases.tables.table_columns import (
    TableColumn,
    bare_name,
    best_sheet,
    find_columns,
    header_of,
    missing_columns,
    with_header,
)
from sikpro.domain.errors import ConcurrencyConflict
from sikpro.domain.people import Person
from sikpro.entrypoints.library.session import Session


class TableOptions(TypedDict, total=False):
    """How a table is read. `sheet` names the sheet, by default the one that fits best.

    `headings` says what a heading means that is not known: `{"No. Inet": "registration_number"}`.
    """

    sheet: str
    headings: Mapping[str, str]


class OrderTable(TableOptions, total=False):
    """What is decided about a table of orders; nothing is guessed.

    `received_now` declares that all came in now, where no column says when. `helpdesks` are user names by the names in
    the table that belong to nobody here. `other_sto` accepts ODPs of another STO, `closed_months` changes of the
    figures of closed months.
    """

    received_now: bool
    helpdesks: Mapping[str, str]
    other_sto: bool
    closed_months: bool


@frozen
class OpenedTable:
    """A table of a file: the file's name, the sheet, and our column at each place of it."""

    file: str
    sheet: TableSheet
    columns: Mapping[int, str]


def opened_table(
    where: str,
    path: str | PathLike[str],
    columns: Sequence[TableColumn],
    options: TableOptions,
) -> OpenedTable:
    """Read a workbook or a CSV and find its columns by the headings, with those that a script names.

    Raises `InvalidValue` for a file that is no table, `OSError`, and `ValueError` for a sheet, a heading or a column
    that is not there.
    """
    from sikpro.adapters.excel.reader import FileTableReader  # openpyxl is loaded for a file alone

    sheet, headings = options.get("sheet", ""), options.get("headings", {})
    sheets = FileTableReader().sheets(Path(path).read_bytes())
    named = {one.name: with_header(one, columns) for one in sheets}
    if sheet and sheet not in named:
        raise ValueError(f"{where}: there is no sheet {sheet!r}; there are {', '.join(named)}")
    found = list(named.values())
    chosen = named[sheet] if sheet else found[best_sheet(found, columns)]
    if chosen.error:
        raise chosen.error
    places = _named(where, chosen, find_columns(chosen, columns), columns, headings)
    missing = missing_columns(places, columns)
    if missing:
        lacking, there = ", ".join(one.name for one in missing), ", ".join(filter(None, header_of(chosen)))
        raise ValueError(f"{where}: the table lacks {lacking}; its headings are {there}")
    return OpenedTable(Path(path).name, chosen, places)


def _named(
    where: str,
    sheet: TableSheet,
    found: Mapping[int, str],
    columns: Sequence[TableColumn],
    headings: Mapping[str, str],
) -> dict[int, str]:
    places = {bare_name(text): place for place, text in enumerate(header_of(sheet))}
    known, result = {column.name for column in columns}, dict(found)
    for heading, name in headings.items():
        if name not in known:
            raise ValueError(f"{where}: there is no column {name!r}; there are {', '.join(sorted(known))}")
        if bare_name(heading) not in places:
            raise ValueError(f"{where}: there is no heading {heading!r}; there are {', '.join(header_of(sheet))}")
        result = {place: one for place, one in result.items() if one != name}
        result[places[bare_name(heading)]] = name
    return result


def written_table(session: Session, kind: str, file: str, work: TableWork | None) -> WrittenTable:
    """Write the rows of a table: a few in one transaction, many in portions, each its own.

    If the script ends meanwhile, or a server is quicker, the server goes on with it. Raises `ConcurrencyConflict` where
    the rows changed since they were judged, and the `DomainError` of a row of a small table.
    """
    if work is None:
        raise ConcurrencyConflict(number=file)
    prepared = Prepared.of(work)
    table = session.write(lambda uow, by, now: prepared.begin(uow, kind, file, by, now))

    def portion(uow: UnitOfWork, by: Person, now: datetime) -> WrittenTable:
        return write_portion(uow, table, work, now)

    while table.state.open:
        try:
            table = session.write(portion)
        except ConcurrencyConflict:  # a server is quicker
            break
    last = table.id
    return session.read(lambda uow, by, now: uow.written_tables.get(last))
