"""Judge the rows of a file against a list, one after the other: new, changed, unchanged or wrong."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen

from sikpro.application.i18n import LANGUAGES, sentences
from sikpro.application.use_cases.tables.row_list import ACTIVE, NO, YES, Judged, RowList, RowReader
from sikpro.application.use_cases.tables.table_columns import damaged_cells
from sikpro.domain.errors import DomainError, InvalidFields
from sikpro.domain.people import Person
from sikpro.domain.phase import Phase, Turn
from sikpro.domain.search_text import folded
from sikpro.domain.text import one_line


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

    @property
    def said(self) -> str:
        """What the page says of the row, for comparison."""
        return f"{self.verdict} {sorted(self.replaced.items())} {sorted(self.new.items())}"


def judge_line(
    rows: RowList, reader: RowReader, number: int, texts: Mapping[str, str], by: Person
) -> tuple[ImportLine, Judged | None]:
    """Judge a row of a file, and return how it is saved if it is good and changes anything."""
    errors: Mapping[str, DomainError] = damaged_cells(texts, rows.identifying)
    try:
        if errors:
            raise InvalidFields(dict(errors))
        judged = reader.judge({column: _canonical(column, text) for column, text in texts.items()}, by)
    except InvalidFields as error:
        return ImportLine(number=number, texts=texts, verdict=Verdict.WRONG, errors=error.errors), None
    except DomainError as error:
        return ImportLine(number=number, texts=texts, verdict=Verdict.WRONG, errors={"": error}), None
    replaced: Mapping[str, str] = {}
    new: Mapping[str, str] = {}
    verdict = Verdict.UNCHANGED
    if judged.before is None:
        verdict = Verdict.NEW
    elif judged.changed:
        verdict = Verdict.CHANGED
        replaced = {column: text for column, text in judged.before.items() if text != judged.after[column]}
        new = {column: judged.after[column] for column in replaced}
    line = ImportLine(number=number, texts=texts, verdict=verdict, errors={}, replaced=replaced, new=new)
    return line, None if verdict is Verdict.UNCHANGED else judged


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
