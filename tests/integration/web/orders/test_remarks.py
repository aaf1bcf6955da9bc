"""Notes to colleagues on an order's page, and the line above the list for who was named."""

import pytest
from attrs import evolve
from playwright.sync_api import expect

from sikpro.domain.people import Role
from tests.integration.browser import NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import log_in, press

NOTE = "SN kemarin di TUN, @tono"


def remarks(site: Site, text: str = NOTE) -> int:
    """Rina writes a note without JavaScript; its status is returned."""
    rina = site.logged_in("rina")
    rina.get("/orders/1")
    return rina.post("/orders/1/remark", {"remark": text}).status_code


def test_a_note_stands_in_the_timeline_and_who_is_named_finds_the_order_above_the_list(site: Site) -> None:
    order = site.order()
    assert remarks(site) == 303
    tono = site.logged_in("tono")
    assert "Anda disebut:" in tono.get("/orders").text
    page = tono.get(f"/orders/{order.id}").text
    assert "Anda disebut dalam catatan oleh Rina" in page
    assert NOTE in page
    tono.get(f"/orders/{order.id}", hx_request="true", hx_target="order")
    assert "Anda disebut:" in tono.get("/orders").text, "a page fetched ahead is not read"
    assert tono.post(f"/orders/{order.id}/mention-read").status_code == 303
    assert "Anda disebut" not in tono.get("/orders").text + tono.get(f"/orders/{order.id}").text


def test_a_refused_note_is_still_in_its_form_with_the_reason(site: Site) -> None:
    site.order()
    rina = site.logged_in("rina")
    rina.get("/orders/1")
    refused = rina.post("/orders/1/remark", {"remark": "tanya @siapa"})
    assert refused.status_code == 422
    assert "Tidak ada rekan dengan nama pengguna @siapa." in refused.text
    assert ">\ntanya @siapa</textarea>" in refused.text


def test_a_technician_with_an_account_reads_and_writes_no_notes(site: Site) -> None:
    order = site.order()
    assert remarks(site) == 303
    site.store.write(
        lambda uow: uow.people.save(
            evolve(
                site.people["budi"],
                username="budi",
                password_hash=site.people["rina"].password_hash,
                role=Role.TECHNICIAN,
            )
        )
    )
    budi = site.logged_in("budi")
    page = budi.get(f"/orders/{order.id}")
    assert page.status_code == 200
    assert order.number in page.text
    assert "kemarin di TUN" not in page.text
    assert '/remark"' not in page.text
    assert budi.post(f"/orders/{order.id}/remark", {"remark": "halo"}).status_code == 403


@pytest.mark.browser
def test_a_note_is_written_by_keys_and_the_one_named_has_read_it_by_opening(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url)
    log_in(page)
    page.goto(f"/orders/{order.id}")
    press(page, "N")
    page.keyboard.type("cek @to")
    expect(page.locator("[data-colleague]:visible")).to_have_count(1)
    press(page, "Tab")
    page.keyboard.type("ya")
    press(page, "Control+Enter")
    expect(page.locator(".story .remark blockquote")).to_have_text("cek @tono ya")
    other = new_page(base_url=page_site.url)
    log_in(other, "tono")
    expect(other.locator("#mentions")).to_contain_text(order.number)
    with other.expect_response("**/mention-read"):
        other.goto(f"/orders/{order.id}")
    expect(other.locator(".mentioned")).to_be_visible()
    other.goto("/orders")
    expect(other.locator("#mentions")).to_have_count(0)
