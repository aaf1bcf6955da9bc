"""The palette: everything in one box, by keys."""

import pytest
from playwright.sync_api import expect

from tests.integration.browser import NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import connected, log_in, press


def test_the_palette_offers_only_the_pages_of_the_persons_rights(page_site: Site) -> None:
    rina, admin = (page_site.logged_in(name).get("/palette").text for name in ("rina", "admin"))
    assert "/catalogue" in admin
    assert "/catalogue" not in rina
    assert "/orders?view=all&amp;status=odp_penuh" in rina


@pytest.mark.browser
def test_the_palette_leads_to_orders_and_statuses_and_does_the_actions_of_the_page(
    page_site: Site, new_page: NewPage
) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url)
    log_in(page, at="/profile")
    first = page.locator("#palette-found li").first
    press(page, "Control+k")
    page.keyboard.type("2232558")
    expect(first).to_contain_text(order.number)
    press(page, "Enter")
    page.wait_for_url(f"**/orders/{order.id}")
    press(page, "Control+k")
    page.keyboard.type("serah terima")
    expect(first).to_contain_text("Serah terima")
    page.keyboard.type(" xyz")
    expect(page.locator("#palette-none")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    press(page, "Control+k")
    page.keyboard.type("ingatkan nanti")
    expect(first).to_contain_text("Tindakan")
    press(page, "Enter")
    expect(page.get_by_role("button", name="15 mnt")).to_be_visible()
    press(page, "Control+k")
    page.keyboard.type("odp penuh")
    page.locator("#palette-found li", has_text="Status").last.click()
    page.wait_for_url("**/orders?view=all&status=odp_penuh")


@pytest.mark.browser
def test_the_palette_opens_while_an_answer_is_on_its_way_and_its_letters_are_no_keys(
    page_site: Site, new_page: NewPage
) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{order.id}")
    connected(page)
    page.evaluate("flow.busy = true")
    page.keyboard.press("Control+k")
    page.keyboard.type("tutup")
    expect(page.locator("#palette-text")).to_have_value("tutup")
    assert page_site.stored(order).holder is None, "t takes an order"
