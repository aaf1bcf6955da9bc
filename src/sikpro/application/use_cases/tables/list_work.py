"""The rows of a list that a person decided to write; each is judged again when it is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenTable
from sikpro.application.use_cases.tables.judge_list import ImportLine, Verdict, judge_line
from sikpro.application.use_cases.tables.portions import Portion
from sikpro.application.use_cases.tables.row_list import Judged
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.domain.errors import DomainError, InvalidValue
from sikpro.domain.people import Person


@frozen(kw_only=True)
class ListWork:
    """The rows to write into a list, each by its number in the file with its texts, and what the page said of each.

    `facts` go into the journal.
    """

    name: str
    rows: Sequence[tuple[int, Mapping[str, str]]]
    said: Sequence[str]
    facts: Mapping[str, str]

    @classmethod
    def of(cls, name: str, lines: Sequence[ImportLine]) -> Self:
        """Return the new and the changed rows among all rows of a file."""
        good = [line for line in lines if line.verdict in {Verdict.NEW, Verdict.CHANGED}]
        facts = {verdict.value: str(sum(line.verdict is verdict for line in lines)) for verdict in Verdict}
        rows = [(line.number, line.texts) for line in good]
        return cls(name=name, rows=rows, said=[line.said for line in good], facts=facts)

    @property
    def total(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def packed(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"name": self.name, "rows": self.rows, "said": self.said, "facts": self.facts}

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> Self:
        """Return it from JSON values."""
        rows = [(number, texts) for number, texts in packed["rows"]]
        return cls(name=packed["name"], rows=rows, said=packed["said"], facts=packed["facts"])

    def write(self, uow: UnitOfWork, table: WrittenTable, by: Person, now: datetime, most: int) -> Portion:
        """Write the next rows into the list."""
        some = slice(table.done, table.done + most)
        rows = self.rows[some]
        reader = LISTS[self.name].reader(uow, [texts for _, texts in rows])
        written, refused = list[WrittenRow](), list[UnwrittenRow]()
        judged = [judge_line(LISTS[self.name], reader, number, texts, by) for number, texts in rows]
        for (line, good), said in zip(judged, self.said[some], strict=True):
            try:
                if good is None or line.said != said:
                    raise next(iter(line.errors.values()), InvalidValue("import.changed", _name(line, good)))
                with uow.savepoint():
                    subject, version = good.store(by, now)
            except DomainError as error:
                refused.append(UnwrittenRow(line.number, _name(line, good), error))
            else:
                row = WrittenRow(name=good.name, subject=subject, before=good.before, after=good.after, version=version)
                written.append(row)
        return Portion(written, refused)

    def note(self, uow: UnitOfWork, table: WrittenTable, now: datetime) -> None:
        """Record in the journal that the list is written."""
        facts = {**self.facts, Verdict.NEW.value: str(table.added), Verdict.CHANGED.value: str(table.changed)}
        facts |= {"refused": str(table.refused)} if table.refused else {}
        uow.journal.note("rows_imported", self.name, table.by, now, facts)


def _name(line: ImportLine, judged: Judged | None) -> str:
    return judged.name if judged else next((text for text in line.texts.values() if text), "")
