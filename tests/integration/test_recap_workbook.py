"""A recap's Excel file: names that never change, sheets that say what the recap says, and no end at a full sheet."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.application.i18n import words_in
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.facts import Dimension
from sikpro.application.ports.targets import Target
from sikpro.application.reports.counting import COMPLY as COMPLY_SPLITS
from sikpro.application.reports.counting import SPLITS
from sikpro.application.reports.explain import explained, sentences
from sikpro.application.reports.export_file import ExportFile
from sikpro.application.reports.figures import FIGURES
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.reports.sheets import SPLIT_SHEETS
from sikpro.domain.people import Person, Role
from sikpro.domain.phase import Phase
from sikpro.entrypoints.fonts import FONTS
from tests.unit.chat import WHOLE, ZONE, Phone, World

SARI = Person(id=1, name="Sari", username="sari", role=Role.SUPERVISOR)
PHASES = ["Menunggu", "Diproses", "Kendala", "Selesai", "Batal"]
SPLIT = ["Kode", "Nama", "Masuk", *PHASES, "Selesai periode ini"]
COMPLY = [*SPLIT, "Jatuh tempo", "Jatuh tempo, tepat waktu", "TTI comply"]
LAYOUT = {
    "Ringkasan": ("tblRingkasan", ["Angka", "Periode ini", "Periode sebelumnya", "Selisih", "Kode"]),
    "Order": (
        "tblOrder",
        [
            *("Diterima", "Tipe order", "No. registrasi (SC)", "SN modem", "STO", "Site Operation", "ODP"),
            *("Kode teknisi", "Nama teknisi", "Kanal", "Status", "Fase", "Kelompok kendala", "Helpdesk"),
            *("Tindakan pertama", "Selesai/batal", "Lama di helpdesk", "Lama di teknisi", "Lama di pelanggan"),
            *("Lama di sistem", "Kirim ulang", "Feedback terakhir", "Catatan", "Port ODP", "Lokasi (lintang,bujur)"),
            *("Giliran", "Giliran sejak"),
            *("Masuk dalam periode", "Selesai dalam periode", "Batal dalam periode", "Jatuh tempo dalam periode"),
            *("Comply", "TTI (jam)", "Umur"),
        ],
    ),
    "Jenis": ("tblJenis", COMPLY),
    "STO": ("tblSto", COMPLY),
    "Site Operation": ("tblSiteOperation", COMPLY),
    "Teknisi": ("tblTeknisi", COMPLY),
    "Helpdesk": ("tblHelpdesk", SPLIT),
    "Kanal": ("tblKanal", SPLIT),
    "Jam": ("tblJam", SPLIT),
    "Hari": ("tblHari", SPLIT),
    "Kendala": ("tblKendala", ["Kode", "Kendala", "Kelompok", "Order", "Porsi", "Kumulatif"]),
    "Kelompok Kendala": ("tblKelompokKendala", ["Kelompok", "Order", "Porsi"]),
    "Umur": ("tblUmur", ["Kode", "Umur", "Order"]),
    "Waktu": ("tblWaktu", ["Kode", "Waktu", "Order", "Median", "Persentil 90"]),
    "Target": (
        "tblTarget",
        ["STO", "Target", "Selesai", "Kurang", "Sisa hari kerja", "Perlu per hari", "Perkiraan akhir bulan"],
    ),
    "Definisi": ("tblDefinisi", ["Kode", "Angka", "Definisi"]),
    "Penjelasan": ("tblPenjelasan", ["No", "Penjelasan"]),
    "Catatan Hari": ("tblCatatanHari", ["Hari", "Catatan", "STO", "Site Operation", "Oleh"]),
}
"""What pivots and queries are built on: changing any of it breaks somebody's file of last month."""


@pytest.fixture(scope="module")
def world() -> World:
    """Four orders of three exchanges: one held up, one done."""
    world = World()
    phone = Phone(world, 1)
    for number, sto in (("SC32232551", "SDA"), ("SC32232552", "SDA"), ("SC32232553", "TUN"), ("SC32232554", "SPJ")):
        phone.says("/reg " + WHOLE.replace("SC32232558", number).replace("SDA#ODP-SDA", f"{sto}#ODP-{sto}"))
        world.clock.later(hours=5)
    world.takes(number="SC32232551")
    world.sets("odp_penuh", number="SC32232551")
    world.takes(number="SC32232552")
    world.sets("selesai", number="SC32232552")
    return world


def book_of(
    world: World, path: Path, period: str = "2026-11", language: str = "id", most_rows: int = 1_048_576
) -> Workbook:
    file = ExportFile(
        query=RecapQuery.parse(period), kind="xlsx", by=SARI, words=words_in(language, ZONE), now=world.clock.now()
    )
    world.transactions.read(
        lambda uow: file.write(uow, ExcelWorkbookWriter(most_rows), ResvgPictures(FONTS), path / file.name)
    )
    return load_workbook(path / file.name)


