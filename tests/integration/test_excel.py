"""What is Excel's own in the files that we write; `contract/test_workbook_writer.py` has the rest."""

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


@pytest.mark.parametrize(
    "text", ["=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "＝1+1", "＋1", "﹣1"]
)
def test_text_that_looks_like_a_formula_stays_text_after_an_edit_too(tmp_path: Path, text: str) -> None:
    cell = load_workbook(written(tmp_path / "a.xlsx", (text, None, None, None)))["Order"]["A2"]
    assert cell.quotePrefix


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


def test_times_and_durations_are_shown_as_people_write_them(tmp_path: Path) -> None:
    at = datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001  # Excel's times have no zone
    row = load_workbook(written(tmp_path / "a.xlsx", ("a", at, timedelta(hours=30), 7)))["Order"][2]
    assert [row[1].number_format, row[2].number_format] == ["yyyy-mm-dd hh:mm", "[h]:mm"]
