"""The process that reads one uploaded table: its bytes come by standard input, its rows go to standard output."""

import os
import sys

from sikpro.adapters.excel.reader import FileTableReader
from sikpro.adapters.local.child import confine
from sikpro.adapters.local.table_process import ReadOrder, say_failure, say_sheets
from sikpro.application.ports.tables import TableSheet
from sikpro.domain.errors import InvalidValue

NICE = 10
"""The niceness, so that the server and its pages go first."""


def main() -> None:
    """Read the table within the given limits."""
    os.nice(NICE)
    order = ReadOrder.of_line(sys.stdin.buffer.readline())
    confine(order.limits)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # for any language of the server
    try:
        for line in say_sheets(_sheets(sys.stdin.buffer.read(), first_only=order.first_only)):
            _say(line)
    except InvalidValue as error:
        _say(say_failure(error))
    except MemoryError:
        _say(say_failure(InvalidValue("file.bomb", "")))
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more; a regular exit would try to write again
    sys.stdout.flush()


def _say(line: str) -> None:
    sys.stdout.write(line)


def _sheets(content: bytes, *, first_only: bool) -> tuple[TableSheet, ...]:
    reader = FileTableReader()
    return (TableSheet(name="", rows=reader.read(content)),) if first_only else reader.sheets(content)


if __name__ == "__main__":
    main()
