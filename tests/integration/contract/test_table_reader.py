"""The contract of `TableReader`: the same tables and the same refusals, here and in a process of its own."""

import sys

import pytest

from sikpro.adapters.excel.reader import DirectTables
from sikpro.adapters.local.table_process import ProcessTables
from sikpro.application.ports.tables import TableReader
from sikpro.testing.contracts.table_reader import TableReaderContract
from tests.fakes import NoticingTables


@pytest.fixture(params=["direct", "process", "noticing"])
def reader(request: pytest.FixtureRequest) -> TableReader:
    """Each reader of uploaded tables; the last is that of the console's tests."""
    if request.param == "direct":
        return DirectTables()
    if request.param == "noticing":
        return NoticingTables()
    return ProcessTables(command=(sys.executable, "-m", "sikpro.entrypoints.table_child"))


class TestTableReader(TableReaderContract):
    pass
