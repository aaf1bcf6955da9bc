"""Skip and *remind me later* on an order's page, and the leaders' list of both."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from sikpro.application.ports.set_aside import SetAside
from sikpro.testing.builders import NOON
from tests.integration.browser import NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import log_in, press


def set_aside(site: Site) -> list[tuple[str, timedelta]]:
    """What was set aside so far, oldest first: reason, and for how long."""
    rows: tuple[SetAside, ...] = site.store.read(lambda uow: uow.set_aside.since(NOON - timedelta(days=1), 9))
    return [(row.reason, row.until - row.at) for row in reversed(rows)]


def test_the_buttons_set_the_order_aside_and_the_leaders_read_it(site: Site) -> None:
    order = site.order()
    rina, bagus = site.logged_in("rina"), site.logged_in("bagus")
    rina.post(f"/orders/{order.id}/take")
    assert rina.post(f"/orders/{order.id}/skip", {"reason": "unclear"}).status_code == 303
    assert site.stored(order).holder is None
    rina.post(f"/orders/{order.id}/take")
    assert rina.post(f"/orders/{order.id}/put-off", {"minutes": "30"}).status_code == 303
    assert set_aside(site) == [("unclear", timedelta(hours=12)), ("", timedelta(minutes=30))]
    page = bagus.get("/set-aside").text
    assert "Data order tidak jelas" in page
    assert order.number in page
    assert rina.get("/set-aside").status_code == 403


def test_a_time_of_day_is_the_next_one_on_the_clock_of_the_installation(site: Site) -> None:
    order, rina = site.order(), site.logged_in("rina")
    for ahead in (timedelta(hours=1), timedelta(hours=3, minutes=30)):
        local = (site.clock.now() + timedelta(hours=7) + ahead).strftime("%H.%M")
        assert rina.post(f"/orders/{order.id}/put-off", {"at": local}).status_code == 303
        assert set_aside(site)[-1][1] == ahead


@pytest.mark.parametrize("typed", [{}, {"at": "25:00"}, {"minutes": "241"}, {"minutes": "0"}])
def test_a_time_that_cannot_be_is_said_on_the_orders_page(site: Site, typed: dict[str, str]) -> None:
    order, rina = site.order(), site.logged_in("rina")
    refused = rina.post(f"/orders/{order.id}/put-off", typed)
    assert refused.status_code == 422
    assert "Pilih jam dalam 4 jam ke depan." in refused.text
    assert order.number in refused.text
    assert set_aside(site) == []


@pytest.mark.browser
def test_an_order_is_skipped_or_put_off_with_two_keys(page_site: Site, new_page: NewPage) -> None:
    first, order = page_site.order("SC10000001"), page_site.order("SC10000002")
    page = new_page(base_url=page_site.url)
    log_in(page)
    press(page, "n")
    page.wait_for_url(f"**/orders/{first.id}*")
    press(page, "z")
    expect(page.get_by_role("button", name="15 mnt")).to_be_visible()
    press(page, "1")
    expect(page.locator("#toasts")).to_contain_text("Anda diingatkan nanti")
    press(page, "n")
    page.wait_for_url(f"**/orders/{order.id}*")
    press(page, "L")
    expect(page.get_by_role("button", name="Perlu bantuan rekan")).to_be_visible()
    press(page, "2")
    expect(page.locator("#toasts")).to_contain_text("kembali ke antrean untuk rekan lain")
    assert set_aside(page_site) == [("", timedelta(minutes=15)), ("needs_help", timedelta(hours=12))]


def test_the_list_reminds_of_what_one_put_off_and_of_what_a_colleague_handed_over(site: Site) -> None:
    order, rina, tono = site.order(), site.logged_in("rina"), site.logged_in("tono")
    rina.post(f"/orders/{order.id}/put-off", {"minutes": "30"})
    assert f"{order.number} diingatkan" in rina.get("/orders").text
    assert "diingatkan" not in tono.get("/orders").text
    site.clock.later(timedelta(minutes=30))
    assert f"Waktunya melanjutkan {order.number}" in rina.get("/orders").text
    tono.post(f"/orders/{order.id}/take")
    assert "Waktunya melanjutkan" not in rina.get("/orders").text
    tono.post("/shift", {"to": str(site.people["rina"].id), "text": "tinggal cek redaman"})
    assert "tinggal cek redaman" in rina.get("/orders").text
