"""Rows as CSV with semicolons and a byte order mark, which Indonesian spreadsheets open directly; no formulas."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sikpro.application.ports.workbooks import FORMULA_STARTS, Cell

_GUARDED = f"{FORMULA_STARTS}'"

_AT_ONCE = 500
"""The rows turned into bytes at a time."""


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield the file in pieces. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    text.write("\ufeff")
    for number, row in enumerate(rows, 1):
        writer.writerow([_shown(cell) for cell in row])
        if number % _AT_ONCE == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode("utf-8", "replace")
    text.seek(0)
    text.truncate()
    return taken


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell and cell[0] in _GUARDED else cell
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case timedelta():
            seconds = cell // timedelta(seconds=1)
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case float():
            return f"{cell:.2f}".replace(".", ",")
        case _:
            return str(cell)
