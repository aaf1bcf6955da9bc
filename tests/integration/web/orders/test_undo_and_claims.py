"""Taking an answer back while its message waits, and keeping, losing and taking over a claim."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from sikpro.application.ports.outbox import Delivery
from sikpro.application.use_cases.orders.work_order import free_lapsed_claims
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase
from tests.integration.browser import NewPage
from tests.integration.e2e.installation import wait_until
from tests.integration.web.console import Site
from tests.integration.web.pages import connected, log_in, press

MINUTE = timedelta(minutes=1)


def refreshed(page: Page) -> None:
    """Let the page look again, as it does each minute."""
    with page.expect_response("**/renew"):
        page.evaluate("live.refresh(null)")


def test_an_answer_is_taken_back_by_a_button_without_javascript(site: Site) -> None:
    order = site.order()
    rina, tono = site.logged_in("rina"), site.logged_in("tono")
    rina.post(f"/orders/{order.id}/take")
    taken = site.stored(order)
    rina.post(f"/orders/{order.id}/status", {"status": "selesai"})
    page = rina.get(f"/orders/{order.id}").text
    assert "SC32232558: status disimpan. Pesan dikirim dalam" in page
    assert "<span data-undo-left>5</span> detik" in page
    assert "Urungkan" in page
    assert "Urungkan<" not in tono.get(f"/orders/{order.id}").text
    assert tono.post(f"/orders/{order.id}/undo").status_code == 403
    assert site.logged_in("sari").post(f"/orders/{order.id}/undo").status_code == 403
    assert rina.post(f"/orders/{order.id}/undo").status_code == 303
    undone = site.stored(order)
    assert (undone.phase, undone.holder, undone.claimed_until) == (Phase.IN_PROGRESS, taken.holder, taken.claimed_until)
    page = rina.get(f"/orders/{order.id}").text
    for told in ("diurungkan, pesan tidak dikirim", "Diurungkan: Selesai (PS)", "Ditarik sebelum terkirim"):
        assert told in page
    assert rina.post(f"/orders/{order.id}/undo").status_code == 409


def test_too_late_says_so(site: Site) -> None:
    order = site.order()
    rina = site.logged_in("rina")
    rina.post(f"/orders/{order.id}/status", {"status": "selesai"})
    site.clock.later(timedelta(seconds=5))
    site.store.write(lambda uow: uow.outbox.claim(site.clock.now(), MINUTE, 9))
    assert "Urungkan<" not in rina.get(f"/orders/{order.id}").text
    response = rina.post(f"/orders/{order.id}/undo")
    assert response.status_code == 409
    assert "tidak bisa diurungkan lagi" in response.text
    assert site.stored(order).phase is Phase.COMPLETED


def test_the_key_undoes_from_the_next_order_too_and_then_nothing_speaks_of_it(
    page_site: Site, new_page: NewPage
) -> None:
    first, second = page_site.order("SC100001"), page_site.order("SC100002")
    page = new_page(base_url=page_site.url)
    log_in(page)
    for key, url in (("n", first.id), ("s", first.id), ("Enter", first.id)):
        press(page, key)
        page.wait_for_url(f"**/orders/{url}")
    expect(page.get_by_role("button", name="Urungkan")).to_be_visible()
    press(page, "n")
    page.wait_for_url(f"**/orders/{second.id}")
    expect(page.get_by_role("button", name="Urungkan")).to_be_visible()
    press(page, "u")
    page.wait_for_url(f"**/orders/{first.id}")
    expect(page.locator("#toasts")).to_contain_text("diurungkan")
    undone = page_site.stored(first)
    assert (undone.phase, undone.holder) == (Phase.IN_PROGRESS, page_site.people["rina"].id)
    states = page_site.store.read(lambda uow: [item.state for item in uow.outbox.of_order(first.id)])
    assert states[-1:] == [Delivery.RECALLED]
    press(page, "s")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Urungkan")).to_be_visible()
    expect(page.get_by_role("button", name="Urungkan")).to_be_hidden(timeout=8000)


def until(site: Site, order: Order) -> timedelta:
    """How long the claim lasts from now on."""
    claimed = site.stored(order).claimed_until
    return claimed - site.clock.now() if claimed else timedelta()


def is_left(site: Site, page: Page, order: Order, span: timedelta) -> None:
    """The page looks again, and so much is left of the claim: an answer to an earlier look may come first."""
    refreshed(page)
    wait_until(lambda: until(site, order) == span, f"{span} are left of the claim", 10)


def test_an_open_page_renews_the_claim_for_two_hours_then_asks_and_a_key_goes_on(
    page_site: Site, new_page: NewPage
) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url)
    log_in(page)
    press(page, "n")
    page.wait_for_url(f"**/orders/{order.id}")
    connected(page)
    page.get_by_label("Pesan untuk teknisi").fill("Setengah jadi")
    version = page_site.stored(order).version
    for _ in range(4):
        page_site.clock.later(20 * MINUTE)
        is_left(page_site, page, order, 30 * MINUTE)
    expect(page.get_by_text("Masih dikerjakan?")).to_have_count(0)
    for left in (20, 5):
        page_site.clock.later((20 if left == 20 else 15) * MINUTE)
        is_left(page_site, page, order, left * MINUTE)
    expect(page.get_by_text("Masih dikerjakan?")).to_be_visible()
    page.locator("#order h1").click()
    with page.expect_response("**/keep"):
        press(page, "y")
    expect(page.get_by_text("Masih dikerjakan?")).to_have_count(0)
    assert until(page_site, order) == 30 * MINUTE
    page_site.clock.later(10 * MINUTE)
    is_left(page_site, page, order, 30 * MINUTE)  # counted anew
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value("Setengah jadi")
    assert page_site.stored(order).version == version, "what is being written is not outdated by it"
    press(page, "s")
    press(page, "Enter")
    expect(page.locator(".story").get_by_text("Status: Selesai (PS)")).to_be_attached()
    assert page_site.stored(order).last_feedback == "Setengah jadi"


def test_a_page_left_open_overnight_is_right_in_the_morning(page_site: Site, new_page: NewPage) -> None:
    order, other = page_site.order("SC100001"), page_site.order("SC100002")
    page, queue = new_page(base_url=page_site.url), new_page(base_url=page_site.url)
    log_in(page)
    press(page, "n")
    page.wait_for_url(f"**/orders/{order.id}")
    connected(page)
    log_in(queue, "tono")
    connected(queue)
    show = """hidden => { Object.defineProperty(document, 'hidden', {get: () => hidden, configurable: true});
        document.dispatchEvent(new Event('visibilitychange')) }"""
    for one in (page, queue):
        one.evaluate(show, True)
        expect(one.locator("html")).not_to_have_attribute("data-live", "on")
    page_site.clock.later(timedelta(hours=13))
    page_site.store.write(lambda uow: free_lapsed_claims(uow, page_site.clock.now()))
    page_site.logged_in("bagus").post(f"/orders/{other.id}/status", {"status": "selesai"})
    for one in (page, queue):
        one.evaluate(show, False)
    expect(page.get_by_role("button", name="Ambil order ini")).to_be_visible()
    expect(page.locator(".story")).to_contain_text("Waktu Rina habis, kembali ke antrean")
    expect(queue.locator(f"#order-{other.id}")).to_have_count(0)
    expect(queue.locator(f"#order-{order.id} .age-cell")).to_contain_text("13 j")


def test_a_stream_that_is_cut_comes_back_with_what_happened_meanwhile(page_site: Site, new_page: NewPage) -> None:
    page = new_page(base_url=page_site.url)
    log_in(page)
    connected(page)
    page.evaluate("window.stayed = true")
    page.context.set_offline(True)
    page.evaluate("live.source.dispatchEvent(new Event('error')); live.close()")
    page_site.order()
    page.context.set_offline(False)
    page.evaluate("live.open()")
    expect(page.get_by_role("link", name="SC32232558")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_a_team_leader_takes_over_what_another_has(site: Site) -> None:
    order = site.order()
    site.logged_in("rina").post(f"/orders/{order.id}/take")
    leader = site.logged_in("bagus")
    assert "Ambil alih" in leader.get(f"/orders/{order.id}").text
    assert "Ambil alih" not in site.logged_in("tono").get(f"/orders/{order.id}").text
    leader.post(f"/orders/{order.id}/assign", {"to": str(site.people["bagus"].id)})
    assert site.stored(order).holder == site.people["bagus"].id


def test_nobody_renews_what_they_do_not_have(site: Site) -> None:
    order = site.order()
    rina, tono = site.logged_in("rina"), site.logged_in("tono")
    assert rina.post(f"/orders/{order.id}/renew", headers={"hx-request": "true"}).status_code == 200
    assert site.stored(order).holder is None
    rina.post(f"/orders/{order.id}/take")
    site.clock.later(10 * MINUTE)
    told = tono.post(f"/orders/{order.id}/keep", headers={"hx-request": "true"}).text
    assert "Sedang dikerjakan Rina" in told
    assert until(site, order) == 20 * MINUTE
    assert site.logged_in("sari").post(f"/orders/{order.id}/renew").status_code == 403