def table(book: Workbook, sheet: str) -> list[tuple[Any, ...]]:
    """The rows of a sheet's table, without its header."""
    (found,) = book[sheet].tables.values()
    rows = book[sheet][found.ref]
    return [tuple(cell.value for cell in row) for row in rows[1:]]


def layout(book: Workbook) -> Iterator[tuple[str, tuple[str, list[Any]]]]:
    for sheet in book:
        (found,) = sheet.tables.values()
        yield sheet.title, (found.name, [cell.value for cell in sheet[found.ref][0]])


@pytest.mark.parametrize(
    ("period", "language"),
    [("2026-11", "id"), ("2026-11-02", "en"), ("2026-03", "en"), ("2026-10-30_2026-11-03", "id")],
)
def test_sheets_tables_headings_and_their_order_are_always_the_same(
    world: World, tmp_path: Path, period: str, language: str
) -> None:
    book = book_of(world, tmp_path, period, language)
    assert list(layout(book)) == list(LAYOUT.items())
    assert {name: one.attr_text for name, one in book.defined_names.items()} == {
        "Periode": "'Ringkasan'!$B$2",
        "Dibuat": "'Ringkasan'!$B$3",
        "Saringan": "'Ringkasan'!$B$4",
    }
    assert book["Ringkasan"]["B2"].value == period
    assert len(book["Ringkasan"]._charts) == 3


def test_every_split_of_the_recap_has_its_sheet() -> None:
    assert set(SPLIT_SHEETS) == {*SPLITS, Dimension.DAY}


def test_the_sheets_say_what_the_recap_says(world: World, tmp_path: Path) -> None:
    query = RecapQuery.parse("2026-11")
    figures = world.transactions.read(lambda uow: recap(uow, query, SARI, world.clock.now(), ZONE))
    book = book_of(world, tmp_path)
    assert figures.total == 4
    for dimension, (name, _) in SPLIT_SHEETS.items():
        split = figures.table(dimension)
        assert split
        shown = {
            row[0] if dimension is Dimension.HOUR else str(row[0] or "")[:10]: row[2:] for row in table(book, name)
        }
        for row in split.rows:
            key = int(row.value) if dimension is Dimension.HOUR else row.value
            due = () if row.due is None else (row.due.all, row.due.within, row.due.share)
            assert shown[key] == (row.total, *(row.by_phase[phase] for phase in Phase), row.completed, *due), name
        assert sum(cells[0] for cells in shown.values()) == figures.total
        last = [cell.value for cell in list(book[name].iter_rows())[-1]]
        every = ["Jumlah", None, 4, *(figures.received[phase] for phase in Phase), figures.completed]
        assert last == ([*every, 0, 0, None] if dimension in COMPLY_SPLITS else every)
    assert [row[:4] for row in table(book, "Kendala")] == [("odp_penuh", "ODP penuh", "kendala teknik", 1)]
    assert [row[0] for row in table(book, "Ringkasan")] == [one.name(words_in("id", ZONE)) for one in FIGURES]
    assert sum(row[2] for row in table(book, "Umur")) == figures.open_now


def test_every_total_below_a_table_is_the_sum_of_its_column(world: World, tmp_path: Path) -> None:
    for sto, days in (("SDA", 25), ("TUN", 20)):
        one = Target(month="2026-11", sto=sto, target=40, working_days=days)
        world.transactions.write(lambda uow, one=one: uow.targets.put(one))  # type: ignore[misc]  # bound now
    book = book_of(world, tmp_path)
    with_totals = 0
    for sheet in book:
        (found,) = sheet.tables.values()
        last = sheet.max_row
        if sheet.cell(last, 1).value != "Jumlah":
            continue
        with_totals += 1
        header, *rows = ([cell.value for cell in row] for row in sheet[found.ref])
        for place, heading in enumerate(header, 1):
            total, cells = sheet.cell(last, place).value, [row[place - 1] for row in rows]
            if place == 1 or total is None or heading == "TTI comply":  # a share has its own definition
                continue
            assert total == pytest.approx(sum(cell or 0 for cell in cells)), (sheet.title, heading)
    assert with_totals == len(SPLIT_SHEETS) + 4


def test_columns_that_are_not_printed_are_folded_and_the_rest_fits_a_landscape_page(
    world: World, tmp_path: Path
) -> None:
    sheet = book_of(world, tmp_path)["Order"]
    shown = [cell.value for cell in sheet[1] if not sheet.column_dimensions[cell.column_letter].hidden]
    assert shown == [
        *("Diterima", "Tipe order", "No. registrasi (SC)", "SN modem", "STO", "ODP", "Kode teknisi", "Status"),
        *("Helpdesk", "Selesai/batal", "Catatan", "Comply", "TTI (jam)"),
    ]
    folded = [cell for cell in sheet[1] if cell.value not in shown]
    assert {sheet.column_dimensions[cell.column_letter].outlineLevel for cell in folded} == {1}
    assert sheet.page_setup.orientation == "landscape"


