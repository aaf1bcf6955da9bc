"""The list and the open order side by side, on a wide screen; one page after the other on a narrow one."""

import re

from playwright.sync_api import Route, expect

from sikpro.domain.phase import Phase
from tests.integration.browser import NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import log_in, painted, press

WIDE = (1440, 900)
NARROW = (1024, 768)


def test_orders_are_walked_beside_the_list_and_back_and_forward_keep_it(page_site: Site, new_page: NewPage) -> None:
    orders = [page_site.order(f"SC1000{place:02}") for place in range(1, 41)]
    page = new_page(base_url=page_site.url, viewport=WIDE)
    log_in(page, at="/orders?sto=SDA")
    box, rows = page.locator(".list-box"), page.locator("tr[data-order]")
    lines = """box => [...box.querySelectorAll('tr[data-order]')]
        .filter(row => row.getBoundingClientRect().bottom <= box.getBoundingClientRect().bottom).length"""
    assert box.evaluate(lines) >= 24, "lines at 900 pixels"
    page.evaluate("window.stayed = true")
    order = page.locator("#order")
    for place, key in ((0, "j"), (1, "j"), (2, "j"), (1, "k")):
        press(page, key)
        page.wait_for_url(f"**/orders/{orders[place].id}?in=sto%3DSDA")
        expect(order).to_have_attribute("data-order-id", str(orders[place].id))
        expect(page.locator("tr[aria-current]")).to_have_id(f"order-{orders[place].id}")
    for _ in range(30):
        press(page, "j")
    page.wait_for_url(f"**/orders/{orders[31].id}?in=sto%3DSDA")
    expect(page.locator(f"#open-{orders[31].id}")).to_be_focused()
    scrolled = box.evaluate("box => box.scrollTop")
    assert scrolled > 0
    press(page, "k")
    page.wait_for_url(f"**/orders/{orders[30].id}?in=sto%3DSDA")
    page.go_back()
    expect(order).to_have_attribute("data-order-id", str(orders[31].id))
    page.go_forward()
    expect(order).to_have_attribute("data-order-id", str(orders[30].id))
    page.go_back()
    expect(order).to_have_attribute("data-order-id", str(orders[31].id))
    assert page.evaluate("window.stayed"), "the page was not loaded again"
    assert box.evaluate("box => box.scrollTop") == scrolled
    page.reload()
    expect(order).to_have_attribute("data-order-id", str(orders[31].id))
    expect(page.locator("tr[aria-current]")).to_be_in_viewport()
    assert box.evaluate("box => box.scrollTop") == scrolled
    expect(rows).to_have_count(40)
    page.get_by_role("button", name="Ambil berikutnya dari SDA").first.click()
    expect(order).to_have_attribute("data-order-id", str(orders[0].id))
    assert page_site.stored(orders[0]).phase is Phase.IN_PROGRESS


