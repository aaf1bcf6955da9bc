"""A recap's file through LibreOffice: opened without repair and saved again, everything in it is still alive."""

import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.integration.needs import need
from tests.integration.test_recap_workbook import book_of, table
from tests.unit.chat import WHOLE, Phone, World

pytestmark = pytest.mark.audit

FORMULA = '=HYPERLINK("http://x")'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recap of fifteen orders, one's note like a formula, and what LibreOffice makes of it."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    need(office, "LibreOffice opens the Excel files: apt install libreoffice-calc")
    assert office
    folder = tmp_path_factory.mktemp("office")
    world = World()
    phone = Phone(world, 1)
    for number in range(15):
        phone.says(
            "/reg " + WHOLE.replace("SC32232558", f"SC{32230000 + number}") + ("#" + FORMULA if number == 3 else "")
        )
        world.clock.later(minutes=40)
    world.takes(number="SC32230004")
    world.sets("odp_penuh", number="SC32230004")
    book_of(world, folder)
    (folder / "SIKPRO-rekap-2026-11.xlsx").rename(folder / "rekap.xlsx")
    for kind in ("xlsx", "ods", "pdf"):
        subprocess.run(
            [
                *(office, "--headless", f"-env:UserInstallation=file://{folder / 'profile'}"),
                *("--convert-to", kind, "--outdir", str(folder / kind), str(folder / "rekap.xlsx")),
            ],
            check=True,
            capture_output=True,
            timeout=240,
        )
    return folder


@pytest.fixture(scope="module")
def before(folder: Path) -> Workbook:
    """The file as it was written."""
    return load_workbook(folder / "rekap.xlsx")


@pytest.fixture(scope="module")
def after(folder: Path) -> Workbook:
    """The file as LibreOffice saved it."""
    return load_workbook(folder / "xlsx" / "rekap.xlsx")


def test_every_sheet_keeps_its_cells_and_text_stays_text(before: Workbook, after: Workbook) -> None:
    assert after.sheetnames == before.sheetnames
    for name in before.sheetnames:
        assert _cells(after[name]) == _cells(before[name]), name
    headings = [cell.value for cell in next(after["Order"].iter_rows(max_row=1))]
    notes = [row[headings.index("Catatan")] for row in after["Order"].iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in notes if cell.value] == [(FORMULA, "s")]
    numbers = [row[2] for row in after["Order"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in numbers} == {"s"}


def test_tables_charts_names_and_the_repeated_header_are_alive(before: Workbook, after: Workbook) -> None:
    for name in before.sheetnames:
        (written,) = before[name].tables.values()
        (kept,) = after[name].tables.values()
        assert (kept.displayName, kept.ref) == (written.displayName, written.ref)
        assert table(after, name) or name == "Target"
        assert after[name].print_title_rows == before[name].print_title_rows
    assert len(after["Ringkasan"]._charts) == len(before["Ringkasan"]._charts) == 3
    assert set(before.defined_names) <= set(after.defined_names)
    for chart in after["Ringkasan"]._charts:
        assert all(series.val.numRef.numCache.pt for series in chart.series), "a chart without values"


def test_a_pivot_of_the_orders_gives_the_figures_of_the_summary(after: Workbook) -> None:
    header, *orders = [list(row) for row in after["Order"].iter_rows(values_only=True)]
    summary = {row[4]: row[1] for row in after["Ringkasan"].iter_rows(min_row=8, max_col=5, values_only=True)}

    def sum_of(heading: str, phase: str = "") -> int:
        place, of = header.index(heading), header.index("Fase")
        return sum(row[place] or 0 for row in orders if row[place] and phase in {"", row[of]})

    assert sum_of("Masuk dalam periode") == summary["received"] == 15
    assert sum_of("Masuk dalam periode", "Kendala") == summary["received.held_up"] == 1
    assert sum_of("Selesai dalam periode") == summary["completed"]
    assert sum_of("Batal dalam periode") == summary["cancelled"]
    assert sum_of("Comply") == summary["due_within"]
    ages = header.index("Umur")
    assert sum(row[ages] is not None for row in orders) == summary["open_now"]


def test_other_formats_come_out_whole(folder: Path) -> None:
    with zipfile.ZipFile(folder / "ods" / "rekap.ods") as ods:
        assert (
            len([name for name in ods.namelist() if name.startswith("Object ") and name.endswith("content.xml")]) == 3
        )
    assert (folder / "pdf" / "rekap.pdf").read_bytes().startswith(b"%PDF-")


def _cells(sheet: Any) -> list[list[Any]]:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    width = max(len(row) for row in rows)
    while width and all(len(row) < width or row[width - 1] is None for row in rows):
        width -= 1
    return [row[:width] for row in rows]
