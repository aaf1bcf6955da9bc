"""The contract of `TableReader`: the same tables and the same refusals, here and in a process of its own."""

import asyncio

import pytest

from sikpro.adapters.excel.reader import DirectTables
from sikpro.application.ports.tables import FORMULA, LONG, TableReader
from sikpro.domain.errors import InvalidValue
from sikpro.testing.tables import excel


@pytest.mark.asyncio
class TableReaderContract:
    """What a reader of uploaded tables promises; it needs the fixture `reader`."""

    async def test_rows_are_plain_text_the_header_first(self, reader: TableReader) -> None:
        rows = [["kode", "nama"], ["SDA", "Sidoarjo – kota ✓"], ["", "x"]]
        for content in (excel(*rows), "kode;nama\nSDA;Sidoarjo – kota ✓\n;x\n".encode()):
            (sheet,) = await reader.sheets(content)
            assert list(map(list, sheet.rows)) == rows

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    async def test_a_long_file_says_how_many_rows_are_read(self, reader: TableReader, kind: str) -> None:
        rows = [["kode"], *(["SDA"] for _ in range(1000))]
        heard: list[int] = []
        await reader.sheets(excel(*rows) if kind == "xlsx" else b"kode\n" + b"SDA\n" * 1000, heard.append)
        assert heard == sorted(heard)
        assert len(heard) > 1
        assert 0 < heard[0] < heard[-1] <= len(rows)

    async def test_sheets_have_their_names_and_a_csv_has_none(self, reader: TableReader) -> None:
        (sheet,) = await reader.sheets(excel(["kode"], ["SDA"]))
        assert (sheet.name, [list(row) for row in sheet.rows], sheet.error) == ("Sheet", [["kode"], ["SDA"]], None)
        (text,) = await reader.sheets(b"kode\nSDA\n")
        assert (text.name, [list(row) for row in text.rows], text.error) == ("", [["kode"], ["SDA"]], None)

    async def test_a_cell_with_a_formula_is_marked_for_whoever_needs_it(self, reader: TableReader) -> None:
        (sheet,) = await reader.sheets(excel(["kode", "nama"], ["SDA", "=1+1"]))
        assert sheet.error is None
        assert [list(row) for row in sheet.rows] == [["kode", "nama"], ["SDA", f"{FORMULA}=1+1"]]

    @pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04" + b"\0" * 100, b""])
    async def test_what_is_no_table_is_refused_by_both_alike(self, reader: TableReader, content: bytes) -> None:
        with pytest.raises(InvalidValue) as refused:
            await reader.sheets(content)
        with pytest.raises(InvalidValue) as known:
            await DirectTables().sheets(content)
        assert refused.value.code == known.value.code
        assert refused.value.code.startswith("file.")

    async def test_a_sheet_that_is_too_long_carries_its_error(self, reader: TableReader) -> None:
        (longest,) = await reader.sheets(b"kode\n" + b"SDA\n" * LONG.rows)
        assert (longest.error, len(longest.rows)) == (None, LONG.rows + 1)
        with pytest.raises(InvalidValue) as refused:
            await reader.sheets(b"kode\n" + b"SDA\n" * (LONG.rows + 1))
        assert refused.value.code == "file.too_long"

    async def test_reading_ends_when_it_is_cancelled_and_the_next_one_is_answered(self, reader: TableReader) -> None:
        reading = asyncio.create_task(reader.sheets(excel(["kode"], ["SDA"])))
        await asyncio.sleep(0)
        if reading.cancel():
            with pytest.raises(asyncio.CancelledError):
                await reading
        (sheet,) = await reader.sheets(b"kode\nSDA\n")
        assert list(map(list, sheet.rows)) == [["kode"], ["SDA"]]
