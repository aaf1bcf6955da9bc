"""The header of a table is found below titles and blanks, in one line or two, and a person can point at another."""

from collections.abc import Sequence

import pytest
from attrs import evolve

from sikpro.application.ports.tables import TableSheet
from sikpro.application.use_cases.tables.judge_orders import COLUMNS
from sikpro.application.use_cases.tables.table_columns import find_columns, header_of, header_place, with_header

ROW = ["1", "SC100001", "ZTEGC6754546", "SDA"]
NAMES = ["registration_number", "serial", "sto"]


@pytest.mark.parametrize(
    ("above", "lines"),
    [
        ([["No", "SC", "SN ONT", "STO"]], 1),
        ([["REKAP PSB NOVEMBER"], [], ["No", "SC", "SN ONT", "STO"]], 1),
        ([[], [], ["REKAP", "", "", "SDA"], ["dicetak", "25/11/2026"], ["No", "SC", "SN ONT", "STO"]], 1),
        ([["No", "Nomor", "Serial", "Kode"], ["", "SC", "Number", "STO"]], 2),
        ([["Judul"], ["No", "Order", "", "Lokasi"], ["", "No SC", "SN", "STO"]], 1),
    ],
)
def test_the_header_is_found_wherever_it_stands(above: Sequence[Sequence[str]], lines: int) -> None:
    found = with_header(TableSheet(name="", rows=[*above, ROW, ROW]), COLUMNS)
    assert (header_place(found), found.header_lines) == (len(above) - 1, lines)
    assert list(find_columns(found, COLUMNS).values()) == NAMES


def test_without_any_known_heading_the_first_row_with_several_cells_is_taken() -> None:
    found = with_header(TableSheet(name="", rows=[["Judul"], [], ["kunci", "isi"], ["a", "b"]]), COLUMNS)
    assert header_of(found) == ["kunci", "isi"]
    assert header_place(with_header(TableSheet(name="", rows=[]), COLUMNS)) == 0
    assert header_of(evolve(found, header=0)) == ["Judul"]


def test_the_more_exact_of_two_headings_for_one_column_counts() -> None:
    found = TableSheet(name="", rows=[["ID", "Nomor registrasi", "Kode teknisi", "TEK"]])
    columns = find_columns(found, COLUMNS)
    assert columns[2] == "technician"
    assert 3 not in columns
