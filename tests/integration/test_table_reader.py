"""Uploaded tables: any spelling of CSV and any Excel file becomes plain text, or is refused for a reason."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, time, timedelta

import pytest
from openpyxl import Workbook

from sikpro.adapters.excel.reader import FileTableReader
from sikpro.application.ports.tables import LONG, SHORT
from sikpro.domain.errors import InvalidValue

read = FileTableReader().read


def excel(*rows: Sequence[object]) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"kode;nama\nSDA;Sidoarjo, kota\n",
        '\ufeffkode,nama\r\nSDA,"Sidoarjo, kota"\r\n\r\n'.encode(),
        b"kode\tnama\nSDA\tSidoarjo, kota",
        "kode;nama\nSDA;Sidoarjo, kota\n".encode("utf-16"),
        excel(["kode", "nama", None], ["SDA", "Sidoarjo, kota"], [None, ""]),
    ],
)
def test_separators_encodings_and_excel_say_the_same(content: bytes) -> None:
    assert read(content) == [["kode", "nama"], ["SDA", "Sidoarjo, kota"]]


def test_cells_of_any_kind_become_what_would_be_typed() -> None:
    row = [628123456789, 62812.0, 1.5, True, time(4, 0), timedelta(hours=72, minutes=5), date(2026, 11, 2), " a "]
    shown = ["628123456789", "62812", "1.5", "1", "04:00", "72:05", "2026-11-02T00:00:00", "a"]
    assert read(excel(row))[0] == shown


def test_what_an_export_made_harmless_is_as_it_was() -> None:
    assert read(b"a;b;c\n'=1+1;''quoted;'plain\n")[1] == ["=1+1", "'quoted", "'plain"]


def _bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (SHORT.unpacked + 1))
    return content.getvalue()


def _with_entity() -> bytes:
    source, content = zipfile.ZipFile(io.BytesIO(excel(["kode"]))), io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for part in source.infolist():
            text = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + text
            packed.writestr(part.filename, text)
    return content.getvalue()


def _with_macros() -> bytes:
    content = io.BytesIO(excel(["kode"]))
    with zipfile.ZipFile(content, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"macro")
    return content.getvalue()


def _far_away() -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "kode", "x"
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b" \n\n", "file.empty"),
        (excel([]), "file.empty"),
        (b"a" * 5_000_001, "file.too_large"),
        (b"\xd0\xcf\x11\xe0 old", "file.old_excel"),
        (b"PK\x03\x04 torn", "file.unreadable"),
        (_bomb(), "file.bomb"),
        (_with_entity(), "file.bomb"),
        (excel(["kode"], ["=1+1"]), "file.formula"),
        (b"\x89PNG\x00\x00", "file.no_table"),
        (b"%PDF-1.7 1 0 obj", "file.no_table"),
        (b"\n<html><table><tr><td>No. SC</td></tr></table>", "file.no_table"),
        (b"a\x00b;c", "file.unreadable"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "file.password"),
        (_with_macros(), "file.macros"),
        (b"a\n" * 5_002, "file.too_long"),
        (excel(*[["a"]] * 5_002), "file.too_long"),
        (b";".join([b"a"] * 41), "file.too_wide"),
        (excel(["a"] * 41), "file.too_wide"),
        (b'a;b\n"' + b"x" * 200_000, "file.unreadable"),
    ],
)
def test_what_is_no_table_of_ours_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(content)
    assert refused.value.code == code


def test_a_cell_at_the_far_end_of_the_sheet_costs_nothing() -> None:
    assert read(_far_away()) == [["kode"]]


def _workbook() -> bytes:
    """Two sheets to read, a hidden one, an empty one, one with a formula; merged cells in the first."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Order"
    for row in (["SC", "SN"], ["SC100001", "ZTEG00000001"], ["SC100002", "x"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    workbook.create_sheet("Kosong")
    hidden = workbook.create_sheet("Rahasia")
    hidden.append(["rahasia"])
    hidden.sheet_state = "hidden"
    workbook.create_sheet("Lain").append(["SC"])
    formula = workbook.create_sheet("Hitung")
    formula["C17"] = "=SUM(A1:A2)"
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def test_all_shown_sheets_are_read_and_a_formula_is_named_with_its_sheet_and_cell() -> None:
    order, other, counted = FileTableReader().sheets(_workbook())
    assert (order.name, other.name, counted.name) == ("Order", "Lain", "Hitung")
    assert counted.error
    assert (counted.error.code, counted.error.typed) == ("file.formula", "Hitung!C17")


def test_merged_cells_have_their_value_once_and_are_empty_else() -> None:
    order = FileTableReader().sheets(_workbook())[0]
    assert [list(row) for row in order.rows] == [["SC", "SN"], ["SC100001", "ZTEG00000001"], ["", "x"]]


def test_a_csv_is_one_sheet_without_a_name() -> None:
    (sheet,) = FileTableReader().sheets(b"SC;SN\nSC100001;x\n")
    assert (sheet.name, len(sheet.rows), sheet.cell(1, 1)) == ("", 2, "B2")


def test_orders_may_be_many_and_no_more() -> None:
    (sheet,) = FileTableReader().sheets(b"a\n" * (LONG.rows + 1))
    assert len(sheet.rows) == LONG.rows + 1
    (refused,) = FileTableReader().sheets(excel(*[["a"] * (LONG.columns + 1)]))
    assert refused.error
    assert refused.error.code == "file.too_wide"
