"""The device ledger on the console: one box, the whole history, what is odd, and who may see it."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.change_status import change_status
from tests.integration.browser import NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import log_in


def _moved(site: Site, order_id: int, *codes: str) -> None:
    def move(uow: UnitOfWork) -> None:
        for code in codes:
            site.clock.later(timedelta(minutes=20))
            change_status(
                uow, order_id, code, site.people["bagus"], site.clock.now(), reason="keliru", zone="Asia/Jakarta"
            )

    site.store.write(move)


def test_a_modem_is_found_in_either_notation_with_where_it_is_and_what_held_its_orders_up(page_site: Site) -> None:
    order = page_site.order("SC100001")
    _moved(page_site, order.id, "odp_penuh", "selesai")
    page_site.order("SC100002")
    helpdesk = page_site.logged_in("rina")
    for text in ("ZTEGC6754546", "5A544547C6754546"):
        page = helpdesk.get(f"/devices?q={text}").text
        assert "Terpasang sekarang" in page
        assert f'href="/orders/{order.id}"' in page
        assert "SC100002" in page
        assert "20 mnt" in page


def test_an_odp_shows_its_modems_and_an_exchange_its_odps(page_site: Site) -> None:
    order = page_site.order("SC100001")
    _moved(page_site, order.id, "selesai")
    leader = page_site.logged_in("bagus")
    assert "Modem terpasang sekarang: 1" in leader.get("/devices?q=ODP-SDA-003").text
    assert 'href="/devices?q=ODP-SDA-003"' in leader.get("/devices?q=sda").text


def test_a_slip_of_the_pen_is_offered_mended(page_site: Site) -> None:
    page = page_site.logged_in("rina").get("/devices?q=ZTEGC67S4546").text
    assert "bukan SN, ODP, STO" in page
    assert 'href="/devices?q=ZTEGC6754546"' in page


@pytest.mark.parametrize(("username", "look", "lists"), [("rina", 200, 403), ("sari", 200, 200), ("admin", 200, 200)])
def test_one_device_is_for_who_sees_orders_and_the_lists_for_who_sees_reports(
    page_site: Site, username: str, look: int, lists: int
) -> None:
    visitor = page_site.logged_in(username)
    assert visitor.get("/devices").status_code == look
    assert visitor.get("/devices/anomalies").status_code == lists
    assert ("/devices/anomalies" in visitor.get("/devices").text) == (lists == 200)


def test_each_list_counts_and_shows_its_orders_and_pages_by_key(page_site: Site) -> None:
    for place in range(25):
        for side in range(2):
            page_site.order(f"SC1{place:03}{side}0", serial=f"ZTEGC67500{place:02X}", odp=f"ODP-SDA-{place:03}")
    _moved(page_site, 1, "odp_penuh", "ogp", "odp_loss", "ogp", "odp_penuh", "selesai")
    _moved(page_site, 1, "ogp", "selesai", "ogp")
    supervisor = page_site.logged_in("sari")
    first = supervisor.get("/devices/anomalies").text
    assert '<span class="count">25</span>' in first
    assert "ZTEGC6750013" in first
    assert "ZTEGC6750014" not in first
    later = supervisor.get("/devices/anomalies?kind=serial&after=ZTEGC6750013").text
    assert "ZTEGC6750014" in later
    assert "ODP-SDA-000" in supervisor.get("/devices/anomalies?kind=odp").text
    assert "SC1000" in supervisor.get("/devices/anomalies?kind=reopened").text
    page_site.clock.later(timedelta(days=1))
    assert "SC1001" in supervisor.get("/devices/anomalies?kind=untouched").text


def test_a_history_and_a_list_are_files_for_who_sees_reports(page_site: Site) -> None:
    first = page_site.order("SC100001")
    page_site.order("SC100002", odp="ODP-SDA-004")
    _moved(page_site, first.id, "odp_penuh", "selesai")
    supervisor = page_site.logged_in("sari")
    csv = supervisor.get("/devices/files/history.csv?q=5A544547C6754546")
    assert csv.headers["content-disposition"] == 'attachment; filename="SIKPRO-ZTEGC6754546.csv"'
    header, *rows = csv.content.decode("utf-8-sig").splitlines()
    assert header.endswith(";Kendala")
    assert [row.count("SC10000") for row in rows] == [1, 1]
    assert any(row.endswith("ODP penuh 20 mnt") for row in rows)
    workbook = load_workbook(io.BytesIO(supervisor.get("/devices/files/serial.xlsx").content))
    cells = [[cell.value for cell in row] for row in workbook.worksheets[0].iter_rows()]
    assert cells[0][:2] == ["Anomali pada", "Berapa kali"]
    assert [row[:2] for row in cells[1:]] == [["ZTEGC6754546", 2]] * 2
    assert page_site.logged_in("rina").get("/devices/files/serial.csv").status_code == 403
    assert [supervisor.get(f"/devices/files/{name}").status_code for name in ("x.csv", "serial.pdf")] == [404, 404]
    assert supervisor.get("/devices/files/history.csv?q=?").status_code == 422


@pytest.mark.browser
def test_from_an_anomaly_to_its_modem_to_the_order(page_site: Site, new_page: NewPage) -> None:
    first, _ = page_site.order("SC100001"), page_site.order("SC100002")
    page = new_page(base_url=page_site.url)
    log_in(page, "sari", at="/devices/anomalies")
    page.get_by_role("link", name="ZTEGC6754546").click()
    expect(page.locator("#content").get_by_role("heading", level=2).first).to_contain_text("ZTEGC6754546")
    page.get_by_role("link", name="SC100001").click()
    page.wait_for_url(f"**/orders/{first.id}")