def test_a_key_before_the_next_order_is_painted_is_dropped_and_says_so(page_site: Site, new_page: NewPage) -> None:
    orders = [page_site.order(f"SC10000{place}") for place in range(1, 4)]
    page = new_page(base_url=page_site.url, viewport=WIDE)
    log_in(page)
    press(page, "j")
    page.wait_for_url(f"**/orders/{orders[0].id}")

    def late(route: Route) -> None:
        page.wait_for_timeout(200)
        route.continue_()

    page.route(f"**/orders/{orders[1].id}", late)
    for key in ("j", "t", "s", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#toasts")).to_contain_text("diabaikan: ordernya belum tampil")
    page.wait_for_url(f"**/orders/{orders[1].id}")
    assert {page_site.stored(order).version for order in orders} == {1}, "no key changed an order"


def test_what_swaps_comes_back_as_a_whole_page(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    for viewport in (WIDE, NARROW):
        page = new_page(base_url=page_site.url, viewport=viewport)
        log_in(page)
        press(page, "/")
        page.keyboard.type("SC32", delay=10)
        page.wait_for_url("**/orders?q=SC32")
        expect(page.locator(".chips")).to_contain_text("SC32")
        page.goto("/profile")
        page.go_back()
        expect(page.locator(".rail")).to_be_visible()
        expect(page.locator(".chips")).to_contain_text("SC32")
        page.locator(f"#open-{order.id}").click()
        page.wait_for_url(f"**/orders/{order.id}?in=q%3DSC32")
        expect(page.locator("#order h1")).to_contain_text("SC32232558")
        page.go_back()
        page.wait_for_url("**/orders?q=SC32")
        expect(page.locator(".rail")).to_be_visible()
        expect(page.locator(f"#open-{order.id}")).to_be_visible()
        page.go_forward()
        expect(page.locator("#order h1")).to_contain_text("SC32232558")


def test_the_roomy_table_is_kept_for_the_person_who_chose_it(site: Site) -> None:
    order = site.order()
    rina, tono = site.logged_in("rina"), site.logged_in("tono")
    assert 'class="sides"' in rina.get("/orders?view=waiting").text
    answer = rina.post("/orders/layout", {"layout": "table", "query": "view=waiting"})
    assert answer.headers["location"] == "/orders?view=waiting"
    for path in ("/orders", f"/orders/{order.id}"):
        assert 'class="sides' not in rina.get(path).text
        assert 'class="sides' in tono.get(path).text
    rina.post("/orders/layout", {"layout": "sides"})
    assert 'class="sides' in rina.get("/orders").text


def test_the_next_order_comes_from_the_list_that_is_shown(site: Site) -> None:
    orders = [site.order("SC100001"), site.order("SC100002", type="MO"), site.order("SC100003")]
    rina = site.logged_in("rina")
    rina.post("/orders/views", {"name": "Ganti paket", "query": "type=MO"})
    page = rina.get(f"/orders/{orders[0].id}?in=type%3DMO").text
    assert "Ambil berikutnya dari Ganti paket" in page
    taken = rina.post("/orders/next", {"in": "type=MO"})
    assert taken.headers["location"] == f"/orders/{orders[1].id}?in=type%3DMO"
    assert rina.post("/orders/next", {"in": "type=MO"}).headers["location"] == "/orders?type=MO"
    assert "Tidak ada order yang menunggu di Ganti paket" in rina.get("/orders").text
    assert "Ambil berikutnya dari" not in rina.get("/orders?view=completed&type=MO").text
    for query, name in (("day=2026-11-02T14", "2 November 2026, pukul 14"), ("month=2026-11", "November 2026")):
        assert f"Ambil berikutnya dari {name}" in rina.get(f"/orders?view=open&{query}").text
    assert (
        rina.post("/orders/next", {"in": "view=completed&type=MO"})
        .headers["location"]
        .startswith(f"/orders/{orders[0].id}?in=")
    )


def test_heads_sort_the_lists_of_open_orders_and_page_by_key(site: Site) -> None:
    for place in range(60):
        site.order(f"SC1000{place:02}", type=("AO", "MO", "PDA")[place % 3])
    rina = site.logged_in("rina")

    def shown(path: str) -> tuple[list[str], str]:
        page = rina.get(path).text
        return re.findall(r'data-open="\d+">(SC\d+)</a>\s*<span class="marks">', page), page

    first, page = shown("/orders?sort=-number")
    assert (first[0], first[-1], len(first)) == ("SC100059", "SC100010", 50)
    following = re.findall(r'href="(/orders\?[^"]*after=[^"]*)"', page)[0].replace("&amp;", "&")
    assert shown(following)[0] == [f"SC10000{place}" for place in range(9, -1, -1)]
    types, page = shown("/orders?sort=type")
    assert [int(number[2:]) % 3 for number in types] == [100000 % 3] * 20 + [100001 % 3] * 20 + [100002 % 3] * 10
    assert 'aria-sort="ascending"' in page
    assert 'href="/orders?sort=-type"' in page
    assert shown("/orders?sort=newest")[0][0] == "SC100059"
    finished = shown("/orders?view=completed&sort=type")[1]
    assert "sort=-type" not in finished, "lists of finished orders are sorted by time alone"


def test_a_half_written_answer_is_there_again_when_one_comes_back_to_its_order(
    page_site: Site, new_page: NewPage
) -> None:
    first, second = page_site.order("SC100001"), page_site.order("SC100002")
    page = new_page(base_url=page_site.url, viewport=WIDE)
    log_in(page, at=f"/orders/{first.id}")
    press(page, "t")
    expect(page.locator(".order-head").get_by_text("Diproses (OGP)")).to_be_visible()
    painted(page)
    page.get_by_label("Pesan untuk teknisi").fill("setengah jadi")
    for order, text in ((second, ""), (first, "setengah jadi")):
        page.locator(f"#open-{order.id}").click()
        expect(page.locator("#order h1")).to_contain_text(order.number)
        painted(page)
        expect(page.locator("#answer-form [name=feedback]")).to_have_value(text)
