"""The process that reads one uploaded table."""

from sikpro.adapters.excel.reader import FileTableReader
from sikpro.adapters.local.in_child import Say, serve
from sikpro.adapters.local.table_lines import said_failure, said_sheets
from sikpro.domain.errors import InvalidValue


def read_table(_: None, content: bytes, say: Say) -> None:
    """Say how many rows are read, then the rows of a table, or why it cannot be read."""
    try:
        sheets = FileTableReader().sheets(content, lambda rows: say({"read": rows}, at_once=True))
        for line in said_sheets(sheets):
            say(line)
    except InvalidValue as error:
        say(said_failure(error))
    except MemoryError:
        say(said_failure(InvalidValue("file.bomb", "")))


if __name__ == "__main__":
    serve(read_table)
