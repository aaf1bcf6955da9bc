"""The answer form of the open order: every status can be reached, none is missing unsaid, and all keep their place."""

import re

import pytest
from playwright.sync_api import expect

from tests.integration.browser import NewPage
from tests.integration.web.console import CSRF, Site
from tests.integration.web.pages import log_in, press

HIDDEN_CHOICES = """() => [...document.querySelectorAll('.choices label, .choices summary')].filter(one => {
    if (!one.checkVisibility()) return false;
    one.scrollIntoView({ block: 'nearest' });
    const { left, top, width, height } = one.getBoundingClientRect();
    return !one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}).map(one => one.textContent)"""
"""The choices whose middle is behind something else when they have been scrolled to."""


def choices(page: str) -> list[str]:
    """Return the statuses that stand on the page, in their order."""
    grid = page.partition('class="choice-grid"')[2].partition("choice-folds")[0]
    return re.findall(r'name="status" value="(\w+)"', grid)


@pytest.mark.browser
def test_no_bar_covers_a_status_and_an_answer_without_one_is_told_so(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page_site.logged_in("rina").post(f"/orders/{order.id}/take")
    page = new_page(base_url=page_site.url, viewport=(390, 844))
    log_in(page, at=f"/orders/{order.id}")
    for width, height in ((390, 844), (390, 664), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        assert page.evaluate(HIDDEN_CHOICES) == [], (width, height)
    said, first = page.get_by_text("Pilih statusnya dulu."), page.locator("#answer-form [name=status]").first
    expect(said).to_be_hidden()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.get_by_label("Pesan untuk teknisi").fill("teks tanpa status")
    page.locator("[data-send]").click()
    expect(said).to_be_in_viewport(ratio=1)
    expect(first).to_be_focused()
    before = page.evaluate("scrollY")
    page.get_by_label("ODP rusak").check(force=True)
    expect(said).to_be_hidden()
    expect(page.locator("#preview .bubble")).to_be_visible()
    assert page.evaluate("scrollY") == before, "nothing moves under a mouse"
    press(page, "d")
    expect(page.locator("#preview .bubble")).to_be_in_viewport()
    page.get_by_label("Pesan untuk teknisi").fill("\n".join(f"baris {line}" for line in range(12)))
    expect(page.locator("#preview .bubble")).to_contain_text("baris 11")
    for box in (page.get_by_label("Pesan untuk teknisi"), page.locator("#preview .bubble")):
        assert box.evaluate("box => box.scrollHeight <= box.clientHeight + 1"), (
            "twelve lines are read without scrolling"
        )
    assert page_site.stored(order).status == "ogp"


def test_without_javascript_an_answer_without_a_status_is_told_so_at_the_choices(site: Site) -> None:
    order, rina = site.order(), site.logged_in("rina")
    assert "data-choose-status hidden>" in rina.get(f"/orders/{order.id}").text
    refused = rina.post(f"/orders/{order.id}/status", {"feedback": "teks saya"})
    assert refused.status_code == 422
    form = refused.text.partition('id="answer-form"')[2]
    assert "data-choose-status>" in form
    assert re.search(r'<input type="radio"[^>]* autofocus>', form), "the first choice has the focus"
    assert "teks saya" in form


def test_the_statuses_have_the_same_place_whoever_has_the_order(site: Site) -> None:
    order, rina = site.order(), site.logged_in("rina")
    free = rina.get(f"/orders/{order.id}").text
    rina.post(f"/orders/{order.id}/take")
    mine = rina.get(f"/orders/{order.id}").text
    assert choices(mine) == choices(free) != []
    assert 'value="menunggu"' in mine.partition("choice-folds")[2], "giving back comes last"


def test_after_a_note_the_history_is_still_open(site: Site) -> None:
    order, rina = site.order(), site.logged_in("rina")
    story = 'value="story" checked>'
    path = f"/orders/{order.id}"
    first = rina.get(path).text
    assert story not in first
    sent = rina.post(f"{path}/remark", {"remark": "sudah saya telepon"})
    assert story in rina.get(sent.headers["location"]).text
    token = CSRF.search(first)
    assert token
    headers = {"HX-Request": "true", "HX-Target": "order", "X-CSRF-Token": token[1]}
    assert story in rina.post(f"{path}/remark", {"remark": "lagi"}, headers=headers).text
    assert story in rina.post(f"{path}/remark", {"remark": " "}).text, "a refused note is in the same tab"


def test_a_skipped_order_says_what_happened_and_offers_the_next_one_first(site: Site) -> None:
    order, rina = site.order(), site.logged_in("rina")
    path = f"/orders/{order.id}"
    rina.post(f"{path}/take")
    rina.post(f"{path}/skip", {"reason": "unclear"})
    page = rina.get(path).text
    assert f"Anda melewati {order.number}, order kembali ke antrean. Alasan: Data order tidak jelas." in page
    assert 'id="answer-form"' not in page
    assert "Ambil kembali" in page
    assert "Dilewati" in page.partition('class="story"')[2], "the history says it too"
    assert 'id="answer-form"' in site.logged_in("tono").get(path).text
    rina.post(f"{path}/take")
    assert 'id="answer-form"' in rina.get(path).text
    rina.post(f"{path}/put-off", {"minutes": "30"})
    assert "Anda diingatkan pada 19.30." in rina.get(path).text
