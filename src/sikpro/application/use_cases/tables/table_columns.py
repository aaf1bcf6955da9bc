"""Match the columns of an uploaded table by their headings in either language, and read their cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.i18n import LANGUAGES, sentences
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import FORMULA, TableSheet
from sikpro.application.use_cases.catalogue.typed_values import number_meant
from sikpro.application.use_cases.tables.headings import DATE_WORDS, OTHER_DATE_WORDS
from sikpro.domain.dates import RULES, DateRule, DecidedRule, Order, decide_rule, fits, read_date
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.spreadsheet_damage import check_no_error, check_unspoilt
from sikpro.domain.text import one_line, plain

_NO_SIGN = re.compile(r"[^A-Z0-9]")
_WORDS = re.compile(r"[A-Z0-9]+")
_LOOKED_AT = 20

LONGEST_HEADING = 200
"""The most characters of a heading. Longer texts name no column."""

HEADER_WITHIN = 30
"""The header is looked for in so many rows from the top."""


@frozen(kw_only=True)
class ShownRule:
    """How the dates of a column are read: its place and heading, the rule, and what its example means.

    `chosen` says that a person decided it.
    """

    place: int
    heading: str
    decided: DecidedRule
    meant: datetime | None
    chosen: bool


@frozen(kw_only=True)
class TableColumn:
    """A possible column of a table: its name, the code of its heading, other headings, and whether it is required.

    The texts of a `multiline` column may be long; those of a `date` column are read by one rule.
    """

    name: str
    heading: str
    labels: tuple[str, ...] = ()
    required: bool = False
    multiline: bool = False
    date: bool = False

    def names(self) -> list[str]:
        """Return its names in either language, our own first, each as `bare_name` returns it."""
        return list(dict.fromkeys([*self.own_names(), *map(bare_name, self.labels)]))

    def own_names(self) -> list[str]:
        """Return our own names in either language."""
        return [bare_name(name) for name in (self.name, *(sentences(one)[self.heading] for one in LANGUAGES))]


def header_place(sheet: TableSheet) -> int:
    """Return the place of the header's last line, counted from 0: as decided, or the first row that is not empty."""
    if sheet.header is not None:
        return sheet.header
    return next((place for place, row in enumerate(sheet.rows) if any(row)), 0)


def header_of(sheet: TableSheet) -> Sequence[str]:
    """Return the headings, none for a sheet without rows. The lines of a header are joined column by column."""
    place = header_place(sheet)
    if place >= len(sheet.rows):
        return ()
    if sheet.header_lines == 1:
        return sheet.rows[place]
    lines = sheet.rows[max(0, place + 1 - sheet.header_lines) : place + 1]
    return [one_line(" ".join(part for part in column if part)) for column in zip_longest(*lines, fillvalue="")]


def with_header(sheet: TableSheet, columns: Sequence[TableColumn]) -> TableSheet:
    """Return the sheet with the header that names the most columns: one row, or two rows together.

    Titles, empty lines and the line of a separator may stand above it. Where no row names any column, the header is the
    first row with several cells.
    """
    known = _known(columns)

    def found(place: int, lines: int) -> int:
        return len(_find(evolve(sheet, header=place, header_lines=lines), known))

    rows = [place for place, row in enumerate(sheet.rows[:HEADER_WITHIN]) if any(row)]
    choices = [(place, 1) for place in rows] + [(place + 1, 2) for place in rows if place + 1 in rows]
    best = max(choices, key=lambda choice: (found(*choice), -choice[1], -choice[0]), default=(0, 1))
    if choices and not found(*best):
        wide = (place for place in rows if sum(map(bool, sheet.rows[place])) > 1)
        best = next(wide, rows[0]), 1
    return evolve(sheet, header=best[0], header_lines=best[1])


def find_columns(sheet: TableSheet, columns: Sequence[TableColumn]) -> dict[int, str]:
    """Return the columns that the headings name, by place counted from 0.

    Of two headings for one column the more exact one counts (our own names first), then the first.
    """
    return _find(sheet, _known(columns))


def _known(columns: Sequence[TableColumn]) -> dict[str, tuple[str, int]]:
    """Return the column of each name, and the rank of the name among those of its column; the best rank counts."""
    found: dict[str, tuple[str, int]] = {}
    for column in columns:
        for rank, name in enumerate(column.names()):
            if name not in found or found[name][1] > rank:
                found[name] = column.name, rank
    return found


def _find(sheet: TableSheet, known: Mapping[str, tuple[str, int]]) -> dict[int, str]:
    best: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(header_of(sheet)):
        column, rank = known.get(bare_name(heading), ("", 0)) if 0 < len(heading) <= LONGEST_HEADING else ("", 0)
        if column and (column not in best or rank < best[column][0]):
            best[column] = rank, place
    return dict(sorted((place, column) for column, (_, place) in best.items()))


def repeated(header: Sequence[str], columns: Sequence[TableColumn]) -> bool:
    """Whether two headings are our own names of one column, so that nobody can know which one counts."""
    own = {name: column.name for column in columns for name in column.own_names()}
    named = [own[name] for heading in header if (name := bare_name(heading[:LONGEST_HEADING])) in own]
    return len(set(named)) < len(named)


