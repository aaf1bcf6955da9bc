"""Uploaded tables: any spelling of CSV and any Excel file becomes plain text, or is refused for a reason."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta

import pytest
from openpyxl import Workbook

from sikpro.adapters.excel.reader import FileTableReader
from sikpro.application.ports.tables import FORMULA, LONG
from sikpro.application.reports.csv_text import csv_bytes
from sikpro.domain.errors import InvalidValue
from sikpro.testing.tables import excel


def read(content: bytes) -> list[list[str]]:
    """The rows of the only sheet."""
    (sheet,) = FileTableReader().sheets(content)
    if sheet.error:
        raise sheet.error
    return [list(row) for row in sheet.rows]


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
    shown = ["628123456789", "62812", "1.5", "TRUE", "04:00", "72:05:00", "2026-11-02T00:00:00", "a"]
    assert read(excel(row))[0] == shown


def test_a_number_whose_last_digits_excel_has_lost_looks_as_excel_shows_it() -> None:
    assert read(excel([4857544312345670, 10**15]))[0] == ["4.85754431234567E+15", "1E+15"]
    written = '<row r="1"><c r="A1"><v>4.8575443123456698E+15</v></c><c r="B1"><v>1.2345678901234568E+20</v></c></row>'
    assert read(with_sheet(cells(written)))[0] == ["4.85754431234567E+15", "1.23456789012346E+20"]
    assert read(excel([999999999999999, 4857544312345678, 1234567890123.0])) == [
        ["999999999999999", "4857544312345678", "1234567890123"]
    ]


def test_what_an_export_made_harmless_is_as_it_was() -> None:
    assert read(b"a;b;c\n'=1+1;''quoted;'plain\n")[1] == ["=1+1", "'quoted", "'plain"]
    texts = [f"{start}1" for start in "＝＋－＠﹦﹢﹣﹫"] + ["１"]
    written = b"".join(csv_bytes([["a"] * len(texts), texts]))
    assert written.decode("utf-8-sig").splitlines()[1] == ";".join([*(f"'{text}" for text in texts[:-1]), "１"])
    assert read(written)[1] == texts, "an unchanged export changes nothing"


def _bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (LONG.unpacked + 1))
    return content.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def repacked(change: Callable[[str, bytes], bytes], *rows: Sequence[object], named: str = SHEET) -> bytes:
    """An Excel file whose parts are changed by name; its sheet is called `named` within."""
    source, content = zipfile.ZipFile(io.BytesIO(excel(*(rows or (["kode"],))))), io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in source.infolist():
            text = change(part.filename, source.read(part)).replace(SHEET.encode(), named.encode())
            packed.writestr(named if part.filename == SHEET else part.filename, text)
    return content.getvalue()


def with_sheet(text: str, encoding: str = "utf-8", named: str = SHEET) -> bytes:
    """An Excel file whose one sheet is this XML."""
    return repacked(lambda name, old: text.encode(encoding) if name == SHEET else old, named=named)


def cells(text: str) -> str:
    """A sheet's XML around rows."""
    return f"<worksheet {NAMESPACE}><sheetData>{text}</sheetData></worksheet>"


def a_cell(at: str, text: str) -> str:
    """A cell's XML."""
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'


def _lying(by: int) -> bytes:
    """A part that unpacks to more than it announces."""
    content = bytearray(excel(["kode"]))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as packed:
        size = packed.getinfo(SHEET).file_size
    at = content.rindex(SHEET.encode()) - 46  # its entry in the central directory, whose size stands 24 bytes in
    assert content[at : at + 4] == b"PK\x01\x02"
    assert int.from_bytes(content[at + 24 : at + 28], "little") == size
    content[at + 24 : at + 28] = (size - by).to_bytes(4, "little")
    return bytes(content)


