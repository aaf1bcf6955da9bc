"""The contract of `WorkbookWriter`: sheets as a person opens them, whole or not at all."""

import pytest

from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.testing.contracts.workbook_writer import NewWriter, WorkbookWriterContract


@pytest.fixture(params=[ExcelWorkbookWriter], ids=["excel"])
def new_writer(request: pytest.FixtureRequest) -> NewWriter:
    """Each writer; the tests have no fake of it."""
    made: NewWriter = request.param
    return made


class TestWorkbookWriter(WorkbookWriterContract):
    pass
