"""The helpdesk's loop from the keyboard: the next order, its status, the answer, and what is copied on the way."""

import threading
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from sikpro.domain.phase import Phase
from tests.integration.browser import NewPage
from tests.integration.web.console import Site, Visitor
from tests.integration.web.pages import connected, log_in, press


def test_from_arrival_to_answered_takes_three_keys(page_site: Site, new_page: NewPage) -> None:
    orders = []
    for number in ("SC100001", "SC100002"):
        orders.append(page_site.order(number))
        page_site.clock.later(timedelta(minutes=1))
    page = new_page(base_url=page_site.url)
    log_in(page)
    pressed = 0
    for order, answered in zip(orders, ("Enter", "Control+Enter"), strict=True):
        for key in ("n", "s", answered):
            press(page, key)
            pressed += 1
            if key == "n":
                page.wait_for_url(f"**/orders/{order.id}")
            if key == "s":
                expect(page.get_by_label("Selesai (PS)")).to_be_checked()
                expect(page.get_by_label("Pesan untuk teknisi")).to_have_value("Sudah aktif, silakan tes di pelanggan.")
        expect(page.locator(".story").get_by_text("Status: Selesai (PS)")).to_be_attached()
        stored = page_site.stored(order)
        assert (stored.phase, stored.last_feedback) == (Phase.COMPLETED, "Sudah aktif, silakan tes di pelanggan.")
    assert pressed == 3 * len(orders)
    press(page, "n")
    expect(page.locator("#toasts")).to_contain_text("Tidak ada order yang menunggu")


def test_of_two_browsers_that_ask_for_the_next_each_gets_its_own(site: Site) -> None:
    orders = [site.order(f"SC10000{n}") for n in range(1, 6)]
    visitors = {name: site.logged_in(name) for name in ("rina", "tono")}
    for _ in range(2):
        gate, opened = threading.Barrier(2), dict[str, str]()

        def ask(name: str, visitor: Visitor, gate: threading.Barrier = gate, opened: dict[str, str] = opened) -> None:
            gate.wait()
            opened[name] = visitor.post("/orders/next").headers["location"]

        threads = [threading.Thread(target=ask, args=pair) for pair in visitors.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(opened.values())) == 2
    holders = [site.stored(order).holder for order in orders]
    assert holders[4] is None
    assert sorted(filter(None, holders)) == sorted([site.people["rina"].id, site.people["tono"].id] * 2)


