"""What a browser adds to input, ledger, access, technicians and recaps: live, by keyboard, on a phone."""

import pytest
from playwright.sync_api import expect

from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.people.grant_access import ask_access
from sikpro.testing.builders import an_access_request, an_incoming
from tests.integration.browser import PHONE, NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import log_in

PATHS = ("/ledger", "/access", "/technicians", "/users", "/catalogue", "/recap/day/2026-11-02", "/recap/month/2026-11")
LONG = "Raden-Mas-Panji-Kusumowardhanakusumowardhana"


def _receive(site: Site, text: str, message_id: int) -> None:
    def work(uow: UnitOfWork) -> None:
        inbox_id = uow.inbox.receive(an_incoming(text, message_id, sent_at=site.clock.at), site.clock.at)
        assert inbox_id
        uow.inbox.finish(inbox_id, Outcome.REFUSAL, "message.not_understood")
        uow.announce(Hint(Kind.LEDGER, (inbox_id,)))

    site.store.write(work)


def _ask(site: Site, telegram_id: int, name: str, code: str) -> None:
    request = an_access_request(telegram_id, name=name, technician_code=code)
    site.store.write(lambda uow: ask_access(uow, request, site.clock.at, zone="Asia/Jakarta"))


def test_a_stranger_arrives_without_a_reload_and_what_is_being_typed_stays(page_site: Site, new_page: NewPage) -> None:
    _ask(page_site, 900, "Joni", "F5SDA777")
    page = new_page(base_url=page_site.url)
    log_in(page, "bagus", at="/access")
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    name = page.get_by_label("Nama", exact=True).first
    name.fill("Joni Iskandar")
    _ask(page_site, 901, "Wayan", "F5SDA888")
    expect(page.locator("article.request")).to_have_count(2)
    expect(name).to_have_value("Joni Iskandar")
    _ask(page_site, 900, "Joni", "F5SDA778")
    expect(page.get_by_text("Ada permintaan yang berubah")).to_be_visible()
    expect(name).to_have_value("Joni Iskandar")
    page.get_by_role("button", name="Setujui", exact=True).first.click()
    expect(page.locator("#toasts")).to_contain_text("Joni Iskandar disetujui")
    expect(page.locator("article.request")).to_have_count(1)


def test_the_ledgers_sums_are_live_and_its_rows_wait_for_a_click(page_site: Site, new_page: NewPage) -> None:
    _receive(page_site, "halo pertama " + "panjang " * 40, 1)
    page = new_page(base_url=page_site.url)
    log_in(page, "sari", at="/ledger")
    expect(page.locator("html")).to_have_attribute("data-live", "on")
    page.locator("summary", has_text="halo pertama").click()
    _receive(page_site, "halo kedua", 2)
    newer = page.get_by_role("link", name="1 kiriman baru")
    expect(newer).to_be_visible()
    expect(page.locator(".whole-sum").first).to_contain_text("2")
    expect(page.locator(".ledger details[open]")).to_be_visible()
    expect(page.get_by_text("halo kedua")).to_have_count(0)
    newer.click()
    expect(page.get_by_text("halo kedua")).to_be_visible()


def test_the_enter_key_saves_and_does_not_press_a_suggestion(page_site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=page_site.url, expect=(422,))
    log_in(page, "rina", at="/orders/new")
    page.get_by_label("Tempel pesan").fill("AO SC32232558 ZTEGC67S4546 SDA ODP-SDA-003 F5SDA445")
    page.get_by_role("button", name="Baca pesan").click()
    expect(page.get_by_role("button", name="Pakai ZTEGC6754546")).to_be_visible()
    page.locator("#f-odp").press("Enter")
    expect(page.get_by_text("Order BELUM disimpan")).to_be_visible()
    expect(page.get_by_label("SN modem")).to_have_value("ZTEGC67S4546")
    page.get_by_role("button", name="Pakai ZTEGC6754546").click()
    page.wait_for_url("**/orders/1")
    expect(page.locator("#toasts")).to_contain_text("SC32232558 disimpan")


def test_a_double_shows_itself_as_soon_as_its_number_is_typed(page_site: Site, new_page: NewPage) -> None:
    page_site.order()
    page = new_page(base_url=page_site.url)
    log_in(page, "rina", at="/orders/new")
    page.get_by_label("No. registrasi").fill("sc 3223 2558")
    page.get_by_label("Kode teknisi").fill("F5SDA446")
    expect(page.get_by_role("link", name="Buka order itu")).to_be_visible()
    page.get_by_label("No. registrasi").fill("SC32232559")
    page.get_by_label("Kode teknisi").focus()
    expect(page.get_by_text("Tidak terkirim: teknisi F5SDA446")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_nothing_scrolls_sideways(page_site: Site, new_page: NewPage, theme: str) -> None:
    for place in range(3):
        page_site.order(f"SC10000{place}", note="panjang" * 40)
        _receive(page_site, "AO#SC32232558#" + "ZTEGC6754546" * 20, place)
        _ask(page_site, 900 + place, LONG, f"F5SDA90{place}")
    for username, paths in (("admin", PATHS), ("bagus", ("/orders/new",))):
        page = new_page(base_url=page_site.url, viewport=PHONE, theme="dark" if theme == "dark" else "light")
        log_in(page, username)
        for path in paths:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path


def test_every_page_works_without_javascript(page_site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=page_site.url, javascript=False)
    log_in(page, "bagus", at="/orders/new")
    page.get_by_label("Tempel pesan").fill("AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445")
    page.get_by_role("button", name="Baca pesan").click()
    page.get_by_role("button", name="Simpan order").last.click()
    page.wait_for_url("**/orders/1")
    _ask(page_site, 900, "Joni", "F5SDA777")
    page.goto("/access")
    page.get_by_role("button", name="Tolak").click()
    expect(page.locator("#toasts")).to_contain_text("Joni ditolak")
    page.goto("/recap/month/2026-11")
    page.get_by_label("Bulan", exact=True).fill("2026-10")
    page.get_by_role("button", name="Tampilkan").click()
    page.wait_for_url("**/recap/month/2026-10")
