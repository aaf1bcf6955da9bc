"""After an answer the person's next order opens: by keyboard, without a page load, and never by taking one."""

from datetime import timedelta
from functools import partial

from attrs import evolve
from playwright.sync_api import Page, Route, expect

from sikpro.application.use_cases.orders.work_order import take_order
from sikpro.domain.order import Order
from sikpro.domain.phase import Phase
from tests.integration.browser import NewPage
from tests.integration.web.console import Site, Visitor
from tests.integration.web.pages import connected, cut_off, log_in, press

PANE = {"hx-request": "true", "hx-target": "order"}


def taken(site: Site, *numbers: str, by: str = "rina") -> list[Order]:
    """Orders in somebody's list, oldest first."""
    orders = []
    for number in numbers:
        order = site.order(number)
        site.store.write(partial(take_order, order_id=order.id, by=site.people[by], now=site.clock.now()))
        site.clock.later(timedelta(minutes=1))
        orders.append(order)
    return orders


def shown(page: Page, order: Order) -> None:
    """Wait until an order is on the screen, where its keys count."""
    expect(page.locator("#order")).to_have_attribute("data-order-id", str(order.id))
    page.wait_for_url(f"**/orders/{order.id}")


def ready(page: Page) -> None:
    """Wait until the next order is fetched ahead."""
    page.evaluate("new Promise(done => { const look = () => flow.ready ? done() : setTimeout(look, 5); look(); })")


def test_a_status_key_and_enter_answer_one_order_after_the_other(page_site: Site, new_page: NewPage) -> None:
    first, second, third = taken(page_site, "SC100001", "SC100002", "SC100003")
    waiting = page_site.order("SC100004")
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{first.id}")
    page.evaluate("window.same = true")
    expect(page.locator("#after")).to_contain_text("SC100002")
    claimed = page_site.stored(second)
    ready(page)
    assert page_site.stored(second) == claimed, "fetching ahead renews no claim"
    for here, there in ((first, second), (second, third)):
        press(page, "s")
        expect(page.get_by_role("button", name="Kirim & berikutnya")).to_be_visible()
        press(page, "Enter")
        shown(page, there)
        expect(page.locator("#undo")).to_contain_text(here.number)
        assert (page_site.stored(here).phase, page_site.stored(there).phase) == (Phase.COMPLETED, Phase.IN_PROGRESS)
        assert page.url.endswith(f"/orders/{there.id}")
        page_site.clock.later(timedelta(seconds=1))
    press(page, "u")
    shown(page, second)
    assert page_site.stored(second).phase is Phase.IN_PROGRESS, "one key takes back the answer before"
    for order in (second, third):
        shown(page, order)
        press(page, "s")
        press(page, "Enter")
        expect(page.locator(".undo")).to_contain_text(order.number)
        page_site.clock.later(timedelta(seconds=1))
    expect(page.get_by_text("Tidak ada lagi order di tangan Anda.")).to_be_visible()
    assert page_site.stored(waiting).holder is None, "going on takes no order"
    press(page, "Enter")
    shown(page, waiting)
    assert page_site.stored(waiting).holder == page_site.people["rina"].id
    assert page.evaluate("window.same"), "no page was loaded on the way"


def test_a_key_before_the_next_order_is_painted_is_dropped_and_said(page_site: Site, new_page: NewPage) -> None:
    first, second = taken(page_site, "SC100001", "SC100002")
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{first.id}")
    ready(page)
    press(page, "s")
    page.evaluate(
        """() => {
            document.getElementById("answer-form").requestSubmit();
            for (const key of ["o", "Enter", "q"]) {
                document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            }
        }"""
    )
    expect(page.locator("#toasts")).to_contain_text("diabaikan: ordernya belum tampil")
    shown(page, second)
    expect(page.locator("#undo")).to_contain_text("SC100001")
    expect(page.locator("#answer-form input:checked")).to_have_count(0)
    assert page_site.stored(second).phase is Phase.IN_PROGRESS


