"""The page of snippets, and snippets in an answer."""

import pytest
from playwright.sync_api import expect

from tests.integration.browser import NewPage
from tests.integration.web.console import Site
from tests.integration.web.pages import log_in, press


def test_snippets_are_made_changed_and_deleted_on_their_page(site: Site) -> None:
    bagus = site.logged_in("bagus")
    bagus.get("/snippets")
    refused = bagus.post("/snippets", {"name": "dua kata", "text": "cek {odp}"})
    assert refused.status_code == 422
    assert "Nama pendek: 1 sampai 20" in refused.text
    assert "cek {odp}</textarea>" in refused.text
    assert bagus.post("/snippets", {"name": "redaman", "text": "cek {odp}", "shared": "1"}).status_code == 303
    rina = site.logged_in("rina")
    page = rina.get("/snippets").text
    assert ";redaman" in page
    assert "/delete" not in page
    assert rina.post("/snippets/1/delete").status_code == 403
    assert bagus.post("/snippets/1/delete").status_code == 303
    assert ";redaman" not in rina.get("/snippets").text
    assert site.logged_in("sari").get("/snippets").status_code == 403


def test_without_javascript_a_chosen_snippet_is_added_to_the_answer(site: Site) -> None:
    order, rina = site.order(), site.logged_in("rina")
    rina.get("/snippets")
    rina.post("/snippets", {"name": "redaman", "text": "cek {odp}"})
    for path, more in (("status", {"status": "odp_penuh", "version": "1"}), ("words", {})):
        rina.get(f"/orders/{order.id}")
        assert rina.post(f"/orders/{order.id}/{path}", {"feedback": "halo", "snippet": "1", **more}).status_code == 303
        assert site.stored(order).last_feedback == "halo\ncek ODP-SDA-003"


@pytest.mark.browser
def test_a_snippet_comes_by_its_name_in_the_text_and_by_two_keys(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page_site.store.write(lambda uow: uow.snippets.put(None, "redaman", "Cek redaman {odp}."))
    page = new_page(base_url=page_site.url)
    log_in(page)
    page.goto(f"/orders/{order.id}")
    press(page, "f")
    page.keyboard.type("Halo ;redaman ")
    text = page.locator("#f-feedback")
    expect(text).to_have_value("Halo Cek redaman ODP-SDA-003. ")
    page.keyboard.type(";tidak ada")
    expect(text).to_have_value("Halo Cek redaman ODP-SDA-003. ;tidak ada")
    text.fill("")
    press(page, "Escape")
    press(page, ";")
    press(page, "1")
    expect(text).to_have_value("Cek redaman ODP-SDA-003. ")
    expect(text).to_be_focused()
