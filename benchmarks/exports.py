"""An export measured in a process of its own: `python -m benchmarks.exports ours|bare|rust DATABASE FILE`.

`ours` is everything from the database to the file. `bare` is openpyxl's write-only loop over the same cells, with lxml,
`rust` rust_xlsxwriter over them; for both the cells are ready before the clock begins.
"""

import json
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import frozen
from openpyxl import Workbook
from openpyxl.xml import lxml_available

from benchmarks.stock import START, Stock
from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.export_file import ExportFile
from sikpro.application.reports.order_rows import order_header, order_rows
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.domain.people import Person, Role
from sikpro.entrypoints.fonts import FONTS

ZONE = "Asia/Jakarta"
_DAY = timedelta(days=1)


@frozen
class Measured:
    """What a process took: milliseconds, and the most memory it ever had, in MB."""

    milliseconds: float
    megabytes: float


def measure(way: str, stock: Stock, folder: Path) -> Measured:
    """Export all orders of a stock in a process of its own."""
    file = folder / f"{way}.xlsx"
    command = [sys.executable, "-m", "benchmarks.exports", way, f"sqlite:///{stock.file}", str(file)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    file.unlink()
    return Measured(**said)


def _file() -> ExportFile:
    last = (START + timedelta(days=300)).date()
    return ExportFile(
        query=RecapQuery.parse(f"{START:%Y-%m-%d}_{last}"),
        kind="xlsx",
        by=Person(id=0, name="", username="bench", role=Role.SUPERVISOR),
        words=words_in("id", ZONE),
        now=START + timedelta(days=301),
    )


def _ours(transactions: SqlTransactions, path: Path) -> float:
    file = _file()
    begun = time.perf_counter()
    transactions.read(lambda uow: file.write(uow, ExcelWorkbookWriter(), ResvgPictures(FONTS), path))
    return time.perf_counter() - begun


def _bare(transactions: SqlTransactions, path: Path) -> float:
    if not lxml_available():
        raise RuntimeError("openpyxl would write without lxml")
    header, rows = _cells(transactions)
    begun = time.perf_counter()
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Order")
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    workbook.save(path)
    return time.perf_counter() - begun


def _rust(transactions: SqlTransactions, path: Path) -> float:
    from rustpy_xlsxwriter import write_worksheet

    header, rows = _cells(transactions)
    records = [
        dict(zip(header, (one / _DAY if isinstance(one, timedelta) else one for one in row), strict=True))
        for row in rows
    ]
    begun = time.perf_counter()
    write_worksheet(records, str(path), sheet_name="Order")
    return time.perf_counter() - begun


def _cells(transactions: SqlTransactions) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the headings and the rows of a file of the orders."""
    file = _file()

    def read(uow: UnitOfWork) -> list[tuple[Any, ...]]:
        return list(order_rows(uow, file.query, file.by, file.words, file.now))

    rows = [tuple(cell if cell != "" else None for cell in row) for row in transactions.read(read)]
    return order_header(file.words), rows


def _most_memory() -> float:
    """The most that this process ever had, in MB; `getrusage` would count what its parent had when it began."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def main() -> None:
    """Export once and say what it took."""
    way, database, path = sys.argv[1:]
    engine = create_engine_for(database)
    try:
        spent = {"ours": _ours, "bare": _bare, "rust": _rust}[way](SqlTransactions(engine), Path(path))
    finally:
        engine.dispose()
    sys.stdout.write(json.dumps({"milliseconds": spent * 1000, "megabytes": _most_memory()}))


if __name__ == "__main__":
    main()