def test_the_next_order_is_there_before_the_answer_is_saved_and_a_refusal_stays_above_it(
    page_site: Site, new_page: NewPage
) -> None:
    first, second, third = taken(page_site, "SC100001", "SC100002", "SC100003")
    page = new_page(base_url=page_site.url, expect={409})
    log_in(page, at=f"/orders/{first.id}")
    ready(page)
    held: list[Route] = []
    page.route("**/status", lambda route: held.append(route))
    page.get_by_label("ODP penuh").check()
    page.get_by_label("Pesan untuk teknisi").fill("Pindah ke ODP 12")
    press(page, "Control+Enter")
    shown(page, second)
    press(page, "s")
    page_site.logged_in("bagus").post(f"/orders/{first.id}/status", {"status": "selesai"})
    held[0].continue_()
    note = page.locator(".unsaved")
    expect(note).to_contain_text("SC100001 Jawaban Anda belum terkirim.")
    expect(page.locator("#answer-form input:checked")).to_have_value("selesai")
    page.unroute("**/status")
    press(page, "Enter")
    shown(page, third)
    note.get_by_role("button").click()
    shown(page, first)
    expect(note).to_have_count(0)
    expect(page.locator(".meanwhile")).to_contain_text("Bagus")
    expect(page.get_by_label("Pesan untuk teknisi")).to_have_value("Pindah ke ODP 12")
    assert page_site.stored(first).phase is Phase.COMPLETED
    assert page_site.stored(second).phase is Phase.COMPLETED


def test_an_answer_is_saved_though_the_page_is_left_at_once(page_site: Site, new_page: NewPage) -> None:
    first, _ = taken(page_site, "SC100001", "SC100002")
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{first.id}")
    ready(page)
    press(page, "s")
    page.evaluate(
        """() => {
            window.requestAnimationFrame = () => 0;
            window.setTimeout = () => 0;
            document.getElementById("answer-form").requestSubmit();
            location.assign("/profile");
        }"""
    )
    page.wait_for_url("**/profile")
    page.goto(f"/orders/{first.id}")
    expect(page.locator(".order-head")).to_contain_text("Selesai")


def test_an_order_that_changed_after_it_was_fetched_ahead_is_shown_as_it_is(page_site: Site, new_page: NewPage) -> None:
    first, second = taken(page_site, "SC100001", "SC100002")
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{first.id}")
    connected(page)
    ready(page)
    page.evaluate("live.close()")  # no hint arrives
    page_site.logged_in("bagus").post(f"/orders/{second.id}/words", {"feedback": "Pelanggan menelepon"})
    press(page, "s")
    press(page, "Enter")
    shown(page, second)
    expect(page.locator(".story")).to_contain_text("Pelanggan menelepon")


def test_a_server_that_is_away_keeps_the_text_and_the_button_tries_again(page_site: Site, new_page: NewPage) -> None:
    first, second = taken(page_site, "SC100001", "SC100002")
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{first.id}")
    message = page.get_by_label("Pesan untuk teknisi")
    page.get_by_label("ODP penuh").check()
    message.fill("Pindah ke ODP 12")
    for turn in ("before a new page", "and then"):
        ready(page)
        page.evaluate("() => { window.away = fetch; window.fetch = () => Promise.reject(new TypeError('away')); }")
        press(page, "Control+Enter")
        shown(page, second)
        note = page.locator(".unsaved")
        expect(note).to_contain_text("SC100001 Belum terkirim: server tidak bisa dihubungi.")
        if turn != "and then":
            page.goto(f"/orders/{first.id}")
            expect(message).to_have_value("Pindah ke ODP 12")
    page.evaluate("() => { window.fetch = window.away; }")
    note.get_by_role("button").click()
    shown(page, first)
    expect(message).to_have_value("Pindah ke ODP 12")
    page.get_by_role("button", name="Coba lagi").click()
    shown(page, second)
    expect(page.locator("#undo")).to_contain_text("SC100001")
    assert page_site.stored(first).last_feedback == "Pindah ke ODP 12"


