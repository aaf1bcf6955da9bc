"""Match the columns of an uploaded table by their headings in either language, and read their cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from attrs import frozen

from sikpro.application.i18n import LANGUAGES, sentences
from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.tables.headings import DATE_WORDS, OTHER_DATE_WORDS
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.spreadsheet_damage import check_no_error, check_unspoilt
from sikpro.domain.text import one_line, plain

_NO_SIGN = re.compile(r"[^A-Z0-9]")
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"
    r"(?:[ ,T]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?)?"
)
_WORDS = re.compile(r"[A-Z0-9]+")
_LOOKED_AT = 20

LONGEST_HEADING = 200
"""The most characters of a heading. Longer texts name no column."""

_YEARS = range(2000, 2100)


@frozen(kw_only=True)
class TableColumn:
    """A possible column of a table: its name, the code of its heading, other headings, and whether it is required.

    The texts of a `multiline` column may be long.
    """

    name: str
    heading: str
    labels: tuple[str, ...] = ()
    required: bool = False
    multiline: bool = False

    def names(self) -> set[str]:
        """Return its names in either language, each as `bare_name` returns it."""
        known = (self.name, *self.labels, *(sentences(language)[self.heading] for language in LANGUAGES))
        return {bare_name(label) for label in known}


def header_place(sheet: TableSheet) -> int:
    """Return the place of the header: the first row that is not empty, counted from 0."""
    return next((place for place, row in enumerate(sheet.rows) if any(row)), 0)


def header_of(sheet: TableSheet) -> Sequence[str]:
    """Return the headings, none for a sheet without rows."""
    return sheet.rows[header_place(sheet)] if sheet.rows else ()


def find_columns(sheet: TableSheet, columns: Sequence[TableColumn]) -> dict[int, str]:
    """Return the columns that the headings name, by place counted from 0. Of two equal headings the first counts."""
    known = {name: column.name for column in reversed(columns) for name in column.names()}
    found: dict[int, str] = {}
    for place, heading in enumerate(header_of(sheet)):
        name = known.get(bare_name(heading)) if 0 < len(heading) <= LONGEST_HEADING else None
        if name and name not in found.values():
            found[place] = name
    return found


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
    try:
        read_moment(text, ZoneInfo("UTC"))
    except InvalidValue:
        return False
    return not text.strip().isdecimal()


def texts_of(row: Sequence[str], columns: Mapping[int, str]) -> dict[str, str]:
    """Return a row's cells by column name. Cells that a short row lacks are empty."""
    return {name: row[place] if place < len(row) else "" for place, name in columns.items()}


def damaged_cells(texts: Mapping[str, str], columns: Iterable[str]) -> dict[str, DomainError]:
    """Return the errors of identifying cells that a spreadsheet changed, and of every cell that is an error value."""
    errors: dict[str, DomainError] = {}
    identifying = set(columns)
    for column, text in texts.items():
        try:
            (check_unspoilt if column in identifying else check_no_error)(text)
        except InvalidValue as error:
            errors[column] = error
    return errors


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """Parse a date with or without a time, ISO or day first (`2/11/2026 08.15`); `zone` applies if it names none.

    Raises `InvalidValue` (`moment.shape`).
    """
    typed = one_line(text)
    try:
        found = _DAY_FIRST.fullmatch(typed)
        if found:
            parts = {name: int(digits) for name, digits in found.groupdict(default="0").items()}
            moment = datetime(**parts)  # type: ignore[arg-type]  # noqa: DTZ001  # the zone comes next
        else:
            moment = datetime.fromisoformat(typed)
    except ValueError as error:
        raise InvalidValue("moment.shape", typed) from error
    if moment.year not in _YEARS:
        raise InvalidValue("moment.shape", typed)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def bare_name(text: str) -> str:
    """Return a name for comparison: only its letters and digits, in upper case."""
    return _NO_SIGN.sub("", plain(text).upper())
