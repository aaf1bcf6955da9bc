"""Text half written, in a real browser: it stays through a late press, a session that ends and a reload."""

import re

import pytest
from playwright.sync_api import Page, expect

from sikpro.adapters.web.site.security import session_id
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase
from tests.integration.browser import PHONE, NewPage
from tests.integration.web.console import PASSWORD, Site
from tests.integration.web.pages import connected, log_in, press
from tests.integration.web.site.test_every_page import WIDE, Theme, faults

TEXT = "Kabel drop putus di tiang 7, mohon sambung."


def writing(site: Site, page: Page, order: Order, text: str = TEXT) -> None:
    """Rina has opened the order and written, and pressed nothing."""
    log_in(page, at=f"/orders/{order.id}")
    connected(page)
    page.get_by_label("ODP penuh").check()
    page.get_by_label("Pesan untuk teknisi").fill(text)
    expect(page.locator("#preview .bubble")).to_contain_text(text)


def end_session(site: Site, page: Page) -> None:
    """As a password that was reset does, or a log-out elsewhere."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sikpro_session")
    site.store.write(lambda uow: uow.sessions.revoke(session_id(token), site.clock.now()))


def told(site: Site, order: Order) -> int:
    items = site.store.read(lambda uow: uow.outbox.of_order(order.id))
    return len([item for item in items if TEXT in item.message.text])


def kept(page: Page) -> int:
    """How many drafts the browser has."""
    return int(page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('sikpro.draft.')).length"))


def log_in_over(page: Page, username: str = "rina", *, password: str = PASSWORD) -> None:
    """Log in over the page that says that the session ended."""
    dialog = page.locator("#ended dialog")
    dialog.get_by_label("Nama pengguna").fill(username)
    dialog.get_by_label("Kata sandi").fill(password)
    dialog.get_by_role("button", name="Masuk lagi").click()


def log_in_again(page: Page, username: str = "rina") -> None:
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


def test_a_late_answer_is_told_in_focus_and_sent_as_words(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={409})
    writing(page_site, page, order)
    page_site.logged_in("bagus").post(f"/orders/{order.id}/status", {"status": "selesai"})
    page.get_by_role("button", name="Simpan & kirim").click()
    box = page.locator(".meanwhile")
    expect(box).to_be_focused()
    expect(box).to_contain_text("Jawaban Anda belum terkirim. Yang berubah sementara itu:")
    expect(box).to_contain_text("Status: Selesai (PS) (Bagus)")
    message = page.get_by_label("Pesan untuk teknisi")
    expect(message).to_have_value(TEXT)
    assert page.url.endswith(f"/orders/{order.id}"), "a reload asks for the order, and sends nothing"
    page.reload()
    expect(message).to_have_value(TEXT)
    expect(page.locator("#words-form [data-draft-note]")).to_contain_text("Teks yang belum terkirim dipulihkan")
    message.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("pesan segera dikirim")
    expect(page.locator(".story")).to_contain_text("Pesan ke teknisi")
    stored = page_site.stored(order)
    assert (stored.phase, told(page_site, order)) == (Phase.COMPLETED, 1)
    assert kept(page) == 0
    press(page, "f")
    expect(message).to_be_focused()
    expect(message).to_have_value("")


def test_a_late_answer_reopens_the_order_and_is_sent_with_its_status(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={409, 422})
    writing(page_site, page, order)
    page_site.logged_in("bagus").post(f"/orders/{order.id}/status", {"status": "selesai"})
    page.get_by_role("button", name="Simpan & kirim").click()
    reopen = page.get_by_role("button", name="Buka ulang dengan jawaban ini")
    reopen.click()
    expect(page.locator(".meanwhile")).to_contain_text("Tulis alasannya dulu.")
    page.get_by_label("Alasan buka ulang").fill("Belum aktif")
    reopen.click()
    expect(page.locator(".meanwhile")).to_contain_text("Order dibuka ulang.")
    expect(page.get_by_label("ODP penuh")).to_be_checked()
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value(TEXT)
    assert told(page_site, order) == 0
    page.get_by_role("button", name="Simpan & kirim").click()
    expect(page.locator(".story")).to_contain_text("Status: ODP penuh")
    assert (page_site.stored(order).status, told(page_site, order)) == ("odp_penuh", 1)
    assert kept(page) == 0


def test_a_late_answer_is_copied_and_let_go(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={409})
    writing(page_site, page, order)
    page_site.logged_in("bagus").post(f"/orders/{order.id}/status", {"status": "selesai"})
    page.get_by_role("button", name="Simpan & kirim").click()
    page.get_by_role("button", name="Salin", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text(f"Tersalin: {TEXT}")
    page.get_by_role("link", name="Buang").click()
    expect(page.locator(".meanwhile")).to_have_count(0)
    expect(page.locator("#f-feedback")).to_have_value("")
    assert (kept(page), told(page_site, order)) == (0, 0)


def test_a_session_that_ended_is_said_in_place_and_the_text_waits_after_the_login(
    page_site: Site, new_page: NewPage
) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={401, 422})
    writing(page_site, page, order)
    page.evaluate("history.replaceState(null, '', location.pathname + '?last_event=1')")
    end_session(page_site, page)
    message = page.get_by_label("Pesan untuk teknisi")
    message.press_sequentially(" Segera.")
    ended = page.locator("#ended")
    expect(ended).to_contain_text("Sesi Anda sudah berakhir. Teks Anda tetap ada.")
    expect(message).to_have_value(f"{TEXT} Segera.")
    assert "/login" not in page.url
    page.evaluate("window.same = true")
    log_in_over(page, password="salah")
    expect(ended.get_by_role("alert").last).to_contain_text("kata sandi salah")
    log_in_over(page)
    expect(ended.locator("dialog")).to_have_count(0)
    connected(page)
    assert page.evaluate("window.same"), "no page was loaded"
    assert page.url.endswith(f"/orders/{order.id}?last_event=1")
    expect(message).to_have_value(f"{TEXT} Segera.")
    expect(page.get_by_label("ODP penuh")).to_be_checked()
    assert told(page_site, order) == 0, "nothing is sent by itself"
    page.get_by_role("button", name="Simpan & kirim").click()
    expect(page.locator("[data-undo]")).to_be_visible()
    assert told(page_site, order) == 1, "the page has the token of the new session"
    assert kept(page) == 0


def test_who_logs_in_over_a_colleagues_page_does_not_read_their_text(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={401})
    writing(page_site, page, order)
    end_session(page_site, page)
    page.get_by_label("Pesan untuk teknisi").press_sequentially("!")
    log_in_over(page, "tono")
    expect(page.locator(".person-name strong")).to_have_text("Tono")
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value("")
    assert (kept(page), page.url) == (0, f"{page_site.url}/orders/{order.id}")


def test_a_press_without_a_session_shows_the_text_and_it_waits_after_the_login(
    page_site: Site, new_page: NewPage
) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={401})
    writing(page_site, page, order)
    page.evaluate("live.ended = true; live.close()")  # the page has not noticed
    end_session(page_site, page)
    page.evaluate("live.ended = false")
    page.get_by_role("button", name="Simpan & kirim").click()
    expect(page.locator("#ended dialog")).to_be_visible()
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value(TEXT)
    page.get_by_role("link", name="Buka halaman login").click()
    log_in_again(page)
    page.wait_for_url(f"**/orders/{order.id}")
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value(TEXT)
    assert told(page_site, order) == 0


def test_an_open_page_notices_that_its_session_ended(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={401})
    writing(page_site, page, order)
    end_session(page_site, page)
    page_site.order("SC100002")  # whatever happens, the stream looks at its session
    expect(page.locator("#ended")).to_contain_text("Sesi Anda sudah berakhir.", timeout=15_000)
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value(TEXT)


def test_a_stale_page_says_so_in_place(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={403})
    writing(page_site, page, order)
    page.evaluate("""document.body.setAttribute('hx-headers', '{"X-CSRF-Token": "0"}')""")
    message = page.get_by_label("Pesan untuk teknisi")
    message.press_sequentially("!")
    expect(page.locator("#ended")).to_contain_text("Halaman ini sudah kedaluwarsa. Teks Anda tetap ada.")
    page.locator("#ended").get_by_role("link", name="Muat ulang").click()
    expect(page.locator("#ended div")).to_have_count(0)
    expect(message).to_have_value(f"{TEXT}!")


def test_text_survives_a_reload_until_it_is_discarded(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url)
    writing(page_site, page, order)
    page_site.logged_in("bagus").post(f"/orders/{order.id}/status", {"status": "odp_rusak", "scripted": "1"})
    page.reload()
    message, note = page.get_by_label("Pesan untuk teknisi"), page.locator("#answer-form [data-draft-note]")
    expect(message).to_have_value(TEXT)
    expect(note).to_contain_text("Order ini sudah berubah sejak itu.")
    note.get_by_role("button", name="Buang").click()
    expect(message).to_have_value("")
    expect(note).to_be_hidden()
    page.reload()
    expect(message).to_have_value("")
    expect(page.get_by_label("ODP penuh")).not_to_be_checked()


def test_a_reason_and_data_are_kept_too(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url)
    log_in(page, "bagus", at=f"/orders/{order.id}")
    for key, label in (("E", "Catatan"), ("D", "Alasan")):
        press(page, key)
        form = page.locator(f'form[data-draft="order-{order.id}-{"edit" if key == "E" else "delete"}"]')
        form.get_by_label(label).fill(TEXT)
        press(page, "Escape")
    page.reload()
    for what, label in (("edit", "Catatan"), ("delete", "Alasan")):
        form = page.locator(f'form[data-draft="order-{order.id}-{what}"]')
        expect(form.get_by_label(label)).to_have_value(TEXT)
        expect(form.get_by_label(label)).to_be_visible()
    page.get_by_role("button", name="Simpan data").click()
    expect(page.locator("#toasts")).to_contain_text("data disimpan")
    assert kept(page) == 1, "the reason alone"


def test_a_status_text_alone_is_no_draft(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{order.id}")
    page.get_by_label("ODP penuh").check()
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value("ODP penuh, mohon cari ODP lain.")
    assert kept(page) == 0


def test_a_log_out_leaves_nothing_behind(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={401})  # a preview may be under way
    writing(page_site, page, order)
    assert kept(page) == 1
    page.locator("details.person summary").click()
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url(re.compile("/login"))
    assert kept(page) == 0


def test_who_logs_in_next_on_this_computer_finds_nothing_of_the_one_before(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={401})
    writing(page_site, page, order)
    end_session(page_site, page)
    page.goto(f"/orders/{order.id}")
    assert kept(page) == 1, "the same person may come back"
    log_in_again(page, "tono")
    page.wait_for_url(f"**/orders/{order.id}")
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value("")
    assert kept(page) == 0
    assert TEXT not in page.evaluate("JSON.stringify(localStorage)")


def test_without_javascript_a_late_answer_and_an_ended_session_keep_the_text(
    page_site: Site, new_page: NewPage
) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, javascript=False, expect={401, 409})
    log_in(page, at=f"/orders/{order.id}")
    page.get_by_label("ODP penuh").check()
    page.get_by_label("Pesan untuk teknisi").fill(TEXT)
    page_site.logged_in("bagus").post(f"/orders/{order.id}/status", {"status": "selesai"})
    page.get_by_role("button", name="Simpan & kirim").click()
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value(TEXT)
    end_session(page_site, page)
    page.get_by_role("button", name="Kirim pesan saja").click()
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value(TEXT)
    assert TEXT.split()[0] not in page.url
    page.get_by_role("link", name="Masuk lagi").click()
    log_in_again(page)
    page.wait_for_url(f"**/orders/{order.id}")
    assert told(page_site, order) == 0


def test_enter_on_a_late_answer_sends_it_with_its_status(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={409})
    writing(page_site, page, order)
    page_site.logged_in("bagus").post(f"/orders/{order.id}/status", {"status": "odp_rusak"})
    page.get_by_role("button", name="Simpan & kirim").click()
    expect(page.get_by_role("button", name="Kirim pesan saja")).to_be_visible()
    page.get_by_label("ODP penuh").press("Enter")
    expect(page.locator("[data-undo]")).to_be_visible()
    assert (page_site.stored(order).status, told(page_site, order)) == ("odp_penuh", 1)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("viewport", "theme"),
    [
        (WIDE, "light"),
        (PHONE, "dark"),
        pytest.param(WIDE, "dark", marks=pytest.mark.audit),
        pytest.param(PHONE, "light", marks=pytest.mark.audit),
    ],
)
def test_nothing_on_a_page_that_gives_text_back_keeps_somebody_from_using_it(
    page_site: Site, new_page: NewPage, viewport: tuple[int, int], theme: Theme
) -> None:
    first, second, third = (page_site.order(f"SC10000{place}") for place in range(1, 4))
    page = new_page(base_url=page_site.url, viewport=viewport, theme=theme, expect={401, 404, 409})
    bagus, found = page_site.logged_in("bagus"), dict[str, list[str]]()

    def press(order: Order, name: str) -> None:
        page.get_by_role("button", name="Simpan & kirim").click()
        expect(page.locator("textarea:not([name=remark])").first).to_have_value(TEXT)
        found[name] = faults(page)

    writing(page_site, page, first)
    bagus.post(f"/orders/{first.id}/status", {"status": "selesai"})
    press(first, "finished")
    for order, name, path, form in (
        (second, "held up", "status", {"status": "odp_rusak"}),
        (third, "deleted", "delete", {"reason": "uji"}),
    ):
        page.goto(f"/orders/{order.id}")
        page.get_by_label("ODP penuh").check(force=True)
        page.get_by_label("Pesan untuk teknisi").fill(TEXT)
        bagus.post(f"/orders/{order.id}/{path}", form)
        press(order, name)
    page.goto(f"/orders/{first.id}")
    expect(page.locator("#words-form [data-draft-note]")).to_be_visible()
    found["restored"] = faults(page)
    end_session(page_site, page)
    # Each by itself: whatever an element does with its own answers, this one is said in its place.
    again = """id => { live.ended = false; document.getElementById('ended').replaceChildren();
        htmx.trigger(document.getElementById(id), 'refresh') }"""
    for element in ("bot-bar", "claim", "order-live"):
        page.evaluate(again, element)
        expect(page.locator("#ended")).to_contain_text("Sesi Anda sudah berakhir.")
    expect(page.locator("#ended dialog")).to_be_visible()
    found["ended"] = faults(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
