"""The process that reads one uploaded table."""

from sikpro.adapters.excel.reader import FileTableReader
from sikpro.adapters.local.in_child import Say, serve
from sikpro.adapters.local.table_lines import said_failure, said_sheets
from sikpro.application.ports.tables import TableSheet
from sikpro.domain.errors import InvalidValue


def read_table(first_only: bool, content: bytes, say: Say) -> None:
    """Say the rows of a table, or why it cannot be read."""
    try:
        for line in said_sheets(_sheets(content, first_only=first_only)):
            say(line)
    except InvalidValue as error:
        say(said_failure(error))
    except MemoryError:
        say(said_failure(InvalidValue("file.bomb", "")))


def _sheets(content: bytes, *, first_only: bool) -> tuple[TableSheet, ...]:
    reader = FileTableReader()
    return (TableSheet(name="", rows=reader.read(content)),) if first_only else reader.sheets(content)


if __name__ == "__main__":
    serve(read_table)
