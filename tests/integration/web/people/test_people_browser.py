"""People and catalogues in a browser: requests picked together, a list imported on a phone, a status edited."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sikpro.application.use_cases.people.grant_access import ask_access
from sikpro.testing.builders import an_access_request
from tests.integration.browser import PHONE, NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import log_in

pytestmark = pytest.mark.browser


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_two_requests_are_ticked_and_approved_together(page_site: Site, new_page: NewPage) -> None:
    for number, name in ((900, "Joni"), (901, "Wayan"), (902, "Nyoman")):
        request = an_access_request(number, name=name, technician_code=f"F5SDA{number}")
        page_site.store.write(lambda uow, one=request: ask_access(uow, one, page_site.clock.at, zone="Asia/Jakarta"))  # type: ignore[misc]  # bound now
    page = new_page(base_url=page_site.url, viewport=PHONE)
    log_in(page, "bagus", at="/access")
    for name in ("Joni", "Nyoman"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Setujui yang dipilih").click()
    expect(page.locator("#toasts")).to_contain_text("2 disetujui")
    expect(page.locator("article.request")).to_have_count(1)
    assert _fits(page)


def test_a_list_is_looked_at_and_imported_on_a_phone(page_site: Site, new_page: NewPage, tmp_path: Path) -> None:
    file = tmp_path / "stos.csv"
    file.write_text("kode;nama;site operation\nMRT;Mojokerto;SDA\nSPJ;Sepanjang Baru;\n?;;SDA\n", encoding="utf-8")
    page = new_page(base_url=page_site.url, viewport=PHONE, theme="dark")
    log_in(page, "admin", at="/catalogue/stos")
    page.get_by_role("link", name="Impor").click()
    page.get_by_label("File CSV atau Excel").set_input_files(file)
    page.get_by_role("button", name="Periksa file").click()
    expect(page.get_by_text("Kode STO harus 3 huruf")).to_be_visible()
    assert _fits(page)
    page.get_by_role("button", name="Simpan 2 baris").click()
    expect(page.locator("#toasts")).to_contain_text("1 baru, 1 berubah")
    expect(page.get_by_text("Sepanjang Baru")).to_be_visible()
    assert _fits(page)  # what was written, old and new
    page.goto("/catalogue/stos")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    assert download.value.suggested_filename == "SIKPRO-stos.xlsx"


def test_a_status_is_edited_without_javascript(page_site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=page_site.url, javascript=False)
    log_in(page, "admin", at="/catalogue/statuses")
    page.get_by_role("link", name="ODP penuh").click()
    page.get_by_label("Isi pesan (Indonesia)").fill("ODP penuh, pakai ODP sebelah.")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("odp_penuh disimpan")).to_be_visible()
    statuses = page_site.store.read(lambda uow: {row.code: row for row in uow.catalogue.statuses()})
    assert statuses["odp_penuh"].template.id == "ODP penuh, pakai ODP sebelah."
