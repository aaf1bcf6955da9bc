"""The second step in a real browser: the picture is there, codes are copied, and a login over a page keeps its text."""

import pyotp
import pytest
from playwright.sync_api import expect

from tests.integration.browser import NewPage
from tests.integration.web.console import Site
from tests.integration.web.orders.test_drafts import TEXT, end_session, log_in_over, writing
from tests.integration.web.pages import log_in


@pytest.mark.audit
def test_a_login_in_two_steps_over_a_page_keeps_what_was_typed(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={401, 422})
    log_in(page, at="/profile/two-steps")
    page.get_by_role("button", name="Aktifkan login dua langkah").click()
    picture = page.get_by_alt_text("Kode QR untuk aplikasi autentikator")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100, "the policy lets the picture through"
    secret = pyotp.TOTP(page.locator(".two-steps-secret").inner_text().replace(" ", ""))
    page.get_by_label("Kode dari aplikasi").fill(secret.at(page_site.clock.at))
    page.get_by_role("button", name="Aktifkan", exact=True).click()
    recovery = page.locator(".recovery-codes code").all_inner_texts()
    assert len(set(recovery)) == 10

    writing(page_site, page, order)
    end_session(page_site, page)
    page.evaluate("window.same = true")
    page.get_by_label("Pesan untuk teknisi").press_sequentially(" Segera.")
    log_in_over(page)
    over = page.locator("#ended dialog")
    for typed in ("000000", recovery[0]):
        over.get_by_label("Kode dari aplikasi, atau kode pemulihan").fill(typed)
        over.get_by_role("button", name="Masuk lagi").click()
        if typed == "000000":
            expect(over.get_by_role("alert")).to_contain_text("Kode salah")
    expect(over).to_have_count(0)
    assert page.evaluate("window.same"), "no page was loaded"
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value(f"{TEXT} Segera.")
