"""The contract of `TableReader`: the same tables and the same refusals, here and in a process of its own."""

import asyncio
import sys

import pytest

from sikpro.adapters.excel.reader import DirectTables
from sikpro.adapters.local.table_process import ProcessTables
from sikpro.application.ports.tables import FORMULA, SHORT, TableReader
from sikpro.domain.errors import InvalidValue
from tests.fakes import NoticingTables
from tests.integration.test_table_reader import excel


@pytest.fixture(params=["direct", "process", "noticing"])
def reader(request: pytest.FixtureRequest) -> TableReader:
    """Each reader of uploaded tables; the last is that of the console's tests."""
    if request.param == "direct":
        return DirectTables()
    if request.param == "noticing":
        return NoticingTables()
    return ProcessTables(command=(sys.executable, "-m", "sikpro.entrypoints.table_child"))


async def test_the_first_sheets_rows_are_plain_text_the_header_first(reader: TableReader) -> None:
    rows = [["kode", "nama"], ["SDA", "Sidoarjo – kota ✓"], ["", "x"]]
    assert await reader.read(excel(*rows)) == rows
    assert await reader.read("kode;nama\nSDA;Sidoarjo – kota ✓\n;x\n".encode()) == rows


async def test_sheets_have_their_names_and_a_csv_has_none(reader: TableReader) -> None:
    (sheet,) = await reader.sheets(excel(["kode"], ["SDA"]))
    assert (sheet.name, [list(row) for row in sheet.rows], sheet.error) == ("Sheet", [["kode"], ["SDA"]], None)
    (text,) = await reader.sheets(b"kode\nSDA\n")
    assert (text.name, [list(row) for row in text.rows], text.error) == ("", [["kode"], ["SDA"]], None)


async def test_a_cell_with_a_formula_is_marked_for_whoever_needs_it(reader: TableReader) -> None:
    (sheet,) = await reader.sheets(excel(["kode", "nama"], ["SDA", "=1+1"]))
    assert sheet.error is None
    assert [list(row) for row in sheet.rows] == [["kode", "nama"], ["SDA", f"{FORMULA}=1+1"]]


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04" + b"\0" * 100, b""])
async def test_what_is_no_table_is_refused_by_both_alike(reader: TableReader, content: bytes) -> None:
    codes = []
    for ask in (reader.read, reader.sheets):
        with pytest.raises(InvalidValue) as refused:
            await ask(content)
        codes.append(refused.value.code)
    with pytest.raises(InvalidValue) as known:
        await DirectTables().read(content)
    assert codes == [known.value.code] * 2
    assert codes[0].startswith("file.")


async def test_the_limits_are_those_of_the_question(reader: TableReader) -> None:
    long = b"kode\n" + b"SDA\n" * (SHORT.rows + 1)
    with pytest.raises(InvalidValue) as refused:
        await reader.read(long)
    assert refused.value.code.startswith("file.")
    (sheet,) = await reader.sheets(long)
    assert (sheet.error, len(sheet.rows)) == (None, SHORT.rows + 2)


async def test_reading_ends_when_it_is_cancelled_and_the_next_one_is_answered(reader: TableReader) -> None:
    reading = asyncio.create_task(reader.sheets(excel(["kode"], ["SDA"])))
    await asyncio.sleep(0)
    if reading.cancel():
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert await reader.read(b"kode\nSDA\n") == [["kode"], ["SDA"]]