def test_menunggu_says_that_nothing_is_sent_and_what_the_button_does(page_site: Site, new_page: NewPage) -> None:
    (order,) = taken(page_site, "SC100001")
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{order.id}")
    press(page, "m")
    expect(page.locator("#preview")).to_contain_text("Tidak ada pesan.")
    button = page.locator("[data-send]")
    expect(button).to_have_text("Kembalikan ke antrean")
    press(page, "f")
    page.keyboard.type("Besok lagi")
    expect(button).to_have_text("Kirim & kembalikan ke antrean")
    expect(page.locator('form[action$="/give-back"]')).to_have_count(0)


def test_f_continues_the_text_after_a_space_and_escape_closes_what_is_open(page_site: Site, new_page: NewPage) -> None:
    (order,) = taken(page_site, "SC100001")
    page = new_page(base_url=page_site.url)
    log_in(page, at=f"/orders/{order.id}")
    page.get_by_label("ODP penuh").check()
    press(page, "f")
    page.keyboard.type("Terima kasih")
    message = page.get_by_label("Pesan untuk teknisi")
    expect(message).to_have_value("ODP penuh, mohon cari ODP lain. Terima kasih")
    press(page, "Escape")
    press(page, "E")
    fold = page.locator("#edit")
    expect(fold).to_have_attribute("open", "")
    press(page, "Escape")
    expect(fold).not_to_have_attribute("open", "")


def test_take_never_becomes_take_over_and_that_is_confirmed(page_site: Site, new_page: NewPage) -> None:
    order = page_site.order()
    page = new_page(base_url=page_site.url, expect={409})
    log_in(page, "bagus", at=f"/orders/{order.id}")
    cut_off(page)
    tono = page_site.logged_in("tono")
    tono.post(f"/orders/{order.id}/take")
    press(page, "t")
    expect(page.locator(".meanwhile")).to_contain_text("Tono")
    press(page, "t")
    expect(page.locator("details.take-over")).to_be_visible()
    assert page_site.stored(order).holder == page_site.people["tono"].id
    press(page, "O")
    expect(page.get_by_role("button", name="Ya, ambil alih dari Tono")).to_be_focused()
    assert page_site.stored(order).holder == page_site.people["tono"].id
    press(page, "Enter")
    expect(page.locator(".order-head .order-holder")).to_contain_text("Anda")
    assert page_site.stored(order).holder == page_site.people["bagus"].id


def test_without_javascript_the_next_order_opens_too_unless_a_person_does_not_want_it(site: Site) -> None:
    first, second, third = taken(site, "SC100001", "SC100002", "SC100003")
    rina = site.logged_in("rina")
    response = rina.post(f"/orders/{first.id}/status", {"status": "selesai"})
    assert response.headers["location"] == f"/orders/{second.id}"
    assert "SC100001: status disimpan." in rina.get(f"/orders/{second.id}").text
    page = rina.post(f"/orders/{second.id}/go-on", {"go_on": "no", "feedback": "belum selesai", "status": "odp_penuh"})
    assert "belum selesai</textarea>" in page.text
    assert site.store.read(lambda uow: uow.work_preferences.of(site.people["rina"].id)).go_on is False
    response = rina.post(f"/orders/{second.id}/status", {"status": "selesai"})
    assert response.headers["location"] == f"/orders/{second.id}"
    assert site.stored(third).phase is Phase.IN_PROGRESS


def test_the_list_beside_the_order_stays_in_its_address(site: Site) -> None:
    first, second = taken(site, "SC100001", "SC100002")
    rina = site.logged_in("rina")
    here = {"referer": f"{site.url}/orders/{first.id}?in=view%3Dall%26sto%3DSDA"}
    response = rina.post(f"/orders/{first.id}/status", {"status": "selesai"}, headers=here)
    assert response.headers["location"] == f"/orders/{second.id}?in=view%3Dall%26sto%3DSDA"
    assert 'href="/orders?view=all&amp;sto=SDA"' in rina.get(response.headers["location"]).text


