"""The recap's page beyond its figures: months that are closed, free periods, filters, the text, and targets."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from tests.integration.web.console import Site

NOVEMBER = datetime(2026, 11, 20, 3, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 3, tzinfo=UTC)


@pytest.fixture
def month(page_site: Site) -> Site:
    """Two orders of November, of which one is completed; it is December."""
    page_site.clock.at = NOVEMBER
    first, _ = page_site.order("SC810001"), page_site.order("SC810002", sto="SPJ", odp="ODP-SPJ-001")
    rina = page_site.logged_in("rina")
    rina.get("/orders")
    rina.post(f"/orders/{first.id}/status", {"status": "selesai", "version": "1"})
    page_site.clock.at = DECEMBER
    return page_site


def test_a_month_is_closed_on_its_page_and_later_changes_are_told(month: Site) -> None:
    sari = month.logged_in("sari")
    page = sari.get("/recap/month/2026-11").text
    assert "Tutup bulan" in page
    assert "Bulan yang ditutup hanya dapat dibuka lagi oleh supervisor, dengan alasan." in page
    assert "4 Desember 2026" in page
    closed = sari.post("/recap/month/2026-11/close")
    assert closed.headers["location"] == "/recap/month/2026-11"
    page = sari.get("/recap/month/2026-11").text
    assert "Ditutup oleh" in page
    assert "Tidak ada angka yang berubah" in page
    assert "Tetapkan angka" not in page
    again = sari.post("/recap/month/2026-11/close")
    assert again.status_code == 422
    assert "sudah ditutup" in again.text

    month.clock.later(timedelta(hours=1))
    bagus = month.logged_in("bagus")
    bagus.post("/orders/2/delete", {"reason": "salah"})
    page = sari.get("/recap/month/2026-11").text
    assert "Perubahan sesudah ditutup" in page
    changes = page.partition("Perubahan sesudah ditutup")[2].partition("</table>")[0]
    row = next(row for row in re.findall(r"<tr>.*?</tr>", changes, re.DOTALL) if ">Masuk<" in row)
    assert [int(text) for text in re.findall(r">(\d+)<", row)] == [2, 1]
    href = unescape(re.search(r'href="([^"]+)"', row)[1])  # type: ignore[index]  # it has one
    assert sari.get(href).text.count('<tr id="order-') == 1
    assert '<span class="stat-value">2</span><span class="stat-label">Masuk<' in page
    assert "menurut keadaan sekarang" in sari.get("/recap/month/2026-11?sto=SDA").text
    assert '<span class="stat-value">2</span><span class="stat-label">Masuk<' not in (
        sari.get("/recap/free/2026-11-01_2026-11-30").text
    )


def test_a_month_is_closed_by_who_may_and_once_it_is_over(month: Site) -> None:
    assert month.logged_in("bagus").post("/recap/month/2026-11/close").status_code == 403
    assert "Tetapkan angka" not in month.logged_in("bagus").get("/recap/month/2026-11").text
    sari = month.logged_in("sari")
    assert "Tetapkan angka" not in sari.get("/recap/month/2026-12").text
    early = sari.post("/recap/month/2026-12/close")
    assert early.status_code == 422
    assert "belum berakhir" in early.text


def test_a_free_period_and_filters_are_picked_and_kept_while_leafing(month: Site) -> None:
    bagus = month.logged_in("bagus")
    picked = bagus.get("/recap?from=2026-11-10&until=2026-11-20&sto=SPJ")
    assert picked.headers["location"] == "/recap/free/2026-11-10_2026-11-20?sto=SPJ"
    page = bagus.get("/recap/free/2026-11-10_2026-11-20?sto=SPJ").text
    assert "Rekap 10 November 2026 – 20 November 2026" in page
    assert "Disaring: STO SPJ · Sepanjang" in page
    assert 'href="/recap/free/2026-10-30_2026-11-09?sto=SPJ" rel="prev"' in page
    assert "view=all&amp;received=2026-11-10_2026-11-20" in page
    assert bagus.get("/recap?period=2026-11&type=AO").headers["location"] == "/recap/month/2026-11?type=AO"
    backwards = bagus.get("/recap?from=2026-11-10&until=2026-11-01")
    assert backwards.headers["location"] == "/recap/free/2026-11-01_2026-11-10"
    assert "366 hari" in bagus.get("/recap?from=2025-01-01&until=2026-11-01").text
    for wrong in ("/recap/free/2026-11-10", "/recap/day/2026-11", "/recap/month/2026-11?helpdesk=x"):
        assert bagus.get(wrong).status_code == 404


def test_the_text_to_paste_is_on_the_page_and_each_figure_is_explained(month: Site) -> None:
    page = month.logged_in("bagus").get("/recap/month/2026-11").text
    text = unescape(re.search(r"<textarea readonly[^>]*>\n(.*?)</textarea>", page, re.DOTALL)[1])  # type: ignore[index]  # it has one
    assert text.startswith("Rekap November 2026\n")
    assert "Masuk: 2" in text
    copied = unescape(re.search(r'data-copy="(Rekap[^"]+)"', page)[1])  # type: ignore[index]  # it has one
    assert copied == text
    for words in ("peringkat terdekat", "paling lama 72 jam sejak masuk", "Order yang dihapus tidak dihitung"):
        assert words in page


def test_targets_are_typed_by_month_and_wrong_ones_are_told_where_they_are(month: Site) -> None:
    sari = month.logged_in("sari")
    assert "Target Desember 2026" in sari.get("/targets").text
    form = {
        "month": "2026-11",
        "SDA.target": "40",
        "SDA.working_days": "25",
        "SPJ.target": "banyak",
        "SPJ.working_days": "",
    }
    wrong = sari.post("/targets", form)
    assert wrong.status_code == 422
    assert 'value="banyak"' in wrong.text
    assert "Target berupa bilangan bulat" in wrong.text
    assert month.store.read(lambda uow: uow.targets.all()) == ()
    assert sari.post("/targets", form | {"month": "zzz"}).status_code == 400
    kept = sari.post("/targets", form | {"SPJ.target": "", "SPJ.working_days": "25"})
    assert kept.headers["location"] == "/targets?month=2026-11"
    assert 'name="SDA.target" value="40"' in sari.get("/targets?month=2026-11").text
    assert "Terhadap target" in sari.get("/recap/month/2026-11").text
    assert month.logged_in("bagus").get("/targets").status_code == 403
    assert month.logged_in("bagus").get("/lists/targets.csv").status_code == 403
    assert sari.get("/lists/targets.csv").status_code == 200
    assert sari.get("/lists/people.csv").status_code == 403
