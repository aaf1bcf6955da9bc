"""Excel files as a person opens them: text is text, times are times, and nothing is ever half there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sikpro.adapters.excel.workbook import LONGEST_TEXT, ExcelWorkbookWriter
from sikpro.application.ports.workbooks import Cell, Sheet

HEADER = ("Teks", "Waktu", "Lama", "Angka")


def written(path: Path, *rows: tuple[Cell, ...], table: str = "tblOrder") -> Path:
    sheet = Sheet(name="Order", header=HEADER, rows=rows, widths=(20, 16, 10, 8), table=table)
    ExcelWorkbookWriter().write(path, (sheet,))
    return path


@pytest.mark.parametrize("text", ["=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    cell = load_workbook(written(tmp_path / "a.xlsx", (text, None, None, None)))["Order"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_hostile_text_arrives_as_it_was_typed_but_for_what_excel_cannot_hold(tmp_path: Path) -> None:
    typed = "<script> %_ \u202eRTL 😀 \x00\x0b\ufffe\uffff\ud800"
    cell = load_workbook(written(tmp_path / "a.xlsx", (typed, None, None, None)))["Order"]["A2"]
    assert cell.value == "<script> %_ \u202eRTL 😀 ?"


def test_text_that_looks_like_excels_own_escape_is_escaped(tmp_path: Path) -> None:
    cell = load_workbook(written(tmp_path / "a.xlsx", ("_x0041_ _x12", None, None, None)))["Order"]["A2"]
    assert cell.value == "_x005F_x0041_ _x12"


def test_text_over_excels_limit_is_cut_and_says_so(tmp_path: Path) -> None:
    cell = load_workbook(written(tmp_path / "a.xlsx", ("😀" * 50_000, None, None, None)))["Order"]["A2"]
    assert cell.value.endswith("…")
    assert len(cell.value.encode("utf-16-le")) // 2 <= LONGEST_TEXT


def test_times_durations_numbers_and_empty_cells_are_what_they_are(tmp_path: Path) -> None:
    at = datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001  # Excel's times have no zone
    row = load_workbook(written(tmp_path / "a.xlsx", ("a", at, timedelta(hours=30), 7)))["Order"][2]
    assert [row[1].value, row[2].value, row[3].value] == [at, timedelta(hours=30), 7]
    assert [row[1].number_format, row[2].number_format] == ["yyyy-mm-dd hh:mm", "[h]:mm"]
    empty = load_workbook(written(tmp_path / "b.xlsx", ("a", None, "", None)))["Order"][2]
    assert [cell.value for cell in empty[1:]] == [None, None, None]


def test_the_orders_are_a_table_with_a_frozen_header_also_when_there_are_none(tmp_path: Path) -> None:
    for path in (written(tmp_path / "a.xlsx", ("a", None, None, 1)), written(tmp_path / "b.xlsx")):
        sheet = load_workbook(path)["Order"]
        assert (sheet.tables["tblOrder"].ref, sheet.freeze_panes) == ("A1:D2", "A2")
        assert [column.name for column in sheet.tables["tblOrder"].tableColumns] == list(HEADER)


def test_a_file_that_cannot_be_finished_leaves_the_old_one_and_no_rest(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[Cell, ...]]:
        yield ("b", None, None, None)
        raise RuntimeError("the query failed")

    path = written(tmp_path / "a.xlsx", ("old", None, None, None))
    with pytest.raises(RuntimeError):
        ExcelWorkbookWriter().write(path, (Sheet(name="Order", header=HEADER, rows=rows()),))
    assert load_workbook(path)["Order"]["A2"].value == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.xlsx"]