def test_the_sentences_and_the_notes_of_the_days_are_sheets_of_their_own(world: World, tmp_path: Path) -> None:
    note = DayNote(day=date(2026, 11, 2), text="=pemadaman feeder", sto="SDA", by=1, at=world.clock.now())
    world.transactions.write(lambda uow: uow.day_notes.add(note))
    book = book_of(world, tmp_path)
    said = [row[1] for row in table(book, "Penjelasan")]
    query = RecapQuery.parse("2026-11")
    shown = world.transactions.read(
        lambda uow: explained(uow, recap(uow, query, SARI, world.clock.now(), ZONE), SARI, world.clock.now(), ZONE)
    )
    assert said == sentences(shown, words_in("id", ZONE))
    assert said
    (row,) = table(book, "Catatan Hari")
    assert (row[0].date(), row[1:3]) == (date(2026, 11, 2), ("=pemadaman feeder", "SDA"))
    assert "Catatan Hari" in book_of(world, tmp_path, "2026-01").sheetnames


def test_a_running_month_says_what_it_is_compared_with(world: World, tmp_path: Path) -> None:
    assert "masih berjalan" in book_of(world, tmp_path)["Ringkasan"]["B5"].value


def test_a_port_is_a_number_and_a_serial_of_digits_stays_text(tmp_path: Path) -> None:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE + "\nport 5")
    sheet = book_of(world, tmp_path)["Order"]
    cells = {sheet.cell(1, column).value: sheet.cell(2, column) for column in range(1, sheet.max_column + 1)}
    assert (cells["Port ODP"].value, cells["Port ODP"].data_type) == (5, "n")
    assert cells["SN modem"].data_type == "s"


def test_a_period_without_orders_has_a_file_without_notes(world: World, tmp_path: Path) -> None:
    book = book_of(world, tmp_path, "2026-01")
    assert [row[2] for row in table(book, "Order")] == [f"SC3223255{number}" for number in (1, 3, 4)]  # open now
    said = {row[0]: row[1] for row in book["Ringkasan"].iter_rows(max_row=8, max_col=2, values_only=True)}
    assert said["Catatan"] is None
    assert "Order 2" not in book.sheetnames


def test_hours_and_days_without_orders_are_there_too(world: World, tmp_path: Path) -> None:
    book = book_of(world, tmp_path)
    assert [row[0] for row in table(book, "Jam")] == list(range(24))
    days = [row[0].date() for row in table(book, "Hari")]
    assert days == [date(2026, 11, 1) + timedelta(days=number) for number in range(30)]
    (day,) = table(book_of(world, tmp_path, "2026-11-02"), "Hari")
    assert (day[0].date(), day[2]) == (date(2026, 11, 2), 3)


def test_orders_have_real_times_and_durations_of_the_installations_zone(world: World, tmp_path: Path) -> None:
    sheet = book_of(world, tmp_path)["Order"]
    cells = {sheet.cell(1, column).value: sheet.cell(2, column) for column in range(1, sheet.max_column + 1)}
    assert cells["Diterima"].value == datetime(2026, 11, 2, 9)  # noqa: DTZ001  # Excel's times have no zone
    assert isinstance(cells["Lama di helpdesk"].value, timedelta)
    assert cells["Lama di helpdesk"].number_format == "[h]:mm"
    assert (cells["No. registrasi (SC)"].value, cells["Selesai/batal"].value) == ("SC32232551", None)
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")


def test_orders_beyond_a_full_sheet_go_on_in_the_next_and_the_summary_says_so(world: World, tmp_path: Path) -> None:
    book = book_of(world, tmp_path, most_rows=50)
    assert "Order 2" not in book.sheetnames
    many = World()
    phone = Phone(many, 1)
    for number in range(100):
        phone.says("/reg " + WHOLE.replace("SC32232558", f"SC{32230000 + number}"))
    book = book_of(many, tmp_path, most_rows=50)
    assert book.sheetnames[1:5] == ["Order", "Order 2", "Order 3", "Jenis"]
    parts = [table(book, name) for name in ("Order", "Order 2", "Order 3")]
    assert [len(rows) for rows in parts] == [49, 49, 2]
    assert [row[2] for rows in parts for row in rows] == [f"SC{32230000 + number}" for number in range(100)]
    assert [list(book[name].tables) for name in ("Order 2", "Order 3")] == [["tblOrder2"], ["tblOrder3"]]
    assert "Order 3" in book["Ringkasan"]["B5"].value
