"""The thirteen rows of the website's table, each by a person in a browser: who may, and who may not."""

import re

import pytest
from playwright.sync_api import Page, expect

from sikpro.domain.phase import Phase
from tests.integration.browser import NewPage
from tests.integration.web.console import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.audit]


@pytest.fixture
def page(page_site: Site, new_page: NewPage) -> Page:
    page_site.order("SC100001")
    page_site.order("SC100002")
    return new_page(base_url=page_site.url, expect={403, 422})


def enter(page: Page, username: str, path: str) -> None:
    """Ask for a page, log in on the way, and be there."""
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto(path)
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.locator(".person")).to_be_visible()
    assert page.url.endswith(path)


def refused(page: Page, username: str, path: str) -> None:
    """Somebody who may not: a page of ours with a way back, and no link that leads there."""
    enter(page, username, path)
    expect(page.get_by_role("heading", name="Tidak diizinkan")).to_be_visible()
    expect(page.locator(f'.nav a[href="{path}"]')).to_have_count(0)
    page.get_by_role("link", name="Ke halaman utama").click()
    page.wait_for_url(re.compile("/(orders|dashboard)$"))


def saved(page: Page) -> None:
    expect(page.locator("#toasts")).to_contain_text("disimpan")


def test_login_says_what_is_wrong_and_leads_where_one_wanted_to_go(page: Page) -> None:
    page.goto("/orders?view=all")
    page.get_by_label("Nama pengguna").fill("rina")
    page.get_by_label("Kata sandi").fill("salah sekali")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("alert")).to_contain_text("salah")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("link", name="SC100001")).to_be_visible()
    assert page.url.endswith("/orders?view=all")


def test_dashboard_figures_open_their_orders(page: Page) -> None:
    enter(page, "bagus", "/dashboard")
    page.locator(".stat", has_text="Masuk hari ini").get_by_role("link").first.click()
    expect(page.locator("tr[data-order]")).to_have_count(2)


def test_order_requests_are_taken_by_the_helpdesk_and_only_read_by_the_supervisor(page: Page) -> None:
    enter(page, "sari", "/orders?view=waiting")
    expect(page.locator("tr[data-order]")).to_have_count(2)
    expect(page.get_by_role("button", name="Ambil")).to_have_count(0)
    enter(page, "rina", "/orders?view=waiting")
    page.locator("#order-1").get_by_role("link", name="SC100001").click()
    page.wait_for_url("**/orders/1*")
    page.get_by_role("button", name="Ambil order ini").click()
    expect(page.locator("#toasts")).to_contain_text("SC100001")


def test_search_finds_what_one_may_see(page: Page) -> None:
    enter(page, "sari", "/orders?view=waiting")
    page.get_by_role("searchbox").fill("00002")
    expect(page.locator("tr[data-order]")).to_have_count(1)
    expect(page.get_by_role("link", name="SC100002")).to_be_visible()


def test_an_order_is_entered_by_who_may(page: Page) -> None:
    refused(page, "sari", "/orders/new")
    enter(page, "bagus", "/orders/new")
    page.get_by_label("Tempel pesan teknisi").fill("AO#SC100003#ZTEGC6754546#SDA#ODP-SDA-003#F5SDA445")
    page.get_by_role("button", name="Baca pesan").click()
    page.get_by_role("button", name="Simpan order").click()
    expect(page.locator("#order h1")).to_contain_text("SC100003")


def test_progress_and_feedback_are_the_helpdesks(page_site: Site, page: Page) -> None:
    enter(page, "sari", "/orders/1")
    expect(page.get_by_role("button", name="Ambil order")).to_have_count(0)
    expect(page.locator("#answer-form")).to_have_count(0)
    enter(page, "rina", "/orders/1")
    page.locator("[name=status][value=odp_penuh]").check()
    page.get_by_label("Pesan untuk teknisi").fill("cari ODP lain")
    expect(page.locator("#preview")).to_contain_text("cari ODP lain")
    page.get_by_role("button", name="Simpan & kirim").click()
    expect(page.locator(".undo")).to_be_visible()
    order = page_site.store.read(lambda uow: uow.orders.get(1))
    assert (order.phase, order.last_feedback) == (Phase.HELD_UP, "cari ODP lain")
    messages = page_site.store.read(lambda uow: uow.outbox.of_order(1))
    assert "cari ODP lain" in messages[-1].message.text


def test_an_order_is_deleted_by_a_leader_and_restored_by_an_admin(page: Page) -> None:
    enter(page, "rina", "/orders/2")
    expect(page.locator(".order-side", has_text="Hapus order")).to_have_count(0)
    enter(page, "bagus", "/orders/2")
    page.locator(".order-side summary", has_text="Hapus order").click()
    page.locator("#delete-reason").fill("salah kirim")
    page.locator(".order-side").get_by_role("button", name="Hapus order").click()
    page.wait_for_url("**/orders")
    expect(page.get_by_role("link", name="SC100002")).to_have_count(0)
    enter(page, "admin", "/orders?view=deleted")
    page.get_by_role("link", name="SC100002").click()
    page.get_by_role("button", name="Pulihkan").click()
    expect(page.get_by_text("Order ini dihapus")).to_have_count(0)


def test_users_are_the_admins(page: Page) -> None:
    refused(page, "bagus", "/users")
    enter(page, "admin", "/users")
    page.get_by_label("Nama", exact=False).nth(1).wait_for()
    page.locator("form[action='/users'] [name='name']").fill("Wati")
    page.locator("form[action='/users'] [name='username']").fill("wati")
    page.locator("form[action='/users'] [name='role']").select_option("helpdesk")
    page.locator("form[action='/users'] button").last.click()
    expect(page.locator(".one-time")).to_contain_text("wati")


def test_technicians_are_the_team_leaders(page: Page) -> None:
    refused(page, "rina", "/technicians")
    enter(page, "bagus", "/technicians")
    expect(page.get_by_text("F5SDA446")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "typed", "seen"),
    [
        ("/catalogue/site-operations", {"code": "MJK", "name": "Mojokerto"}, "Mojokerto"),
        ("/catalogue/stos", {"code": "MRT", "name": "Mertex", "site_operation": "SDA"}, "Mertex"),
        (
            "/catalogue/statuses",
            {"label_id": "Tiang roboh", "label_en": "Pole down", "phase": "held_up", "turn": "technician"},
            "Tiang roboh",
        ),
    ],
    ids=["site operation", "sto", "status"],
)
def test_catalogues_are_the_admins(page: Page, path: str, typed: dict[str, str], seen: str) -> None:
    refused(page, "bagus", path)
    enter(page, "admin", path)
    page.get_by_role("link", name="Tambah").click()
    for name, value in typed.items():
        entry = page.locator(f".record-form [name='{name}']")
        if entry.evaluate("one => one.tagName") == "SELECT":
            entry.select_option(value)
        else:
            entry.fill(value)
    page.get_by_role("button", name="Simpan").click()
    saved(page)
    expect(page.get_by_text(seen).first).to_be_visible()


def test_the_daily_report_is_shown_and_downloaded(page: Page) -> None:
    enter(page, "sari", "/recap/month/2026-11")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rekap")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")