def _doubled() -> bytes:
    content = io.BytesIO(excel(["kode"]))
    with zipfile.ZipFile(content, "a") as packed:
        packed.writestr(SHEET.upper(), cells(""))
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
        (b"a" * 20_000_001, "file.too_large"),
        (b"\xd0\xcf\x11\xe0 old", "file.old_excel"),
        (b"PK\x03\x04 torn", "file.unreadable"),
        (_bomb(), "file.bomb"),
        (with_sheet(DOCTYPE + cells("")), "file.doctype"),
        (with_sheet(DOCTYPE + cells(""), named="xl/worksheets/sheet1.bin"), "file.doctype"),
        (with_sheet(DOCTYPE + cells(""), "utf-16"), "file.doctype"),
        (with_sheet(DOCTYPE + cells(""), "utf-16", named="xl/worksheets/sheet1"), "file.doctype"),
        (repacked(lambda name, old: old if "theme" not in name else DOCTYPE.encode() + b"<x/>"), "file.doctype"),
        (with_sheet('<?xml version="1.0" encoding="ISO-8859-1"?>' + cells("")), "file.encoding"),
        (with_sheet(DOCTYPE + cells(""), "cp037", named="xl/worksheets/sheet1.bin"), "file.unreadable"),
        (with_sheet(DOCTYPE + cells(""), "utf-32", named="xl/worksheets/sheet1.bin"), "file.unreadable"),
        (_lying(by=1), "file.bomb"),
        (_lying(by=9), "file.unreadable"),
        (_doubled(), "file.unreadable"),
        (with_sheet(cells(f'<row r="1">{a_cell("A1", "a" * 32_768)}</row>')), "file.cell_too_long"),
        (
            with_sheet(cells('<row r="1">' + a_cell("A1", "</t></is><is><t>".join(["a" * 999] * 50)) + "</row>")),
            "file.cell_too_long",
        ),
        (
            with_sheet(cells('<row r="1"><c r="A1" t="str"><v>' + "&#65;" * 32_768 + "</v></c></row>")),
            "file.cell_too_long",
        ),
        (with_sheet(cells(f'<row r="1">{a_cell("XFE1", "a")}</row>')), "file.unreadable"),
        (with_sheet(cells(f'<row r="1048577">{a_cell("A1048577", "a")}</row>')), "file.unreadable"),
        (with_sheet(cells('<row r="1">' + "<c/>" * 16_385 + "</row>")), "file.unreadable"),
        (_far_away(), "file.far_cell"),
        (b"a;b\n1;" + b"x" * 32_768, "file.line_too_long"),
        (b"\x89PNG\x00\x00", "file.no_table"),
        (b"%PDF-1.7 1 0 obj", "file.no_table"),
        (b"\n<html><table><tr><td>No. SC</td></tr></table>", "file.no_table"),
        (b"a\x00b;c", "file.unreadable"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "file.password"),
        (_with_macros(), "file.macros"),
        (b"a\n" * 20_002, "file.too_long"),
        (excel(*[["a"]] * 20_002), "file.too_long"),
        (b";".join([b"a"] * 101), "file.too_wide"),
        (excel(["a"] * 101), "file.too_wide"),
        (b'a;b\n"' + b"x" * 200_000, "file.line_too_long"),
    ],
)
def test_what_is_no_table_of_ours_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(content)
    assert refused.value.code == code


def test_as_long_as_excel_lets_a_cell_be_it_is_read() -> None:
    longest = "a" * 32_767
    assert read(excel([longest], [" & " * 10_000]))[0] == [longest]
    assert read(f"{longest};b".encode()) == [[longest, "b"]]


def test_what_is_too_long_is_named_by_its_sheet_and_cell_or_by_its_line() -> None:
    (sheet,) = FileTableReader().sheets(
        with_sheet(cells(f'<row r="7">{a_cell("A7", "b")}{a_cell("C7", "a" * 32_768)}</row>'))
    )
    assert sheet.error
    assert (sheet.error.code, sheet.error.typed) == ("file.cell_too_long", "Sheet!C7")
    with pytest.raises(InvalidValue) as refused:
        read(b'a;b\n"1\n2";3\n4;"' + b"\n" * 32_768)
    assert (refused.value.code, refused.value.typed) == ("file.line_too_long", "4")


