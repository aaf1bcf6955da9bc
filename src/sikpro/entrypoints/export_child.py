"""The process that writes one export: its work comes by standard input, its progress goes to standard output."""

import json
import os
import sys
import tempfile
from pathlib import Path

from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.export_process import ExportOrder, converter
from sikpro.adapters.sql.engine import create_engine_for
from sikpro.adapters.sql.unit_of_work import SqlTransactions
from sikpro.application.ports.storage import StorageError
from sikpro.application.workers.exports import ExportFailed, ExportWriting

NICE = 10
"""The niceness, so that the server and its pages go first."""


def main() -> None:
    """Write the file; if nobody listens any more, end at the next progress report."""
    os.nice(NICE)
    order = converter.loads(sys.stdin.read(), ExportOrder)
    path = Path(order.path)
    tempfile.tempdir = str(path.parent)  # the rest of a killed process is deleted with the folder
    writing = ExportWriting(workbooks=ExcelWorkbookWriter(), clock=SystemClock(), zone=order.zone)
    engine = create_engine_for(order.database)
    try:
        SqlTransactions(engine).read(lambda uow: writing.write(uow, order.export, path, _report))
    except ExportFailed as error:
        _say(failed=error.code, again=error.again)
    except StorageError:
        _say(failed="storage", again=True)
    except BrokenPipeError:
        os._exit(1)  # the server is gone; a regular exit would try to write again
    except OSError as error:
        _say(failed="disk", again=False)
        sys.stderr.write(f"sikpro export: {error}\n")
    finally:
        engine.dispose()


def _report(done: int, total: int) -> None:
    _say(done=done, total=total)


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
