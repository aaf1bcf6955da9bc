"""The writer of workbooks, loaded for the first file: openpyxl takes a fifth of the start, and 10 MB."""

from collections.abc import Iterable
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from sikpro.application.ports.workbooks import Sheet, WorkbookWriter


class LaterWorkbooks:
    """Writes as `ExcelWorkbookWriter` does. Raises `ModuleNotFoundError` at once where openpyxl is not installed."""

    def __init__(self) -> None:
        if find_spec("openpyxl") is None:
            raise ModuleNotFoundError("openpyxl is not installed")

    @property
    def most_rows(self) -> int:
        """The most rows of a sheet."""
        return self._writer.most_rows

    def write(self, path: Path, sheets: Iterable[Sheet]) -> None:
        """Write the whole file."""
        self._writer.write(path, sheets)

    @cached_property
    def _writer(self) -> WorkbookWriter:
        from sikpro.adapters.excel.workbook import ExcelWorkbookWriter

        return ExcelWorkbookWriter()