def best_sheet(sheets: Sequence[TableSheet], columns: Sequence[TableColumn]) -> int:
    """Return the sheet whose headings name the most columns, the first on a tie."""
    return max(range(len(sheets)), key=lambda place: (len(find_columns(sheets[place], columns)), -place))


def missing_columns(found: Mapping[int, str], columns: Sequence[TableColumn]) -> list[TableColumn]:
    """Return the required columns that were not found."""
    return [column for column in columns if column.required and column.name not in found.values()]


def unused_headings(sheet: TableSheet, found: Mapping[int, str]) -> list[str]:
    """Return the headings without a known column."""
    return [heading for place, heading in enumerate(header_of(sheet)) if heading and place not in found]


def date_columns(sheet: TableSheet, found: Mapping[int, str]) -> list[int]:
    """Return the unused columns that may be the time of receipt, by their heading or their first cells."""
    rows = sheet.rows[header_place(sheet) + 1 :][:_LOOKED_AT]
    header = header_of(sheet)
    likely: list[int] = []
    for place in range(max(map(len, (header, *rows)), default=0)):
        words = set(_WORDS.findall(plain(header[place][:LONGEST_HEADING]).upper())) if place < len(header) else set()
        if place in found or words & OTHER_DATE_WORDS:
            continue
        cells = [row[place] for row in rows if place < len(row) and row[place]]
        if words & DATE_WORDS or (cells and all(_looks_like_date(cell) for cell in cells)):
            likely.append(place)
    return likely


def _looks_like_date(text: str) -> bool:
    return any(fits(text, rule) for rule in RULES if rule.order is not Order.SERIAL)


def texts_of(row: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    """Return a row's cells by column name. Cells that a short row lacks are empty."""
    return {name: row[place] if place < len(row) else "" for place, name in columns.items()}


def whole_number(uow: UnitOfWork, texts: Mapping[str, str]) -> dict[str, str]:
    """Return a row's texts with the whole registration number where it has its digits only."""
    typed = one_line(texts.get("registration_number", ""))
    if not typed.isdecimal():
        return dict(texts)
    try:
        return {**texts, "registration_number": number_meant(uow, typed)}
    except InvalidValue:  # the number's own check says why
        return dict(texts)


def damaged_cells(texts: Mapping[str, str], columns: Iterable[str]) -> dict[str, DomainError]:
    """Return the errors of identifying cells that a spreadsheet changed, and of every cell that is an error value."""
    errors: dict[str, DomainError] = {}
    identifying = set(columns)
    for column, text in texts.items():
        try:
            if text.startswith(FORMULA):
                raise InvalidValue("cell.formula", text.removeprefix(FORMULA))
            (check_unspoilt if column in identifying else check_no_error)(text)
        except InvalidValue as error:
            errors[column] = error
    return errors


def read_moment(text: str, zone: ZoneInfo, rule: DateRule | None = None) -> datetime:
    """Parse a date with or without a time by the rule of its column; `zone` applies if the text names none.

    Without a rule any rule counts, day first before month first. Raises `InvalidValue` (`moment.shape`, `moment.rule`).
    """
    if rule is None:
        decided = decide_rule([text])
        rule = decided.rule if decided else DateRule(Order.DAY_FIRST)
    return read_date(text, rule, zone)


def column_rule(sheet: TableSheet, place: int) -> DecidedRule | None:
    """Return the rule of a column with dates: a person's choice, or the one that reads the most of its cells."""
    cells = [row[place] for row in sheet.rows[header_place(sheet) + 1 :] if place < len(row)]
    decided = decide_rule(cells)
    chosen = sheet.dates.get(place)
    if chosen is None:
        return decided
    read = [cell for cell in cells if cell.strip() and fits(cell, chosen)]
    filled = sum(bool(cell.strip()) for cell in cells)
    return DecidedRule(chosen, len(read), filled, read[0] if read else "", decided.other if decided else None)


def shown_rules(
    sheet: TableSheet, found: Mapping[int, str], columns: Sequence[TableColumn], zone: ZoneInfo
) -> list[ShownRule]:
    """Return how each column with dates is read, to show it."""
    dates = {column.name for column in columns if column.date}
    header = header_of(sheet)
    shown: list[ShownRule] = []
    for place, name in found.items():
        decided = column_rule(sheet, place) if name in dates else None
        if decided is None:
            continue
        meant = read_date(decided.example, decided.rule, zone) if decided.example else None
        heading = header[place] if place < len(header) else ""
        chosen = place in sheet.dates
        shown.append(ShownRule(place=place, heading=heading, decided=decided, meant=meant, chosen=chosen))
    return shown


def rule_named(sheet: TableSheet, columns: Mapping[int, str], name: str) -> DateRule | None:
    """Return the rule of the column with this name, None if there is no such column or nothing in it is a date."""
    place = next((place for place, column in columns.items() if column == name), None)
    found = None if place is None else column_rule(sheet, place)
    return found.rule if found else None


def bare_name(text: str) -> str:
    """Return a name for comparison: only its letters and digits, in upper case."""
    return _NO_SIGN.sub("", plain(text).upper())