def with_shared(text: str, sheet: str) -> bytes:
    """An Excel file with one shared text, in a part of an odd name."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/odd.bin" ContentType="{kind}"/></Types>'.encode()

    def change(name: str, old: bytes) -> bytes:
        return sheet.encode() if name == SHEET else old.replace(b"</Types>", override)

    content = io.BytesIO(repacked(change))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/odd.bin", f"<sst {NAMESPACE}><si><t>{text}</t></si></sst>")
    return content.getvalue()


SHARED = '<c t="s"><v>0</v></c>'


def test_a_shared_text_that_is_too_long_is_refused_with_the_limit() -> None:
    assert read(with_shared("kode", cells(f'<row r="1">{SHARED}</row>'))) == [["kode"]]
    with pytest.raises(InvalidValue) as refused:
        read(with_shared("a" * 32_768, cells(f'<row r="1">{SHARED}</row>')))
    assert (refused.value.code, refused.value.typed) == ("file.text_too_long", "32767")


def test_a_text_that_many_cells_share_is_counted_for_each() -> None:
    rows = "".join(f'<row r="{row}">{SHARED * 40}</row>' for row in range(1, 17))
    with pytest.raises(InvalidValue) as refused:
        read(with_shared("a" * 32_767, cells(rows)))
    assert refused.value.code == "file.too_much_text"


@pytest.mark.audit
def test_what_a_file_may_hold_is_counted_over_all_its_sheets() -> None:
    workbook = Workbook()
    for number in range(30):
        page = workbook.create_sheet(f"S{number}")
        for _ in range(100):
            page.append(["a" * 32_000])
    content = io.BytesIO()
    workbook.save(content)
    sheets = FileTableReader().sheets(content.getvalue())
    assert sum(len(cell) for sheet in sheets for row in sheet.rows for cell in row) <= LONG.text
    assert {sheet.error.code for sheet in sheets if sheet.error} == {"file.too_much_text"}


def test_parts_that_nobody_reads_refuse_no_file_and_a_part_may_be_missing() -> None:
    source, content = zipfile.ZipFile(io.BytesIO(excel(["kode"]))), io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in source.infolist():
            if part.filename == "xl/styles.xml":
                continue
            packed.writestr(part.filename, source.read(part))
        packed.writestr("xl/media/logo.svg", DOCTYPE + "<svg/>")
        packed.writestr("customXml/item1.xml", '<?xml version="1.0" encoding="us-ascii"?><x/>')
    assert read(content.getvalue()) == [["kode"]]


def test_empty_cells_may_lie_as_far_away_as_a_sheet_is_large_whatever_its_announced_size() -> None:
    far = f'<row r="1">{a_cell("A1", "kode")}<c r="XFD1" s="0"/></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    text = cells(far).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    assert read(with_sheet(text)) == [["kode"]]


def test_a_hidden_sheet_is_not_read_however_long_its_cells_are() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["kode"])
    workbook.create_sheet("Rahasia").sheet_state = "hidden"
    content, changed = io.BytesIO(), io.BytesIO()
    workbook.save(content)
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in source.infolist():
            long = cells(f'<row r="1">{a_cell("A1", "a" * 40_000)}</row>').encode()
            packed.writestr(part.filename, long if "sheet2" in part.filename else source.read(part))
    assert [one.error for one in FileTableReader().sheets(changed.getvalue())] == [None]


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


def test_all_shown_sheets_are_read_and_a_formula_is_marked() -> None:
    order, other, counted = FileTableReader().sheets(_workbook())
    assert (order.name, other.name, counted.name) == ("Order", "Lain", "Hitung")
    assert counted.error is None
    assert counted.rows[16] == ["", "", f"{FORMULA}=SUM(A1:A2)"]


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


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_separator_and_the_encoding_are_found_whatever_stands_above(separator: str, encoding: str) -> None:
    lines = [
        ["Rekap: November"],
        [],
        ["No SC", "STO", "Catatan"],
        ["SC100001", "SDA", "pagar é"],
        ["SC2", "SDA", "a; b, c"],
    ]
    text = "".join(separator.join(f'"{cell}"' if cell != "STO" else cell for cell in line) + "\r\n" for line in lines)
    assert read(text.encode(encoding)) == lines


@pytest.mark.parametrize("line", ["sep=;", "SEP=|", '"sep=,"', "sep=\t"])
def test_a_line_that_names_the_separator_is_obeyed_and_is_no_row(line: str) -> None:
    separator = line.strip('"')[-1]
    quoted = f"{line}\n" + separator.join(['"a;b"', '"c,d|"']) + "\n"
    assert read(quoted.encode()) == [[], ["a;b", "c,d|"]]


def test_a_formula_that_is_only_a_text_is_that_text() -> None:
    assert read(b'no;sn\n="SC44001003";="a""b"\n')[1] == ["SC44001003", 'a"b']
    assert read(b'no,sn\n"=""0812""",x\n')[1] == ["0812", "x"]
    assert read(excel(["no"], ['="SC44001003"'], ["=A1&A2"]))[1:] == [["SC44001003"], [f"{FORMULA}=A1&A2"]]
