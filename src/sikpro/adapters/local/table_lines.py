"""How a process says the sheets of a table: the lines, and how they are understood."""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import define, field

from sikpro.application.ports.tables import ReadSoFar, TableSheet
from sikpro.domain.errors import InvalidValue


@define
class HeardSheets:
    """The answer of the process so far.

    First lines with the number of rows read so far, then one per sheet, one per row of the sheet, one at the end.
    """

    read_so_far: ReadSoFar
    sheets: list[tuple[str, list[list[str]], InvalidValue | None]] = field(factory=list)
    failure: InvalidValue | None = None
    ended: bool = False

    def hear(self, said: Any) -> None:
        """Add a line. Raises `ValueError`, `TypeError` or `LookupError` for an invalid line."""
        if self.ended:
            raise ValueError("something after the end")
        if isinstance(said, list):
            if not all(isinstance(cell, str) for cell in said):
                raise TypeError("a cell that is no text")
            self.sheets[-1][1].append(said)
        elif "read" in said:
            self.read_so_far(int(said["read"]))
        elif "sheet" in said:
            self.sheets.append((str(said["sheet"]), [], _error(said["error"])))
        elif "failed" in said:
            self.failure = _error(said["failed"])
            self.ended = True
        else:
            self.ended = bool(said["end"])


def said_sheets(sheets: Sequence[TableSheet]) -> Iterator[object]:
    """Return the lines for `HeardSheets`."""
    for sheet in sheets:
        yield {"sheet": sheet.name, "error": _said(sheet.error)}
        yield from sheet.rows
    yield {"end": True}


def said_failure(error: InvalidValue) -> object:
    """Return the line with the reason of a failure."""
    return {"failed": _said(error)}


def _said(error: InvalidValue | None) -> list[str] | None:
    return [error.code, error.typed] if error else None


def _error(said: list[str] | None) -> InvalidValue | None:
    if said is None:
        return None
    code, typed = said
    if not str(code).startswith("file."):
        raise ValueError(code)
    return InvalidValue(code, typed)