def refusals(site: Site, order: Order) -> dict[str, tuple[Visitor, str, dict[str, str]]]:
    """Each button that may be refused: who presses it, where, and with what."""
    rina, bagus, admin = (site.logged_in(name) for name in ("rina", "bagus", "admin"))
    here = f"/orders/{order.id}"
    return {
        "take": (rina, f"{here}/take", {}),
        "give back": (rina, f"{here}/give-back", {}),
        "undo": (rina, f"{here}/undo", {}),
        "keep": (site.logged_in("sari"), f"{here}/keep", {}),
        "send again": (rina, f"{here}/resend", {"message": "999"}),
        "assign": (bagus, f"{here}/assign", {"to": "999"}),
        "assign to nobody": (bagus, f"{here}/assign", {"to": ""}),
        "delete": (bagus, f"{here}/delete", {"reason": ""}),
        "restore": (admin, f"{here}/restore", {}),
        "skip": (rina, f"{here}/skip", {"reason": "nothing"}),
        "put off": (rina, f"{here}/put-off", {"minutes": "0"}),
    }


def test_every_refused_button_of_an_order_leads_back_to_the_order_with_the_reason(site: Site) -> None:
    order = site.order()
    tono = site.logged_in("tono")
    tono.post(f"/orders/{order.id}/take")
    for name, (visitor, path, form) in refusals(site, order).items():
        response = visitor.post(path, form, headers={"referer": f"{site.url}/orders/{order.id}"})
        if response.status_code == 303:
            assert response.headers["location"] == f"/orders/{order.id}", name
            response = visitor.get(response.headers["location"])
            assert 'class="toast bad"' in response.text, name
        else:
            assert response.status_code in {403, 404, 409, 422}, name
            assert 'class="alert bad meanwhile" role="alert"' in response.text, name
        assert 'id="order"' in response.text, name
        assert "error-code" not in response.text, name
    assert site.stored(order).holder == site.people["tono"].id


def test_a_refused_button_of_the_list_leads_back_to_the_same_list(site: Site) -> None:
    order = site.order()
    rina, tono = site.logged_in("rina"), site.logged_in("tono")
    tono.post(f"/orders/{order.id}/take")
    pressed = rina.post(f"/orders/{order.id}/take", {}, headers={"referer": f"{site.url}/orders?view=waiting&sto=SDA"})
    assert pressed.headers["location"] == "/orders?view=waiting&sto=SDA"
    assert "Tono" in rina.get(pressed.headers["location"]).text.partition('class="toast bad"')[2]


def test_an_answer_to_many_is_taken_back_as_one(site: Site) -> None:
    first, second = site.order("SC100001"), site.order("SC100002")
    rina = site.logged_in("rina")
    chosen = {f"order-{order.id}": str(order.version) for order in (first, second)}
    rina.post("/orders/bulk", chosen | {"do": "status", "status": "selesai"})
    page = rina.get("/orders").text
    assert "2 order dijawab." in page
    assert 'action="/orders/undo"' in page
    site.clock.later(timedelta(seconds=4))
    assert rina.post("/orders/undo").headers["location"].startswith("/orders")
    assert [site.stored(order).phase for order in (first, second)] == [Phase.WAITING] * 2
    rina.post("/orders/undo")
    assert "Tidak ada lagi yang bisa diurungkan" in rina.get("/orders").text


def test_the_pane_of_somebody_elses_switch_is_their_own(site: Site) -> None:
    taken(site, "SC100001")
    site.store.write(
        lambda uow: uow.work_preferences.save(evolve(uow.work_preferences.of(site.people["tono"].id), go_on=False))
    )
    rina = site.logged_in("rina").get("/orders/1", **PANE).text
    tono = site.logged_in("tono").get("/orders/1", **PANE).text
    assert "<html" not in rina
    assert ('name="go_on" value="no"' in rina, 'name="go_on"' in tono) == (True, False)
