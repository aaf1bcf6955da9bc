"""What only a browser shows: orders arriving by themselves, the policy kept, and a phone's width."""

import threading
import time

import httpx
import pytest
from playwright.sync_api import expect

from sikpro.adapters.web.site import live
from tests.integration.browser import PHONE, NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import connected, log_in, press

NARROW = (1024, 768)
"""A screen on which the list is a page of its own, with a button for each order."""


def test_an_order_arrives_and_leaves_without_a_reload(site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=site.url)
    log_in(page)
    connected(page)
    page.evaluate("window.stayed = true")
    fetched: list[str | None] = []
    page.on("request", lambda request: fetched.append(request.headers.get("x-live")))
    order = site.order()
    expect(page.get_by_role("link", name="SC32232558")).to_be_visible()
    assert set(fetched) == {"1"}, "what a page fetches by itself is no use of the session"
    tono = site.logged_in("tono")
    tono.post(f"/orders/{order.id}/take")
    expect(page.locator(f"#order-{order.id}")).to_contain_text("Tono")
    tono.post(f"/orders/{order.id}/status", {"status": "selesai"})
    expect(page.locator(f"#order-{order.id}")).to_have_count(0)
    assert page.evaluate("window.stayed")


def test_a_hidden_page_closes_its_stream_and_catches_up_when_it_is_shown(site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=site.url)
    with page.expect_response(
        lambda answer: "/orders" in answer.url and "hx-request" in answer.request.headers
    ) as first:
        log_in(page)
        connected(page)
    first.value.finished()  # the fetch on connecting is over: what comes later comes by itself, or not
    show = """hidden => { Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true});
        document.dispatchEvent(new Event('visibilitychange')) }"""
    page.evaluate(show, True)
    expect(page.locator("html")).not_to_have_attribute("data-live", "on")
    site.order()
    page.wait_for_timeout(500)
    expect(page.get_by_role("link", name="SC32232558")).to_have_count(0)
    page.evaluate(show, False)
    expect(page.get_by_role("link", name="SC32232558")).to_be_visible()


def test_an_answer_is_previewed_and_sent_and_typed_text_is_never_lost(site: Site, new_page: NewPage) -> None:
    order = site.order()
    page = new_page(base_url=site.url)
    log_in(page)
    page.get_by_role("link", name="SC32232558").click()
    page.wait_for_url(f"**/orders/{order.id}")
    page.get_by_role("button", name="Ambil order ini").click()
    expect(page.locator("#toasts")).to_contain_text("SC32232558 Anda kerjakan")
    connected(page)
    page.get_by_label("ONT tidak terdeteksi").check()
    message = page.get_by_label("Pesan untuk teknisi")
    expect(message).to_have_value("ONT tidak terdeteksi, mohon cek SN dan sambungan.")
    page.get_by_label("ODP penuh").check()
    expect(message).to_have_value("ODP penuh, mohon cari ODP lain.")
    message.fill("Tolong cek label <b>SN</b>.")
    page.get_by_label("ODP loss").check()
    expect(message).to_have_value("Tolong cek label <b>SN</b>.")
    expect(page.locator("#preview .bubble")).to_contain_text('Rina: "Tolong cek label <b>SN</b>."')
    site.logged_in("bagus").post(f"/orders/{order.id}/status", {"status": "odp_rusak", "scripted": "1"})
    expect(page.get_by_text("Order ini berubah sejak halaman dibuka.")).to_be_visible()
    expect(message).to_have_value("Tolong cek label <b>SN</b>.")


