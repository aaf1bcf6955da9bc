"""Files of recaps on the page: small ones at once, large ones followed, stopped and fetched, each person's own."""

import asyncio
import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from sikpro.adapters.excel.workbook import ExcelWorkbookWriter
from sikpro.adapters.local.threads import ThreadedTransactions
from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.adapters.web.recaps import recap_files
from sikpro.application.ports.exports import Export, ExportState
from sikpro.application.workers.exports import ExportRunner, ExportWriting, ThreadExports
from sikpro.domain.place import Place
from sikpro.entrypoints.fonts import FONTS
from sikpro.testing.builders import NOON
from tests.integration.web.console import Site

MONTH = "period=2026-11"


def make_all(site: Site) -> None:
    """Let the worker make what is queued."""

    async def work() -> None:
        threads = ThreadedTransactions.over(site.store)
        pictures = ResvgPictures(FONTS)
        writing = ExportWriting(
            workbooks=ExcelWorkbookWriter(), pictures=pictures, clock=site.clock, zone="Asia/Jakarta"
        )
        maker = ThreadExports(transactions=threads, writing=writing)
        runner = ExportRunner(transactions=threads, clock=site.clock, maker=maker, zone="Asia/Jakarta")
        try:
            while await runner.next():
                pass
        finally:
            threads.close()

    asyncio.run(work())


def exports_of(site: Site, username: str) -> tuple[Export, ...]:
    return site.store.read(lambda uow: uow.exports.of_person(site.people[username].id, 9))


def test_a_small_recap_comes_at_once_as_excel_and_as_csv_with_the_same_cells(page_site: Site) -> None:
    order = (
        page_site.order("SC100001", note="=1+1", port="5").join("", 7, 8, NOON, place=Place.at(-7.4478, 112.7183)).order
    )
    page_site.store.write(lambda uow: uow.orders.save(order, None))
    page_site.order("SC100002", odp="ODP-SDA-004")
    sari = page_site.logged_in("sari")

    excel = sari.get("/recap/month/2026-11.xlsx?sto=SDA")
    text = sari.get("/recap/month/2026-11.csv?sto=SDA")

    assert 'filename="SIKPRO-rekap-2026-11-SDA.xlsx"' in excel.headers["content-disposition"]
    assert 'filename="SIKPRO-rekap-2026-11-SDA.csv"' in text.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO(excel.content))["Order"]
    rows = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig")), delimiter=";"))
    assert [cell.value for cell in sheet[1]] == rows[0]
    assert [row[2] for row in rows[1:]] == ["SC100001", "SC100002"]
    assert rows[0][22:26] == ["Catatan", "Port ODP", "Lokasi (lintang,bujur)", "Giliran"]
    assert rows[1][22:26] == ["'=1+1", "5", "'-7.4478,112.7183", "Helpdesk"]
    assert [cell.value for cell in sheet[2]][22:26] == ["=1+1", 5, "-7.4478,112.7183", "Helpdesk"]


def test_a_large_recap_is_prepared_on_a_page_of_its_own_and_fetched_there(
    page_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_site.order("SC100001")
    monkeypatch.setattr(recap_files, "AT_ONCE", 0)
    sari = page_site.logged_in("sari")

    response = sari.get("/recap/month/2026-11.xlsx?sto=SDA")
    assert (response.status_code, response.headers["location"]) == (303, f"/exports?{MONTH}&sto=SDA")
    offer = sari.get(response.headers["location"]).text
    query = re.search(r'name="query" value="([^"]+)"', offer)
    assert query
    assert sari.post("/exports", {"query": query[1].replace("&amp;", "&"), "kind": "xlsx"}).status_code == 303
    assert "Antre" in sari.get("/exports").text
    make_all(page_site)

    page = sari.get("/exports").text
    assert "Siap" in page
    link = re.search(r'href="(/exports/\d+/file)"', page)
    assert link
    file = sari.get(link[1])
    assert file.headers["content-length"] == str(len(file.content))
    assert load_workbook(io.BytesIO(file.content))["Order"]["C2"].value == "SC100001"


def test_an_export_can_be_cancelled_and_asked_for_again(page_site: Site) -> None:
    sari = page_site.logged_in("sari")
    sari.get("/exports")
    sari.post("/exports", {"query": MONTH, "kind": "csv"})
    (first,) = exports_of(page_site, "sari")

    assert "Batalkan" in sari.get("/exports").text
    sari.post(f"/exports/{first.id}/cancel")
    page = sari.get("/exports").text
    assert "Dibatalkan" in page
    assert "Coba lagi" in page
    sari.post("/exports", {"query": first.query, "kind": first.kind})
    make_all(page_site)

    assert [one.state for one in exports_of(page_site, "sari")] == [ExportState.DONE, ExportState.CANCELLED]


def test_a_running_export_says_how_far_it_is_and_a_failed_one_why(page_site: Site) -> None:
    sari = page_site.logged_in("sari")
    sari.get("/exports")
    sari.post("/exports", {"query": MONTH, "kind": "xlsx"})
    at = page_site.clock.at
    export = page_site.store.write(lambda uow: uow.exports.claim(at, timedelta(minutes=1)))
    assert export
    page_site.store.write(lambda uow: uow.exports.progress(export, 1500, 20_000, at, timedelta(minutes=1)))
    page = sari.get("/exports").text
    assert '<progress class="export-progress" aria-label="Kemajuan" value="1500" max="20000">' in page
    assert "1.500 dari 20.000 order" in page
    page_site.store.write(lambda uow: uow.exports.fail(export, "disk", at))
    assert "Disk server penuh" in sari.get("/exports").text


def test_nobody_fetches_or_stops_what_is_anothers(page_site: Site) -> None:
    sari, bagus = page_site.logged_in("sari"), page_site.logged_in("bagus")
    sari.get("/exports")
    sari.post("/exports", {"query": MONTH, "kind": "csv"})
    (export,) = exports_of(page_site, "sari")
    bagus.get("/exports")

    assert bagus.post(f"/exports/{export.id}/cancel").status_code == 404
    make_all(page_site)
    assert bagus.get(f"/exports/{export.id}/file").status_code == 404
    assert sari.get(f"/exports/{export.id}/file").status_code == 200
    assert "Belum ada ekspor" in bagus.get("/exports").text


def test_a_file_that_is_no_more_or_never_was_is_not_found(page_site: Site) -> None:
    sari = page_site.logged_in("sari")
    sari.get("/exports")
    sari.post("/exports", {"query": MONTH, "kind": "csv"})
    (export,) = exports_of(page_site, "sari")
    for path in (f"/exports/{export.id}/file", "/exports/404/file", "/exports/0/file", f"/exports/{2**60}/file"):
        assert sari.get(path).status_code == 404


@pytest.mark.parametrize("form", [{"query": "period=kemarin", "kind": "csv"}, {"query": MONTH, "kind": "exe"}])
def test_what_is_no_question_or_no_format_is_refused(page_site: Site, form: dict[str, str]) -> None:
    sari = page_site.logged_in("sari")
    sari.get("/exports")
    assert 400 <= sari.post("/exports", form).status_code < 500
    assert exports_of(page_site, "sari") == ()
