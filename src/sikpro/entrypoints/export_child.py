"""The process that writes one export: its progress goes to standard output."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.export_process import ExportOrder, converter
from sikpro.adapters.local.in_child import Say, serve
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.health import SqlPlace
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.plugins import OpenStore
from sikpro.application.ports.storage import StorageError
from sikpro.application.ports.workbooks import WorkbookWriter
from sikpro.application.workers.exports import ExportFailed, ExportWriting
from sikpro.entrypoints.fonts import FONTS
from sikpro.entrypoints.plugins import GROUPS, STORES, unpacked


def write_export(task: Any, _: bytes, say: Say) -> None:
    """Write the file; if nobody listens any more, end at the next progress report."""
    order = converter.structure(task, ExportOrder)
    path = Path(order.path)
    tempfile.tempdir = str(path.parent)  # the rest of a killed process is deleted with the folder
    writing = ExportWriting(
        workbooks=_workbooks(order), pictures=ResvgPictures(FONTS), clock=SystemClock(), zone=order.zone
    )
    store = _store(order)

    def report(done: int, total: int) -> None:
        say({"done": done, "total": total}, at_once=True)

    try:
        store.transactions.read(lambda uow: writing.write(uow, order.export, path, report))
    except ExportFailed as error:
        say({"failed": error.code, "again": error.again})
    except StorageError:
        say({"failed": "storage", "again": True})
    except OSError as error:
        say({"failed": "disk", "again": False})
        sys.stderr.write(f"sikpro export: {error}\n")
    finally:
        store.close()


def _store(order: ExportOrder) -> OpenStore:
    if chosen := order.plugins.get("database"):
        return unpacked(STORES, chosen).open(order.database, None, "")
    engine = create_engine_for(order.database)
    return OpenStore(transactions=SqlTransactions(engine), place=SqlPlace(order.database), close=engine.dispose)


def _workbooks(order: ExportOrder) -> WorkbookWriter:
    chosen = order.plugins.get("report_writer")
    made: WorkbookWriter = unpacked(GROUPS["report_writer"], chosen).make() if chosen else ExcelWorkbookWriter()
    return made


if __name__ == "__main__":
    serve(write_export)