def test_two_browsers_take_one_order_and_the_later_one_reads_who_has_it(site: Site, new_page: NewPage) -> None:
    order = site.order()
    page = new_page(base_url=site.url, viewport=NARROW, expect={409})
    log_in(page)
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => true})")
    page.reload()
    site.logged_in("tono").post(f"/orders/{order.id}/take")
    page.get_by_role("button", name="Ambil", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("SC32232558 sedang dikerjakan Tono.")
    assert page.url.endswith("/orders")


def test_search_finds_as_one_types_and_keeps_the_place(site: Site, new_page: NewPage) -> None:
    site.order("SC100001")
    site.order("SC100002")
    page = new_page(base_url=site.url)
    log_in(page)
    press(page, "/")
    page.keyboard.type("100002", delay=20)
    expect(page.get_by_role("link", name="SC100001")).to_have_count(0)
    expect(page.get_by_role("link", name="SC100002")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("100002")
    assert "q=100002" in page.url


def test_search_finds_from_an_order_too_and_the_arrows_walk_what_it_found(page_site: Site, new_page: NewPage) -> None:
    first = page_site.order("SC100001")
    second = page_site.order("SC100002")
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{first.id}")
    press(page, "/")
    page.keyboard.type("10000", delay=20)
    expect(page.locator("#found a")).to_have_count(2)
    page.keyboard.type("2", delay=20)
    expect(page.locator("#found a")).to_have_count(1)
    press(page, "ArrowDown")
    press(page, "Enter")
    page.wait_for_url(f"**/orders/{second.id}")
    press(page, "/")
    page.keyboard.type("tidak-ada", delay=20)
    expect(page.locator("#found")).to_contain_text("Tidak ada order yang cocok dengan “tidak-ada”.")
    press(page, "Enter")
    page.wait_for_url("**/orders?q=tidak-ada")


def test_what_takes_long_says_that_it_is_being_done(page_site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=page_site.url)
    log_in(page, "admin", at="/lists/stos/import")
    page.route("**/lists/stos/import", lambda route: route.fulfill(status=204))  # no page comes
    file = {"name": "stos.csv", "mimeType": "text/csv", "buffer": b"kode;nama\nMRT;Mojokerto"}
    page.get_by_label("File CSV atau Excel").set_input_files(file)  # type: ignore[arg-type]  # a FilePayload
    page.get_by_role("button", name="Periksa file").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Sedang dikerjakan")


def test_the_queue_is_walked_by_keys(site: Site, new_page: NewPage) -> None:
    site.order("SC100001")
    second = site.order("SC100002")
    page = new_page(base_url=site.url)
    log_in(page)
    for key in ("j", "j", "k", "j"):
        press(page, key)
    expect(page.locator(f"#order-{second.id} a.order-number")).to_be_focused()
    press(page, "Enter")
    page.wait_for_url(f"**/orders/{second.id}")
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_nothing_scrolls_sideways(page_site: Site, new_page: NewPage, theme: str) -> None:
    long = "W" * 200
    order = page_site.order(note=long)
    page_site.logged_in("tono").post(f"/orders/{order.id}/status", {"status": "odp_penuh", "feedback": long})
    page = new_page(viewport=PHONE, theme="dark" if theme == "dark" else "light", base_url=page_site.url, expect={404})
    for path in ("/login", "/orders", "/orders?view=all&q=zz", f"/orders/{order.id}", "/password", "/nix"):
        if path == "/orders":
            log_in(page, "bagus", at=path)
        else:
            page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        small = page.evaluate(
            """() => [...document.querySelectorAll('main .button, main input:not([type=radio]), main select')]
            .filter(e => e.offsetParent && (e.closest('label') ?? e).getBoundingClientRect().height < 40)
            .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert not small, path


def test_everything_works_without_javascript(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, javascript=False)
    log_in(page)
    page.get_by_role("link", name="SC32232558").click()
    page.wait_for_url(f"**/orders/{order.id}")
    page.get_by_role("button", name="Ambil order ini").click()
    page.get_by_label("Selesai (PS)").check()
    page.get_by_role("button", name="Lihat dulu").click()
    page.get_by_role("button", name="Simpan & kirim").click()
    expect(page.locator("#order .badge").first).to_contain_text("Selesai (PS)")
    page.get_by_role("radio", name="Riwayat").check(force=True)
    expect(page.get_by_text("Status: Selesai (PS)")).to_be_visible()
    assert page_site.stored(order).last_feedback == "Sudah aktif, silakan tes di pelanggan."


def test_a_stream_ends_when_its_session_does(page_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PING", 0.2)
    visitor = page_site.logged_in("rina")
    lines: list[str] = []
    opened = threading.Event()

    def listen() -> None:
        with httpx.stream("GET", f"{page_site.url}/live", cookies=dict(visitor.client.cookies), timeout=20) as stream:
            for line in stream.iter_lines():
                lines.append(line)
                if line == "event: connected":
                    opened.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert opened.wait(5)
    page_site.order()
    time.sleep(0.6)
    visitor.post("/logout")
    listener.join(5)
    assert not listener.is_alive()
    assert "event: connected" in lines
    assert "event: order" in lines
    assert "event: ping" in lines


def test_a_stream_ends_when_the_server_does(page_site: Site) -> None:
    visitor = page_site.logged_in("rina")
    with httpx.stream("GET", f"{page_site.url}/live", cookies=dict(visitor.client.cookies), timeout=20) as stream:
        lines = stream.iter_lines()
        assert next(lines)
        page_site.live.close()
        list(lines)