def test_two_pages_race_for_one_order_with_the_key(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    pages = [new_page(base_url=page_site.url) for _ in range(2)]
    for page, name in zip(pages, ("rina", "tono"), strict=True):
        log_in(page, name)
    for page in pages:
        press(page, "n")
    urls = []
    for page in pages:
        opened = page.locator(f'#order[data-order-id="{order.id}"]')
        expect(opened.or_(page.locator("#toasts .toast"))).to_be_visible()
        expect(page.locator(".side-order")).not_to_have_attribute("aria-busy", "true")
        urls.append(page.url.removeprefix(page_site.url))
    assert sorted(urls) == ["/orders", f"/orders/{order.id}"]


def test_the_next_order_asked_for_twice_in_a_breath_is_one(site: Site) -> None:
    first, second = site.order("SC100001"), site.order("SC100002")
    visitor = site.logged_in("rina")
    answers = {visitor.post("/orders/next", {"held": "0"}).headers["location"] for _ in range(2)}
    assert answers == {f"/orders/{first.id}"}
    assert site.stored(second).holder is None
    assert visitor.post("/orders/next", {"held": "1"}).headers["location"] == f"/orders/{second.id}"


def test_who_does_not_work_on_orders_takes_none(site: Site) -> None:
    site.order()
    for name in ("sari", "admin"):
        visitor = site.logged_in(name)
        assert "Ambil berikutnya" not in visitor.get("/orders").text
        assert visitor.post("/orders/next").status_code == 403


def test_fields_are_copied_by_keys_without_a_clipboard_for_scripts(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url)
    page.add_init_script(
        """Object.defineProperty(navigator, 'clipboard', {value: undefined});
        window.copied = []; document.addEventListener('copy', () => window.copied.push(String(getSelection()) ||
        document.activeElement.value))"""
    )
    log_in(page, at=f"/orders/{order.id}")
    press(page, "s")
    for key in "123456c":
        press(page, key)
        expect(page.locator("#toasts")).to_contain_text("Tersalin")
    copied = page.evaluate("window.copied")
    assert copied[:6] == ["AO", "SC32232558", "ZTEGC6754546", "SDA", "ODP-SDA-003", "F5SDA445"]
    assert copied[6].splitlines()[2] == "SN modem: ZTEGC6754546"
    expect(page.get_by_label("ONT")).to_have_count(1)


def test_from_an_order_one_comes_back_to_the_same_list_and_the_same_row(page_site: Site, new_page: NewPage) -> None:
    orders = [page_site.order(f"SC10000{place}") for place in range(1, 5)]
    page = new_page(base_url=page_site.url, viewport=(1024, 768))
    log_in(page, at="/orders?view=waiting&sto=SDA")
    for key in ("j", "j", "Enter"):
        press(page, key)
    page.wait_for_url(f"**/orders/{orders[1].id}?in=view%3Dwaiting%26sto%3DSDA")
    press(page, "q")
    page.wait_for_url("**/orders?view=waiting&sto=SDA")
    expect(page.locator(f"#open-{orders[1].id}")).to_be_focused()
    press(page, "Enter")
    page.wait_for_url(f"**/orders/{orders[1].id}?in=*")
    for key in ("s", "Enter"):
        press(page, key)
    expect(page.locator(".story").get_by_text("Status: Selesai (PS)")).to_be_attached()
    press(page, "q")
    page.wait_for_url("**/orders?view=waiting&sto=SDA")
    expect(page.locator(f"#open-{orders[2].id}")).to_be_focused()
    expect(page.get_by_role("button", name="Ambil berikutnya dari SDA")).to_be_visible()
    press(page, "n")
    page.wait_for_url(f"**/orders/{orders[0].id}?in=*")
    press(page, "q")
    page.wait_for_url("**/orders?view=waiting&sto=SDA")


def test_every_status_has_a_key_of_its_own_wherever_the_order_stands(site: Site) -> None:
    order = site.order()
    visitor = site.logged_in("rina")

    def keys() -> dict[str, str]:
        page = visitor.get(f"/orders/{order.id}").text
        inputs = [part.partition(">")[0] for part in page.split('<input type="radio" name="status" value="')[1:]]
        return {one.partition('"')[0]: one.partition('data-key="')[2].partition('"')[0] for one in inputs}

    waiting = keys()
    visitor.post(f"/orders/{order.id}/take")
    taken = keys()
    assert len(taken) == len(set(taken.values())) > 20
    assert all(taken.values())
    assert waiting.items() <= taken.items()


def test_what_is_in_hand_stands_above_the_queue_with_its_time(site: Site) -> None:
    order = site.order()
    site.order("SC100002")
    visitor = site.logged_in("rina")
    visitor.post(f"/orders/{order.id}/take")
    site.clock.later(timedelta(minutes=26))
    page = visitor.get("/orders").text
    fold = page.partition('id="in-hand"')[2].partition("</summary>")[0]
    assert "1 saya kerjakan" in fold
    assert "1 habis dalam 5 mnt" in fold
    strip = page.partition('<nav class="in-hand"')[2].partition("</nav>")[0]
    assert "SC32232558" in strip
    assert "sisa 4 mnt" in strip
    assert "short" in strip
    assert "SC100002" not in strip
    assert 'class="in-hand"' not in site.logged_in("tono").get("/orders").text


def test_nothing_moves_under_the_pointer_or_the_focus_until_they_leave(page_site: Site, new_page: NewPage) -> None:
    first, second, third = (page_site.order(f"SC10000{place}") for place in range(1, 4))
    page = new_page(base_url=page_site.url, viewport=(1024, 768))
    log_in(page)
    connected(page)
    tono = page_site.logged_in("tono")
    page.locator(f"#order-{second.id} .age-cell").hover()
    where = page.locator(f"#order-{second.id}").bounding_box()
    tono.post(f"/orders/{first.id}/status", {"status": "selesai"})
    tono.post(f"/orders/{third.id}/take")
    expect(page.locator(f"#order-{first.id}")).to_have_class("gone")
    expect(page.locator(f"#order-{third.id} .badge")).to_have_text("Diproses (OGP)")
    fourth = page_site.order("SC100004")
    pill = page.get_by_role("link", name="1 order baru")
    expect(pill).to_be_visible()
    assert page.locator(f"#order-{second.id}").bounding_box() == where
    page.mouse.move(1, 1)
    expect(page.locator(f"#order-{first.id}")).to_have_count(0)
    press(page, "j")
    expect(page.locator(f"#open-{second.id}")).to_be_focused()
    tono.post(f"/orders/{second.id}/status", {"status": "selesai"})
    expect(page.locator(f"#order-{second.id}")).to_have_class("gone")
    expect(page.locator(f"#open-{second.id}")).to_be_focused()
    press(page, ".")
    expect(page.locator(f"#order-{second.id}")).to_have_count(0)
    expect(pill).to_have_count(0)
    expect(page.locator(f"#open-{third.id}")).to_be_focused()
    expect(page.locator(f"#order-{fourth.id}")).to_be_visible()


@pytest.mark.parametrize("wanted", [False, True])
def test_arrivals_are_counted_in_the_title_for_who_wants_it(page_site: Site, new_page: NewPage, wanted: bool) -> None:
    page = new_page(base_url=page_site.url)
    log_in(page)
    connected(page)
    switch = page.get_by_role("button", name="Bunyi")
    expect(switch).to_have_attribute("aria-pressed", "false")
    if wanted:
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", "true")
    page_site.order()
    expect(page.get_by_text("1 order baru")).to_be_visible()
    expect(page).to_have_title(f"{'(1) ' if wanted else ''}Giliran helpdesk · SIKPRO")
