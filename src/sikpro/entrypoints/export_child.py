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
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.storage import StorageError
from sikpro.application.workers.exports import ExportFailed, ExportWriting
from sikpro.entrypoints.fonts import FONTS


def write_export(task: Any, _: bytes, say: Say) -> None:
    """Write the file; if nobody listens any more, end at the next progress report."""
    order = converter.structure(task, ExportOrder)
    path = Path(order.path)
    tempfile.tempdir = str(path.parent)  # the rest of a killed process is deleted with the folder
    writing = ExportWriting(
        workbooks=ExcelWorkbookWriter(), pictures=ResvgPictures(FONTS), clock=SystemClock(), zone=order.zone
    )
    engine = create_engine_for(order.database)

    def report(done: int, total: int) -> None:
        say({"done": done, "total": total}, at_once=True)

    try:
        SqlTransactions(engine).read(lambda uow: writing.write(uow, order.export, path, report))
    except ExportFailed as error:
        say({"failed": error.code, "again": error.again})
    except StorageError:
        say({"failed": "storage", "again": True})
    except OSError as error:
        say({"failed": "disk", "again": False})
        sys.stderr.write(f"sikpro export: {error}\n")
    finally:
        engine.dispose()


if __name__ == "__main__":
    serve(write_export)
